"""What a target's fields must be: checked once, when the target is made."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float32Array
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.limits import IMAGE_SIDE, KERNEL_SIDE, LAYERS, NAME, WEIGHTS
from slth_verify.numbers import shown, whole_numbers

READOUTS = ("none", "global-average")


def frozen_kernels(kernels: Iterable[Any]) -> tuple[Float32Array, ...]:
    """Own copies of the kernels, which nobody can write to.

    Args:
        kernels: Layer by layer, float32, ``(c_out, c_in, d, d)``.

    Raises:
        InvalidTargetError: Naming the first layer that is no finite float32 kernel, or
            does not continue the layer before.
    """
    try:
        given = list(islice(kernels, LAYERS + 1))
    except TypeError as error:
        raise InvalidTargetError(
            f"kernels={shown(kernels)}: a sequence of float32 arrays of shape (c_out, "
            "c_in, d, d), layer by layer, is required (thm:structured-slth)."
        ) from error
    if len(given) > LAYERS:
        raise InvalidTargetError(
            f"more than {LAYERS} kernels: at most {LAYERS} layers are read. Certify "
            "the network in parts."
        )
    arrays = [_as_array(layer, kernel) for layer, kernel in enumerate(given, start=1)]
    weights = sum(array.size for array in arrays)
    if weights > WEIGHTS:
        raise InvalidTargetError(
            f"kernels with {weights} weights: at most {WEIGHTS} are read. Certify the "
            "network in parts."
        )
    found: list[Float32Array] = []
    for layer, array in enumerate(arrays, start=1):
        found.append(_frozen(layer, array, found[-1] if found else None))
    return tuple(found)


def input_sides(
    input_shape: Any, kernels: tuple[Float32Array, ...]
) -> tuple[int, int, int]:
    """The input shape, if it is one that the first kernel fits.

    Raises:
        InvalidTargetError: If it is not ``(c_0, height, width)`` with positive sides.
    """
    form = (
        "(channels, height, width), three positive integers, is required "
        "(thm:structured-slth). Give the shape of one image, without the batch."
    )
    try:
        sides = whole_numbers(input_shape, "input_shape", least=1, most=IMAGE_SIDE)
    except InvalidParameterError as error:
        raise InvalidTargetError(
            f"input_shape={shown(input_shape)}: {form} A side is at most {IMAGE_SIDE}."
        ) from error
    if len(sides) != 3:
        raise InvalidTargetError(f"input_shape={shown(input_shape)}: {form}")
    if not kernels or kernels[0].shape[1] != sides[0]:
        raise InvalidTargetError(
            f"input_shape={sides} does not fit the first of "
            f"{len(kernels)} kernels: its input channels must be "
            "input_shape[0] (thm:structured-slth). Give (channels, height, width)."
        )
    return sides[0], sides[1], sides[2]


def label(name: Any) -> str:
    """The name, if it can be stored and printed.

    Raises:
        InvalidTargetError: If it is no text, too long, or not valid Unicode.
    """
    try:
        if isinstance(name, str) and len(name) <= NAME:
            name.encode("utf-8")  # an unpaired surrogate is no text
            return str(name)
    except UnicodeEncodeError:
        pass
    raise InvalidTargetError(
        f"name={shown(name)}: a text of at most {NAME} characters without unpaired "
        "surrogates is required. Give a short label."
    )


def known_readout(readout: Any) -> str:
    """The readout, if it is a known one.

    Raises:
        InvalidTargetError: If it is not.
    """
    if isinstance(readout, str) and readout in READOUTS:
        return READOUTS[READOUTS.index(readout)]
    raise InvalidTargetError(
        f"readout={shown(readout)}: known readouts are {READOUTS}. Choose one; it is "
        "no part of what a ticket certifies."
    )


def _frozen(
    layer: int, array: NDArray[Any], previous: Float32Array | None
) -> Float32Array:
    if array.dtype != np.float32:
        raise InvalidTargetError(
            f"layer {layer}: dtype={array.dtype}, but weights must be float32, the "
            "format of tickets. Convert the network first, so that you see its error."
        )
    shape = array.shape
    if array.ndim != 4 or shape[2] != shape[3] or 0 in shape:
        raise InvalidTargetError(
            f"layer {layer}: shape={shape}, but a kernel needs (c_out, c_in, d, d) "
            "with square windows (thm:structured-slth). Pad the kernel with zeros."
        )
    if shape[2] > KERNEL_SIDE:
        raise InvalidTargetError(
            f"layer {layer}: shape={shape}, but a kernel's side is at most "
            f"{KERNEL_SIDE}. Certify a smaller network."
        )
    if previous is not None and shape[1] != previous.shape[0]:
        raise InvalidTargetError(
            f"layer {layer}: c_in={shape[1]} does not continue layer {layer - 1} with "
            f"c_out={previous.shape[0]} (thm:structured-slth). Mind the order."
        )
    if not np.isfinite(array).all():
        raise InvalidTargetError(
            f"layer {layer}: NaN or infinite weights; nothing can be certified about "
            "them. Retrain or repair the network."
        )
    # bytes cannot be written to, so neither can any view of them
    return np.frombuffer(array.tobytes(), dtype=np.float32).reshape(shape)


def _as_array(layer: int, kernel: Any) -> NDArray[Any]:
    try:
        if isinstance(kernel, np.ma.MaskedArray):
            raise TypeError("the values under its mask are not the network's")
        return np.asarray(kernel)
    except Exception as error:  # __array__ is foreign code
        raise InvalidTargetError(
            f"layer {layer}: a {type(kernel).__name__} is no float32 array of shape "
            f"(c_out, c_in, d, d) ({error}). Give a numpy array."
        ) from error
