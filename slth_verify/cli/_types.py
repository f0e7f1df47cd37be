"""Types of options, read by the package's one reader of numbers."""

from __future__ import annotations

from typing import Any

import click

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import whole_number, whole_numbers


class Integer(click.ParamType[int]):
    """A whole number: ``7``, ``1e6``.

    Args:
        least: Smallest admitted value.
        most: Largest admitted value.
    """

    name = "integer"

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        self._least, self._most = least, most

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The integer of one option."""
        try:
            return whole_number(value, _name(param), least=self._least, most=self._most)
        except InvalidParameterError as error:
            self.fail(str(error), param, ctx)


class Integers(click.ParamType[tuple[int, ...]]):
    """Comma-separated whole numbers: ``1,8,16`` or ``100000,2e6``.

    Args:
        least: Smallest admitted value.
        most: Largest admitted value.
    """

    name = "integers"

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        self._least, self._most = least, most

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """The integers of one option."""
        try:
            return whole_numbers(
                value, _name(param), least=self._least, most=self._most
            )
        except InvalidParameterError as error:
            self.fail(str(error), param, ctx)


class Seconds(click.ParamType[float]):
    """A positive number of seconds."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The seconds of one option."""
        from slth_verify.deadline import seconds_of

        try:
            return seconds_of(value, _name(param))
        except InvalidParameterError as error:
            self.fail(str(error), param, ctx)


def _name(param: click.Parameter | None) -> str:
    return "value" if param is None or param.name is None else param.name
