"""Enclosures by ball arithmetic that the package has installed (`_ball_port`)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from slth_verify import _ball_port
from slth_verify.errors import InvalidParameterError
from slth_verify.statements.decisions.interval import Interval, UndecidedError

_CAP = 512


class Ranged(sp.AtomicExpr):  # type: ignore[misc, unused-ignore]
    """A number of which only an interval is known; the same wherever it occurs."""

    def interval(self) -> Interval:
        """The interval."""
        raise NotImplementedError


def by_balls(constant: Any, bits: int) -> Interval:
    """Enclosure by the ball arithmetic that the package has installed.

    Raises:
        UndecidedError: If none is installed, it does not know the functions, or more
            than 512 bits are asked for.
    """
    evaluate = _ball_port.installed()
    if evaluate is None or bits > _CAP:
        raise UndecidedError(f"{constant.func.__name__} is not enclosed here")
    ranges: dict[Any, tuple[Fraction, Fraction]] = {}
    plain = constant
    for number in constant.atoms(sp.AtomicExpr):
        if isinstance(number, Ranged):
            stand_in = sp.Dummy(real=True)
            ends = number.interval()
            ranges[stand_in] = (ends.lower, ends.upper)
            plain = plain.xreplace({number: stand_in})
    try:
        return Interval(*evaluate(plain, ranges, bits))
    except (InvalidParameterError, ArithmeticError) as error:
        raise UndecidedError(str(error)) from error
