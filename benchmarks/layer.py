"""One 3x3 convolution of 64 channels into 64: subset sums of dimension 576.

``python -m benchmarks.layer --save``. Its weights are normal, its inputs in [0, 1].
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.lenet import chain, measured, normal_weights
from benchmarks.support.common import publish
from slth_verify.graph import Convolution, TargetCNN


def layer() -> TargetCNN:
    """The layer, on 8x8 images, with padding that keeps their size."""
    weight = normal_weights(np.random.default_rng(0), 64, 64, 3, 3)
    conv = Convolution(
        name="conv", sources=("image",), weight=weight, padding=(1, 1, 1, 1)
    )
    return chain(8, 64, conv)


def run(repeats: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Prune and check once; ``repeats`` is not used."""
    del repeats
    return measured("3x3x64x64, 10% of range", layer(), "10%")[0], {}


if __name__ == "__main__":
    publish("layer", run)
