"""Bounds of auto_LiRPA on ``g - f``, in an environment of its own.

Run by `benchmarks.equivalence` with another Python: nothing of this project is
imported here. Networks are chains of convolutions, each with a rectifier behind it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

METHODS = ("IBP", "CROWN")


class Difference(nn.Module):
    """``g - f`` as one network.

    Args:
        data: Weights of every layer and ends of the box, as the benchmark writes them.
    """

    def __init__(self, data: Any) -> None:
        super().__init__()
        self.f, self.g = (self._chain(data, which) for which in "fg")

    @staticmethod
    def _chain(data: Any, which: str) -> nn.Sequential:
        parts: list[nn.Module] = []
        for layer in range(int(data["layers"])):
            weight = torch.from_numpy(data[f"{which}{layer}"])
            outs, ins, *window = weight.shape
            padding = int(data[f"padding{layer}"])
            # without a bias, this version's bounds of convolutions have no shape
            part = nn.Conv2d(ins, outs, tuple(window), padding=padding, bias=True)
            part.weight.data, part.bias.data = weight, torch.zeros(outs)
            parts += [part, nn.ReLU()]
        return nn.Sequential(*parts, nn.Flatten())

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """The difference of all outputs."""
        difference: torch.Tensor = self.g(image) - self.f(image)
        return difference


def bounds(path: Path, repeats: int) -> dict[str, Any]:
    """The largest modulus that each method allows, and seconds."""
    from auto_LiRPA import (  # type: ignore[import-not-found]
        BoundedModule,
        BoundedTensor,
    )
    from auto_LiRPA.perturbations import (  # type: ignore[import-not-found]
        PerturbationLpNorm,
    )

    data = np.load(path)
    network = Difference(data)
    low, high = (torch.from_numpy(data[end])[None] for end in ("low", "high"))
    middle = (low + high) / 2
    start = time.perf_counter()
    module = BoundedModule(network, middle, device="cpu")
    found: dict[str, Any] = {"build, s": time.perf_counter() - start}
    for method in METHODS:
        times = []
        for _ in range(repeats):
            box = PerturbationLpNorm(norm=float("inf"), x_L=low, x_U=high)
            image = BoundedTensor(middle, box)
            start = time.perf_counter()
            least, most = module.compute_bounds(x=(image,), method=method)
            times.append(time.perf_counter() - start)
        found[method] = float(torch.maximum(most, -least).max())
        found[f"{method}, s"] = float(np.median(times))
    return found


def main() -> None:
    """All networks of a folder, in order: one JSON document."""
    folder, repeats = Path(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(1)
    paths = sorted(folder.glob("*.npz"))
    bounds(paths[0], 1)  # what is loaded once is not counted
    print(json.dumps([bounds(path, repeats) for path in paths]))


if __name__ == "__main__":
    main()
