"""Reading a target off a torch module.

A module is read only if it cannot compute anything else than its classes say
(`_untouched`), if those classes in that order are the covered ones (`_sequence`,
`_layers`), and its weights are plain numbers (`_weights`). Then both are run
(`_agreement`): a second opinion that shares none of this.
"""

from __future__ import annotations

from typing import Any

from slth_verify.network._target import TargetCNN
from slth_verify.network.torch_import._agreement import require_agreement
from slth_verify.network.torch_import._layers import kernels_of
from slth_verify.network.torch_import._sequence import leaves

__all__ = ["import_target"]


def import_target(
    module: Any, input_shape: Any, name: str = "target", readout: str = "none"
) -> TargetCNN:
    """Read a target off a torch module; see `TargetCNN.from_torch`."""
    parts = leaves(module)
    target = TargetCNN(kernels_of(module, parts), input_shape, name, readout)
    require_agreement(module, target)
    return target
