"""Sums of tensors, and numbers that are added to the image or multiplied into it.

One number for all entries, or one for each channel, makes a batch norm whose variance
and epsilon add up to what its root must be: normalisation inside a module, a learned
scale, another sign.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.graph import BatchNorm, Dense, Sum
from slth_verify.network._divisors import norm_that_divides
from slth_verify.network.torch_graphs.call import Call, exact

_PRODUCT = (
    "Products of tensors are not admitted; the nearest form is a factor for each "
    "channel, such as a convolution that holds it: nn.Conv2d(c, c, 1, groups=c)."
)
_QUOTIENT = "Only numbers divide: multiply by the reciprocals."
_Numbers = NDArray[np.floating[Any]]


def _add(call: Call) -> str:
    one, other = call["self"], call["other"]
    if call["alpha"] == 1 and call.numbers(one) is not None:
        one, other = other, one
    numbers = call.numbers(other)
    if numbers is not None and call["alpha"] == 1:
        return _affine(call, one, numbers, "shift")
    names = call.tensor(one), call.tensor(other)
    shapes = [call.shape_of(side) for side in (one, other)]
    if call["alpha"] != 1 or shapes[0] != shapes[1]:
        raise call.refused(
            f"adds tensors of shapes {shapes}, the second times {call['alpha']}",
            "Sums of tensors of one shape, as they are, are admitted.",
        )
    return call.add(Sum, *names)


def _subtract(call: Call) -> str:
    return _difference(call, call["self"], call["other"])


def _subtract_from(call: Call) -> str:
    return _difference(call, call["other"], call["self"])


def _difference(call: Call, one: Any, other: Any) -> str:
    """``one - other``; ``c - x`` is ``(x - c)`` times -1."""
    if call["alpha"] == 1:
        for image, known, sign in ((one, other, 1), (other, one, -1)):
            numbers = call.numbers(known)
            if numbers is not None:
                return _affine(call, image, numbers, "mean", sign)
    raise call.refused(
        "subtracts", "Sums are admitted; let the layer before change its sign."
    )


def _multiply(call: Call) -> str:
    for image, known in ((call["self"], call["other"]), (call["other"], call["self"])):
        numbers = call.numbers(known)
        if numbers is not None:
            return _affine(call, image, numbers, "scale")
    raise call.refused("multiplies", _PRODUCT)


def _negate(call: Call) -> str:
    return _affine(call, call["self"], np.array([-1.0]), "scale")


def _divide(call: Call) -> str:
    numbers = call.numbers(call["other"])
    if numbers is None or call.arguments.get("rounding_mode") is not None:
        raise call.refused("divides", _QUOTIENT)
    norm = norm_that_divides(_by_channel(call, call["self"], numbers))
    if norm is None:
        raise call.refused(
            "divides by 0, or by float64 numbers whose squares are rounded", _QUOTIENT
        )
    return _norm(call, call["self"], **norm)


def _affine(
    call: Call, image: Any, numbers: _Numbers, field: str, sign: int = 1
) -> str:
    """``sign * (x - mean) * scale + shift`` by channel, with one of them given."""
    given = _by_channel(call, image, numbers)
    return _norm(call, image, **{"scale": sign * np.ones_like(given), field: given})


def _norm(call: Call, image: Any, **given: Any) -> str:
    """A batch norm; what is not given changes nothing."""
    ones = np.ones_like(given["scale"])
    nothing = dict.fromkeys(("shift", "mean", "variance"), 0 * ones)
    fields = {**nothing, "epsilon": exact(1), **given}
    return call.add(BatchNorm, call.tensor(image), **fields)


def _by_channel(call: Call, image: Any, numbers: _Numbers) -> _Numbers:
    """Numbers that are stretched to a batch of images, as a vector over channels."""
    shape = call.shape_of(image)
    channels = shape[0] if shape else 1
    rank = len(shape) + 1
    sides = (1,) * (rank - numbers.ndim) + numbers.shape
    others = [side for axis, side in enumerate(sides) if axis != 1]
    fits = len(sides) == rank and numbers.size in (1, channels)
    if not fits or any(side != 1 for side in others):
        raise call.refused(
            f"joins an image of shape {shape} with numbers of shape {numbers.shape}, "
            "which are not the same at every place",
            "One number, or one for each channel, is admitted; or hold them in a "
            "layer, as its weight or bias.",
        )
    return np.ascontiguousarray(np.broadcast_to(numbers.reshape(-1), (channels,)))


def _matrix(call: Call) -> str:
    """The image times a matrix of weights."""
    image, known = call["self"], call.arguments.get("other", call.arguments.get("mat2"))
    numbers = call.numbers(known)
    if numbers is None or numbers.ndim != 2 or len(call.shape_of(image)) != 1:
        raise call.refused(
            "multiplies tensors",
            f"{_PRODUCT} Products of features with a matrix of weights are admitted, "
            "best as nn.Linear.",
        )
    return call.add(Dense, call.tensor(image), weight=numbers.T.copy())


READERS = {
    "add": _add,
    "sub": _subtract,
    "rsub": _subtract_from,
    "mul": _multiply,
    "div": _divide,
    "neg": _negate,
    "matmul": _matrix,
    "mm": _matrix,
}
