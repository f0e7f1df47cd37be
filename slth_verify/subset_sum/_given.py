"""Arrays of numbers as a user gives them to a search: read exactly, or refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown

#: Up to here every integer is a float64.
_WHOLE = 1 << 53


def given_floats(
    values: Any, name: str, source: str = "def:subset-sum-number"
) -> Float64Array:
    """An array of float64 with exactly the numbers given; they may be NaN or infinite.

    Args:
        values: A NumPy array or nested lists of real numbers, of any shape.
        name: How the error message calls it.
        source: The statement that requires them.

    Raises:
        InvalidParameterError: If it is no array of real numbers (bools, texts, complex
            numbers, masked entries), or one of them is no float64 number.

    Rigor:
        Exact.
    """
    if type(values) is np.ndarray and values.dtype == np.float64:
        return values
    if hasattr(values, "detach"):  # a tensor that may want gradients
        values = values.detach()
    try:
        given = np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise _refused(values, name, "no array", source) from error
    if given.dtype.kind not in "iuf" or isinstance(values, np.ma.MaskedArray):
        kind = f"dtype {given.dtype}"
        if isinstance(values, np.ma.MaskedArray):
            kind = "a masked array"
        raise _refused(values, name, kind, source)
    with np.errstate(over="ignore"):
        floats = given.astype(np.float64)
    if given.dtype.kind == "f":
        same = (floats == given) | np.isnan(given)
    else:
        wide = (given > _WHOLE) | (given < -_WHOLE)
        pairs = zip(floats[wide].tolist(), given[wide].tolist(), strict=True)
        same = np.array([int(number) == exact for number, exact in pairs], np.bool_)
    if not np.all(same):
        raise _refused(values, name, "a number that no float64 equals", source)
    return floats


def _refused(values: Any, name: str, what: str, source: str) -> InvalidParameterError:
    return InvalidParameterError(
        f"{name}={shown(values)}: {what}, but an array of real numbers, each of them a "
        f"float64, is required ({source}). Pass a NumPy array of float64 for {name}."
    )
