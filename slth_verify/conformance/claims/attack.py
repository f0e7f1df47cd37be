"""What an attack on a formula is: points, and what must not exceed what there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from hypothesis import strategies as st

from slth_verify.conformance.claims.formulas import ends
from slth_verify.statements import Statement

#: What is seen, and what the claim allows; both on the side that spares the claim.
Pair = tuple[Fraction, Fraction]


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
    return ends(value).lower


def high(value: Any) -> Fraction:
    """A number that is not below a constant."""
    return ends(value).upper


def equal(found: Any, wanted: Any) -> tuple[Pair, Pair]:
    """That two positive constants are equal, as far as enclosures tell them apart."""
    return (low(found), high(wanted)), (low(wanted), high(found))


def rational(value: Fraction | int) -> Any:
    """The same number for SymPy."""
    exact = Fraction(value)
    return sp.Rational(exact.numerator, exact.denominator)


def shares(parts: int = 1024) -> st.SearchStrategy[Fraction]:
    """Numbers strictly between 0 and 1."""
    return st.integers(1, parts - 1).map(lambda over: Fraction(over, parts))


def accuracies(most: int = 40) -> st.SearchStrategy[Fraction]:
    """Accuracies from nearly a half down to tiny ones."""
    return st.builds(
        lambda power, over: Fraction(over, 1 << power + 12),
        st.integers(1, most),
        st.integers((1 << 11) + 1, 1 << 12),
    )
