"""Where the symbolic room finds ball arithmetic, without importing the room above it.

`slth_verify.statements` encloses the constants that it can with its own rational
arithmetic. For all others, such as general gamma functions and integrals, it asks here.
The package installs the name of an evaluator when it is imported; the evaluator itself
is imported when it is first needed. `install` puts another one in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from importlib import import_module
from typing import Any

Ends = tuple[Fraction, Fraction]

#: ``(expression, ranges, bits) -> (lower, upper)``: exact ends of an interval that
#: contains the expression for all values of its symbols within their ranges. Raises
#: `InvalidParameterError` or `ArithmeticError` where it knows no such interval.
Evaluator = Callable[[Any, Mapping[Any, Ends], int], Ends]

_installed: list[str | Evaluator] = []


def install(evaluator: str | Evaluator | None) -> None:
    """Use an evaluator from now on.

    Args:
        evaluator: The evaluator, or ``"module:name"`` for one that is imported when
            it is first needed; None for none.
    """
    _installed[:] = [] if evaluator is None else [evaluator]


def installed() -> Evaluator | None:
    """The evaluator in use, imported if need be; None if there is none."""
    if not _installed:
        return None
    found = _installed[0]
    if isinstance(found, str):
        module, name = found.split(":")
        found = getattr(import_module(module), name)
        _installed[:] = [found]
    return found
