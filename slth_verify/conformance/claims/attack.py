"""What an attack on a formula is: points, and what must not exceed what there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from hypothesis import strategies as st

from slth_verify.statements import Statement
from slth_verify.statements.decisions.decide import enclosed

#: What is seen, and what the claim allows; both on the side that spares the claim.
Pair = tuple[Fraction, Fraction]
_BITS = 128


@dataclass(frozen=True, slots=True)
class Attack:
    """How the formulas of one statement are attacked.

    Attributes:
        points: What is drawn.
        compare: Of the statement and a point: the pairs of which none may be seen
            larger than allowed.
        what: The ratio in words; "" where there is none.
        cases: How many points suffice to catch the lies that are planted.
    """

    points: st.SearchStrategy[Any]
    compare: Callable[[Statement, Any], Iterable[Pair]]
    what: str
    cases: int = 24


def low(value: Any) -> Fraction:
    """A number that is not above a constant; nothing is seen where it has no value."""
    return _ends(value)[0]


def high(value: Any) -> Fraction:
    """A number that is not below a constant."""
    return _ends(value)[1]


def equal(found: Any, wanted: Any) -> tuple[Pair, Pair]:
    """That two positive constants are equal, as far as enclosures tell them apart."""
    return (low(found), high(wanted)), (low(wanted), high(found))


def rational(value: Fraction | int) -> Any:
    """The same number for SymPy."""
    exact = Fraction(value)
    return sp.Rational(exact.numerator, exact.denominator)


def shares(parts: int = 64) -> st.SearchStrategy[Fraction]:
    """Numbers strictly between 0 and 1."""
    return st.integers(1, parts - 1).map(lambda over: Fraction(over, parts))


def accuracies(most: int = 40) -> st.SearchStrategy[Fraction]:
    """Accuracies from nearly a half down to tiny ones."""
    return st.builds(
        lambda power, over: Fraction(over, 1 << power + 6),
        st.integers(1, most),
        st.integers(33, 64),
    )


def _ends(value: Any) -> Pair:
    if isinstance(value, Fraction | int):
        return Fraction(value), Fraction(value)
    constant = sp.sympify(value)
    if constant.is_Rational:
        exact = Fraction(int(constant.p), int(constant.q))
        return exact, exact
    found = enclosed(constant, _BITS)
    if found is None:
        raise ArithmeticError(f"no enclosure of {str(constant)[:200]}")
    return found.lower, found.upper
