"""The numbers of a weight tensor, or why there are none to read."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from slth_verify.arrays import Float32Array
from slth_verify.errors import InvalidTargetError
from slth_verify.network.torch_import._refusal import refusal
from slth_verify.text import printable, reason_of

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


def weight_of(path: str, conv: nn.Conv2d) -> Float32Array:
    """A copy of a convolution's weight.

    Args:
        path: The module's path, for the message.
        conv: The convolution.

    Returns:
        Shape ``(c_out, c_in, height, width)``.

    Raises:
        InvalidTargetError: If it is no plain, dense float32 tensor with values.
    """
    weight = conv._parameters["weight"]
    problem = _problem(weight)
    if problem is not None:
        why, remedy = problem
        raise refusal(path, conv, f"has {why}", remedy)
    try:
        values = weight.detach().resolve_neg().to("cpu").contiguous()  # type: ignore[union-attr]
        return np.array(values.numpy(), dtype=np.float32)
    except Exception as error:  # torch, devices and modes may raise anything
        raise _unreadable(path, conv, error) from error


def _unreadable(path: str, conv: nn.Conv2d, error: Exception) -> InvalidTargetError:
    return refusal(
        path,
        conv,
        f"has weights that cannot be read ({reason_of(error)})",
        "Move the module to the CPU and give plain parameters.",
    )


def _problem(weight: torch.Tensor | None) -> tuple[str, str] | None:
    """Why a tensor is no array of float32 numbers, and what to do."""
    if weight is None:
        return "no weight", "Give a convolution with weights."
    if nn.parameter.is_lazy(weight):
        return "weights that are not made yet", "Run the network on one image first."
    if type(weight) is not nn.Parameter:
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
    if weight.dtype in _DTYPES:
        words, remedy = _DTYPES[weight.dtype]
        return f"{words} weights", remedy
    if weight.layout is not torch.strided:
        return (
            f"sparse weights ({weight.layout})",
            "Give dense ones: weight.to_dense().",
        )
    if weight.dtype != torch.float32:
        return f"{weight.dtype} weights", "Give float32 weights."
    if weight.ndim != 4 or 0 in weight.shape:
        return (
            f"a weight of shape {tuple(weight.shape)}",
            "Give a kernel (c_out, c_in, d, d).",
        )
    if not weight.untyped_storage().nbytes():
        return "weights whose memory was freed", "Gather the weights first."
    return None
