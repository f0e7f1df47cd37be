"""Parameters of certificates as text, by name: one place writes and reads them.

Steps of a derivation, lines of the library and files of the cache hold the same
parameters, some under keys of their own; each has a small table of these. What is read
proves nothing: only the evaluation of the certificate does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, ClassVar, Self, cast

from slth_verify.errors import InvalidParameterError
from slth_verify.limits import CERTIFICATE_BLOCKS, CERTIFICATE_SAMPLES
from slth_verify.numbers import exact_number, whole_number
from slth_verify.text import printable

_NO_KEYS: Mapping[str, str] = {}


class Stored:
    """Base of certificates whose parameters are written into files."""

    __slots__ = ()

    #: How each parameter is read, from its value and name, in the order of `values`.
    _READERS: ClassVar[Mapping[str, Callable[[Any, str], Any]]]

    def values(self, *names: str, keys: Mapping[str, str] = _NO_KEYS) -> dict[str, str]:
        """Parameters as exact text.

        Args:
            names: Which ones, in this order; by default all.
            keys: What the file calls them, where not by their names.
        """
        return {
            keys.get(name, name): _written(getattr(self, name))
            for name in names or self._READERS
        }

    @classmethod
    def from_values(
        cls,
        take: Callable[[str], object],
        keys: Mapping[str, str] = _NO_KEYS,
        **given: Any,
    ) -> Self:
        """The certificate of parameters that nobody vouches for.

        Args:
            take: Gives the value of a key; what it gives is read, or refused.
            keys: What the file calls them, where not by their names.
            given: Parameters that the question determines.

        Raises:
            InvalidParameterError: If a parameter is no exact number or out of range.
        """
        read = {}
        for name, reader in cls._READERS.items():
            if name not in given:
                key = keys.get(name, name)
                read[name] = reader(take(key), key)
        return cast(Any, cls)(**given, **read)  # type: ignore[no-any-return]


def number(value: Any, name: str) -> Fraction:
    """An exact number: an integer, or text such as ``1/100``."""
    if not isinstance(value, int | str):
        raise _refused(name, "an exact number, as text or an integer,")
    return exact_number(value, name)


def not_negative(value: Any, name: str) -> Fraction:
    """An exact number, at least 0."""
    found = number(value, name)
    if found < 0:
        raise _refused(name, "a number >= 0")
    return found


def positive(value: Any, name: str) -> Fraction:
    """An exact number above 0."""
    found = number(value, name)
    if found <= 0:
        raise _refused(name, "a positive number")
    return found


def half_integer(value: Any, name: str) -> Fraction:
    """Half of an integer, at least 0."""
    found = not_negative(value, name)
    if (2 * found).denominator != 1:
        raise _refused(name, "half of an integer")
    return found


def samples(value: Any, name: str) -> int:
    """A number of samples, as many as are evaluated at most."""
    return whole_number(number(value, name), name, least=1, most=CERTIFICATE_SAMPLES)


def blocks(value: Any, name: str) -> int:
    """A number of independent blocks, as many as are evaluated at most."""
    return whole_number(number(value, name), name, least=1, most=CERTIFICATE_BLOCKS)


def _refused(name: str, required: str) -> InvalidParameterError:
    return InvalidParameterError(
        f"{printable(name, 200)}: {required} was required (any statement). Store the "
        "certificate again."
    )


def _written(value: Any) -> str:
    """A number; or, of a tuple, the rows of its parts as JSON."""
    if isinstance(value, tuple):
        return json.dumps([part.row() for part in value])
    return str(value)
