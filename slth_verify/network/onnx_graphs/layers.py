"""Operators with weights: convolutions, dense layers, batch norms, added constants."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.graph import BatchNorm, Convolution, Dense, Sum
from slth_verify.graph.nodes import Shape
from slth_verify.network._divisors import norm_that_divides
from slth_verify.network.onnx_graphs.builder import Origin, Tensor
from slth_verify.network.onnx_graphs.call import Call
from slth_verify.network.onnx_graphs.refusal import Outside
from slth_verify.network.onnx_graphs.windows import window_of


def conv(call: Call) -> Tensor:
    """Conv: weights as they are; one-dimensional ones get one row."""
    image = call.image()
    weight, bias = call.given(1), call.weights(2, optional=True)
    if weight.ndim != len(image.shape) + 1:
        raise Outside(
            f"its weight has shape {weight.shape}, and {len(image.shape) + 1} axes are "
            "required"
        )
    sides = weight.shape[2:]
    if call.ints("kernel_shape", sides) != list(sides):
        raise Outside(f"kernel_shape is not that of its weight, {sides}")
    window = window_of(call, image, list(sides), dilated=True)
    return call.add(
        Convolution,
        image,
        weight=weight[:, :, None, :] if len(sides) == 1 else weight,
        bias=bias,
        stride=window.stride,
        dilation=window.dilation,
        padding=window.padding,
        groups=call.integer("group", 1),
    )


def gemm(call: Call) -> Tensor:
    """Gemm: ``alpha A B + beta C`` with the image in A."""
    source, weight = call.tensor(0, 1), call.given(1)
    bias = call.weights(2, optional=True)
    if call.flag("transA"):
        raise Outside("transA=1 puts features before the batch. Use transA=0")
    if weight.ndim != 2:
        raise Outside(f"B has shape {weight.shape}; a matrix is required")
    if not call.flag("transB"):
        weight = weight.T
    alpha, beta = call.real("alpha", 1.0), call.real("beta", 1.0)
    if bias is not None:
        bias = _scaled(by_channel(bias, weight.shape[:1]), beta, "beta")
    return call.add(Dense, source, weight=_scaled(weight, alpha, "alpha"), bias=bias)


def matmul(call: Call) -> Tensor:
    """MatMul of a vector of features and a constant matrix."""
    source, weight = call.tensor(0, 1), call.given(1)
    if weight.ndim != 2:
        raise Outside(f"input 1 has shape {weight.shape}; a matrix is required")
    return call.add(Dense, source, weight=weight.T)


def batch_norm(call: Call) -> Tensor:
    """BatchNormalization as it is evaluated."""
    source = call.tensor()
    call.real("momentum")
    if call.flag("training_mode") or len(call.proto.output) > 1:
        raise Outside("it is in training mode. Export in evaluation mode")
    if call.has("spatial") and not call.flag("spatial"):
        raise Outside("spatial=0 has statistics by pixel. Use one for each channel")
    return call.add(
        BatchNorm,
        source,
        scale=call.given(1),
        shift=call.given(2),
        mean=call.given(3),
        variance=call.given(4),
        epsilon=call.real("epsilon", 1e-5),
    )


def add(call: Call) -> Tensor:
    """Sum and Add of tensors, and Add of a constant, which is a bias."""
    parts = [call.value(index) for index in range(call.count)]
    tensors = [part for part in parts if isinstance(part, Tensor)]
    if len(tensors) == len(parts):
        shapes = {part.shape for part in tensors}
        if len(shapes) != 1:
            raise Outside(
                f"the summands have shapes {sorted(shapes)}; equal ones are required"
            )
        return call.add(Sum, *tensors)
    source, constant = _with_constant(call)
    shift = by_channel(constant, source.shape)
    node = call.builder.nodes[source.node]
    if (
        isinstance(node, (Convolution, Dense))
        and node.bias is None
        and call.builder.used_once(source.node, call.proto.input[_place(call)])
    ):
        origin = Origin(call.proto.output[0], source.shape, call.proto.op_type)
        call.builder.extend(source.node, origin, bias=shift)
        return source
    return _affine(call, source, shift=shift)


def subtract(call: Call) -> Tensor:
    """Sub of a constant and a tensor; ``c - x`` is ``x - c`` times -1."""
    source, constant = _with_constant(call)
    mean = by_channel(constant, source.shape)
    if _place(call) == 0:
        return _affine(call, source, mean=mean)
    return _affine(call, source, mean=mean, scale=-np.ones_like(mean))


def negate(call: Call) -> Tensor:
    """Neg."""
    source = call.tensor()
    return _affine(call, source, scale=by_channel(np.array([-1.0]), source.shape))


def divide(call: Call) -> Tensor:
    """Div of a tensor by a constant."""
    source = call.tensor(0)
    norm = norm_that_divides(by_channel(call.given(1), source.shape))
    if norm is None:
        raise Outside(
            "it divides by 0, or by float64 numbers whose squares are rounded"
        )
    return _affine(call, source, **norm)


def multiply(call: Call) -> Tensor:
    """Mul of a tensor by a constant."""
    source, constant = _with_constant(call)
    return _affine(call, source, scale=by_channel(constant, source.shape))


def _place(call: Call) -> int:
    return 0 if isinstance(call.value(0), Tensor) else 1


def _with_constant(call: Call) -> tuple[Tensor, NDArray[Any]]:
    place = _place(call)
    if call.count != 2:
        raise Outside(f"{call.count} inputs; a tensor and a constant are required")
    return call.tensor(place), call.given(1 - place)


def _affine(call: Call, source: Tensor, **given: Any) -> Tensor:
    """``(x - mean) * scale + shift`` by channel; a root of 1, unless it is given."""
    channels = source.shape[0] if source.shape else 1
    ones = np.ones(channels, call.builder.dtype)
    fields: dict[str, Any] = {
        "scale": ones,
        "shift": 0 * ones,
        "mean": 0 * ones,
        "variance": 0 * ones,
        "epsilon": Fraction(1),
    }
    return call.add(BatchNorm, source, **{**fields, **given})


def by_channel(constant: NDArray[Any], shape: Shape) -> NDArray[Any]:
    """A constant that is stretched to (batch, *shape), as a vector over channels."""
    rank, channels = len(shape) + 1, shape[0] if shape else 1
    sides = (1,) * (rank - constant.ndim) + constant.shape
    if (
        len(sides) != rank
        or any(side != 1 for axis, side in enumerate(sides) if axis != 1)
        or constant.size not in (1, channels)
    ):
        raise Outside(
            f"a constant of shape {constant.shape} is no number for each of {channels} "
            f"channels of (batch, {', '.join(map(str, shape))}). Use one for each"
        )
    return np.ascontiguousarray(np.broadcast_to(constant.reshape(-1), (channels,)))


def _scaled(weight: NDArray[Any], factor: Fraction | None, what: str) -> NDArray[Any]:
    """The products; two float32 numbers have an exact one in float64."""
    if factor is None or factor == 1:
        return weight
    with np.errstate(all="ignore"):
        product = weight.astype(np.float64) * float(factor)
        exact = not factor or (product / float(factor) == weight).all()
    doubled = abs(factor.numerator) & (abs(factor.numerator) - 1)
    if weight.dtype == np.float64 and (doubled or not exact):
        raise Outside(
            f"{what} times float64 weights has to be rounded. Multiply it into them"
        )
    return product
