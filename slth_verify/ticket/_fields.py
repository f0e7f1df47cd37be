"""What tickets require of a number, a text and an array."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.limits import DIGITS, EXPONENT, NAME
from slth_verify.numbers import shown

#: Digits of eps; any accuracy over any admitted input bound has fewer.
_EPS_DIGITS = 2 * (DIGITS + EXPONENT)
_RATIONAL = re.compile(r"[0-9]+(/0*[1-9][0-9]*)?", re.ASCII)


def plain(value: Any) -> Any:
    """A value of a field, where it is of a subclass as what it holds, read once.

    A subclass may compare, print and index as it likes. Values of other types are
    returned as they are; whoever reads the field refuses them.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Fraction):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, np.ndarray):
        return np.asarray(value)  # of a subclass, its plain array
    if isinstance(value, dict):
        return {plain(key): plain(dict.__getitem__(value, key)) for key in value}
    return value


def rational(text: Any) -> Fraction:
    """``"p/q"``; its digits are counted before it is parsed."""
    if not isinstance(text, str) or not _RATIONAL.fullmatch(text):
        raise ValueError(f"eps={shown(text)} is no rational p/q")
    if any(len(part) > _EPS_DIGITS for part in text.split("/")):
        raise ValueError(f"eps has more than {_EPS_DIGITS} digits")
    return Fraction(text)


def require_eps(eps: Any) -> None:
    """A rational that is not negative, of so many digits at most."""
    if not isinstance(eps, Fraction) or eps < 0:
        raise ValueError(f"eps={shown(eps)} is no rational >= 0")
    if max(eps.numerator, eps.denominator) >= 10**_EPS_DIGITS:
        raise ValueError(f"eps has more than {_EPS_DIGITS} digits")


def require_text(name: Any, text: Any) -> None:
    """A short text that UTF-8 can hold."""
    if not isinstance(name, str) or not isinstance(text, str) or len(text) > NAME:
        raise ValueError(f"{shown(name)}: {shown(text)} is no short text")
    text.encode("utf-8")  # an unpaired surrogate is no text


def require_array(name: str, array: NDArray[Any], dtype: type[Any], axes: int) -> None:
    """An array of that dtype with so many axes, of NumPy's own class.

    Anything else with a dtype and axes may show other entries each time it is asked.
    """
    if type(array) is not np.ndarray:
        raise ValueError(f"{name}={shown(array)} is no NumPy array")
    if array.dtype != dtype or array.ndim != axes:
        raise ValueError(f"{name} has dtype {array.dtype} and shape {array.shape}")
