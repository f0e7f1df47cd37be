"""Types of options, read by the package's one reader of numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

import click

from slth_verify.deadline import seconds_of
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import (
    exact_number,
    shown,
    whole_number,
    whole_numbers_of_text,
)

_Read = TypeVar("_Read")
#: Kinds of devices that torch has names for.
_DEVICES = frozenset(
    (
        *("cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip"),
        *("ve", "fpga", "maia", "xla", "lazy", "vulkan", "mps", "meta", "hpu", "mtia"),
        "privateuseone",
    )
)
#: MiB: one byte, and more than any machine has.
_LEAST, _MOST = Fraction(1, 2**20), 2**42


class _Number(click.ParamType[_Read], Generic[_Read]):
    """An option that a reader of numbers reads, or refuses by name."""

    def __init__(self, name: str, read: Callable[[Any, str], _Read]) -> None:
        self.name, self._read = name, read

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> _Read:
        """What one option says."""
        named = "value" if param is None or param.name is None else param.name
        try:
            return self._read(value, named)
        except InvalidParameterError as error:
            self.fail(str(error), param, ctx)


def integer(least: int, most: int | None = None) -> click.ParamType[int]:
    """A whole number in a range: ``7``, ``1e6``."""
    return _Number("integer", partial(whole_number, least=least, most=most))


def integers(least: int, most: int | None = None) -> click.ParamType[tuple[int, ...]]:
    """Comma-separated whole numbers in a range: ``1,8,16`` or ``100000,2e6``."""
    return _Number("integers", partial(whole_numbers_of_text, least=least, most=most))


def _bytes_of(value: Any, name: str) -> int:
    size = exact_number(value, name)
    if size <= 0:
        raise InvalidParameterError(
            f"{name}={shown(value)}: a positive number of MiB was required. Pass more."
        )
    return max(1, min(int(size * 2**20), sys.maxsize))


def _exact(text: str, name: str) -> str:
    exact_number(text, name)
    return text


def _accuracy(text: str, name: str, *, zero: bool) -> str:
    written = text.strip()
    number = exact_number(written.removesuffix("%"), name)
    if number < 0 or (number == 0 and not (zero and written == text.rstrip("%"))):
        raise InvalidParameterError(
            f"{name}={shown(text)}: an error that is admitted must be positive, or a "
            "positive share such as 2% (thm:structured-slth). Give more."
        )
    return text


def accuracy(*, zero: bool = False) -> click.ParamType[str]:
    """An admissible error as it was written: ``1/100``, or a share ``2%``.

    Args:
        zero: Whether no error at all may be asked for.
    """
    return _Number("accuracy", partial(_accuracy, zero=zero))


def _device(text: str, name: str) -> str:
    """The name of a device that torch knows, unless plug-ins may add others."""
    kind, _, number = text.partition(":")
    known = kind in _DEVICES or bool(entry_points(group="torch.backends"))
    if not known or not (number.isdecimal() or text == kind):
        raise InvalidParameterError(
            f"{name}={shown(text)}: a torch device with double precision was required, "
            "such as cuda or cuda:1 (def:subset-sum-number). Give one, or leave it out."
        )
    return text


#: An exact number as it was written: ``0.01``, ``1/100``, ``1e-6``.
EXACT: click.ParamType[str] = _Number("number", _exact)

#: A positive number of seconds.
SECONDS: click.ParamType[float] = _Number("seconds", seconds_of)

#: A positive number of MiB, as bytes.
MEBIBYTES: click.ParamType[int] = _Number("mebibytes", _bytes_of)

#: A torch device, by its name; whether it is here is known once torch is loaded.
DEVICE: click.ParamType[str] = _Number("device", _device)
