"""Images from files: arrays of numpy or safetensors, never pickles."""

from __future__ import annotations

import io
import os
import tokenize
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from slth_verify.errors import InvalidParameterError
from slth_verify.files import read_regular
from slth_verify.graph.dyadics import exact_entries
from slth_verify.graph.given_input import same_entries
from slth_verify.limits import TENSOR_FILE_BYTES
from slth_verify.text import printable, reason_of

#: Name of the tensor in a file that has several.
_NAME = "images"

#: Everything that a damaged or hostile file can make numpy or safetensors raise; numpy
#: has the header of an array read as Python, by two parsers.
_DAMAGED = (
    ValueError,
    TypeError,
    OverflowError,
    SafetensorError,
    EOFError,
    SyntaxError,
    tokenize.TokenError,
    RecursionError,
    MemoryError,
)


def read_images(
    path: str | os.PathLike[str], scale: Fraction = Fraction(1)
) -> NDArray[Any]:
    """Images of a file, as a network reads them.

    Args:
        path: A ``.npy`` file, or a ``.safetensors`` file with one tensor or one called
            ``images``: numbers of shape ``(count, ...)``.
        scale: Every entry is multiplied by it, exactly; 1/255 for grey levels.

    Returns:
        The array of the file, or fractions if there is a scale.

    Raises:
        UnusableFileError: If the file cannot be read.
        InvalidParameterError: If it holds no such array, or the scale is 0.
    """
    if not scale:
        raise InvalidParameterError(
            "scale=0: every image would be 0. Give 1 for images as the network reads "
            "them, 1/255 for grey levels."
        )
    data = read_regular(path, TENSOR_FILE_BYTES)
    try:
        found = _npy(data) if Path(path).suffix == ".npy" else _safetensors(data)
        if found.ndim < 2 or found.dtype.kind not in "iuf":
            raise ValueError(f"an array of shape {found.shape}, dtype {found.dtype}")
        return found if scale == 1 else exact_entries(found) * scale
    except _DAMAGED as error:
        raise InvalidParameterError(
            f"IMAGES='{printable(str(path))}': a .npy file, or a .safetensors file "
            f"with a tensor '{_NAME}', of finite numbers (count, ...) is required "
            f"({reason_of(error, 400)}). Save the images with numpy.save."
        ) from error


def _npy(data: bytes) -> NDArray[Any]:
    # np.load would open an archive of arrays as well, and unpack it
    file = io.BytesIO(data)
    found = np.asarray(np.lib.format.read_array(file, allow_pickle=False))
    if file.read(1):
        raise ValueError("there is something behind the array")
    return found


def _safetensors(data: bytes) -> NDArray[Any]:
    tensors = load(data)
    if len(tensors) != 1 and _NAME not in tensors:
        raise ValueError(f"tensors {sorted(tensors)[:5]}")
    return np.asarray(
        tensors[_NAME] if _NAME in tensors else next(iter(tensors.values()))
    )


def given_images(images: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """Images as a user gives them: an array, a tensor, nested lists.

    Args:
        images: Numbers of shape ``(count, *shape)``; axes of length 1 may be missing.
        shape: Of one image.

    Raises:
        InvalidParameterError: If they are no finite numbers of that shape.
    """
    if hasattr(images, "detach"):  # a tensor that may want gradients
        images = images.detach()
    try:
        batch = np.asarray(images)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InvalidParameterError(
            f"images=<{type(images).__name__}>: an array of numbers is required, and "
            f"this is none ({reason_of(error)}; der:local). Pass a NumPy array."
        ) from error
    long = batch.dtype.kind == "f" and batch.dtype.itemsize > 8
    if long or isinstance(images, np.ma.MaskedArray) or batch.dtype.kind not in "iufO":
        raise InvalidParameterError(
            f"images of dtype {batch.dtype}, <{type(images).__name__}>: an array of "
            "numbers of at most 64 bits without a mask is required (der:local). Pass "
            "one."
        )
    if not batch.ndim or not len(batch) or not same_entries(batch.shape[1:], shape):
        raise InvalidParameterError(
            f"images of shape {batch.shape}: (count, "
            f"{', '.join(map(str, shape))}) is required, at least one image "
            "(der:local). Add a batch axis in front, and put channels before rows and "
            "columns."
        )
    if batch.dtype.kind == "f" and not np.isfinite(batch).all():
        finite = np.isfinite(batch).reshape(len(batch), -1).all(axis=1)
        raise InvalidParameterError(
            f"images[{int(np.argmin(finite))}] holds NaN or infinity: finite numbers "
            "are required (der:local). Leave the image out, or repair it."
        )
    return batch
