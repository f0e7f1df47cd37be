"""Reading a target off a torch module.

A module is read only if it cannot compute anything else than its classes say
(`_untouched`), if those classes in that order are the covered ones (`_sequence`,
`_layers`), and its weights are plain numbers (`_weights`). Then both are run
(`_agreement`): a second opinion that shares none of this. `TargetCNN.from_torch` is
the door.
"""

from __future__ import annotations

from typing import Any

from slth_verify.arrays import Float32Array
from slth_verify.network.torch_import._advice import WRAPPERS
from slth_verify.network.torch_import._agreement import (
    float64_copy,
    quiet,
    require_agreement,
    run_copy,
)
from slth_verify.network.torch_import._layers import kernels_of
from slth_verify.network.torch_import._refusal import named
from slth_verify.network.torch_import._sequence import leaves
from slth_verify.network.torch_import._untouched import (
    how_to_resolve,
    require_no_global_hooks,
)
from slth_verify.network.torch_import._weights import tensor_problem, values_of

__all__ = [
    "WRAPPERS",
    "float64_copy",
    "how_to_resolve",
    "named",
    "plain_kernels",
    "quiet",
    "require_agreement",
    "require_no_global_hooks",
    "run_copy",
    "tensor_problem",
    "values_of",
]


def plain_kernels(module: Any) -> tuple[Float32Array, ...]:
    """Kernels of a module that is what its classes say, layer by layer.

    Raises:
        InvalidTargetError: Naming the first module that is not covered.
    """
    return kernels_of(module, leaves(module))
