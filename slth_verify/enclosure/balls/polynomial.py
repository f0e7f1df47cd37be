"""Polynomials with ball coefficients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isqrt

from flint import acb, acb_poly, arb_poly

from slth_verify.enclosure.balls.integrals import ComplexBall
from slth_verify.enclosure.balls.special import Ball


def polynomial(coefficients: Sequence[Ball]) -> Callable[[Ball], Ball]:
    """The polynomial with these coefficients, constant term first, as a function.

    Cost: evaluation takes about 50 ns per coefficient.
    """
    return arb_poly(list(coefficients))


def complex_polynomial(
    coefficients: Sequence[Ball | ComplexBall],
) -> Callable[[ComplexBall], ComplexBall]:
    """As `polynomial`, at complex balls; coefficients may be complex too.

    Complex balls are rectangles, which grow by up to a factor of sqrt(2) in every
    multiplication. The polynomial is cut into pieces, so that for n coefficients there
    are about 2 sqrt(n) multiplications in a row, and not n.
    """
    length = max(1, isqrt(len(coefficients)))
    pieces = [
        acb_poly(list(coefficients[start : start + length]))
        for start in range(0, len(coefficients), length)
    ]

    def evaluate(x: ComplexBall) -> ComplexBall:
        step = x**length
        total = acb(0)
        for piece in reversed(pieces):
            total = total * step + piece(x)
        return total

    return evaluate
