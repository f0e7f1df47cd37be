"""The numbers of a weight tensor, or why there are none to read."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from slth_verify.text import printable

_LOSSLESS = (
    "Convert the module with module.float(): every weight keeps its value, and the "
    "claim is about the network so made."
)
_LOSSY = (
    "Convert the module with module.float() and look at what that changes: the claim "
    "is about the network so made."
)
_DTYPES = {
    torch.float16: ("half-precision (float16)", _LOSSLESS),
    torch.bfloat16: ("bfloat16", _LOSSLESS),
    torch.float64: ("double-precision (float64)", _LOSSY),
    torch.complex64: ("complex", "The theorem is about real weights."),
    torch.complex128: ("complex", "The theorem is about real weights."),
}


def values_of(tensor: torch.Tensor) -> NDArray[np.floating[Any]]:
    """A copy of a dense tensor of floats, bit for bit."""
    values = tensor.detach().resolve_neg().to("cpu").contiguous()
    return np.array(values.numpy())


def tensor_problem(
    weight: torch.Tensor | None,
    *,
    dtypes: tuple[torch.dtype, ...] = (torch.float32,),
    kinds: tuple[type[torch.Tensor], ...] = (nn.Parameter,),
) -> tuple[str, str] | None:
    """Why a tensor is no array of numbers of one of the dtypes, and what to do.

    Args:
        weight: The tensor; None is a problem too.
        dtypes: What is read.
        kinds: Exact classes of tensors that are read.
    """
    if weight is None:
        return "no weight", "Give a convolution with weights."
    if nn.parameter.is_lazy(weight):
        return "weights that are not made yet", "Run the network on one image first."
    if type(weight) not in kinds:
        kind = f"{type(weight).__module__}.{type(weight).__qualname__}"
        return (
            f"a weight of the tensor class {printable(kind, 100)}, which may compute "
            "anything",
            "Give a plain nn.Parameter.",
        )
    if weight.is_meta:
        return (
            "weights on the meta device, which have no values",
            "Load the weights first.",
        )
    if weight.is_quantized:
        return (
            f"quantised weights ({weight.dtype})",
            "Give the float network, or the dequantised weights.",
        )
    if weight.dtype in _DTYPES and weight.dtype not in dtypes:
        words, remedy = _DTYPES[weight.dtype]
        return f"{words} weights", remedy
    if weight.layout is not torch.strided:
        return (
            f"sparse weights ({weight.layout})",
            "Give dense ones: weight.to_dense().",
        )
    if weight.dtype not in dtypes:
        return f"{weight.dtype} weights", "Give float32 weights."
    if not weight.untyped_storage().nbytes():
        return "weights whose memory was freed", "Gather the weights first."
    return None


def how_to_resolve(module: nn.Module) -> str | None:
    """How to undo a known reparametrisation of a weight; None if there is none."""
    names = {*module._parameters, *module._buffers, *module._modules}
    if "parametrizations" in names:
        return "torch.nn.utils.parametrize.remove_parametrizations(module, 'weight')"
    if "weight_mask" in names:
        return "torch.nn.utils.prune.remove(module, 'weight')"
    if "weight_g" in names or ("weight_v" in names and "weight_orig" not in names):
        return "torch.nn.utils.remove_weight_norm(module)"
    if "weight_orig" in names:
        return "torch.nn.utils.remove_spectral_norm(module)"
    return None
