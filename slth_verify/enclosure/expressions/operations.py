"""The SymPy functions that are carried out, as functions of spans."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache, reduce
from typing import Any

from flint import arb, fmpq, fmpz

from slth_verify.enclosure.balls.discrete import binomial_coefficient
from slth_verify.enclosure.balls.special import Ball, log_gamma
from slth_verify.enclosure.expressions import span
from slth_verify.enclosure.expressions.span import Span
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import rough

#: Factorials and binomial coefficients of larger numbers are balls at once.
_SMALL = 4096


def exact_integer(value: Span, name: str) -> int:
    """The integer that a span is.

    Raises:
        InvalidParameterError: If it is not known to be one, or which one.
    """
    if value.exact is None or value.exact.q != 1:
        raise InvalidParameterError(
            f"{name}={value.ball} is no exact integer: an integer was required as the "
            "limit of a sum or an argument of floor, ceiling, binomial or factorial "
            "(any statement). Pass an integer, or more bits."
        )
    return int(value.exact.p)


def _binomial(n: Span, k: Span) -> Span:
    whole, part = exact_integer(n, "n"), exact_integer(k, "k")
    if not 0 <= whole < 2**63:
        raise InvalidParameterError(
            f"n={rough(Fraction(whole))}: a binomial coefficient is evaluated for "
            "0 <= n < 2^63 (any statement). Rewrite the expression."
        )
    if 0 <= part <= whole <= _SMALL:
        return Span.point(fmpq(fmpz.bin_uiui(whole, part)))
    return Span.point(binomial_coefficient(whole, part))


def _gamma(x: Span) -> Span:
    known = x.exact
    if known is not None and known.q == 1 and 1 <= known.p <= _SMALL:
        return Span.point(fmpq(fmpz.fac_ui(known.p - 1)))
    return Span.point(x.ball.gamma())


def _beta(a: Span, b: Span) -> Span:
    both = span.inverse(_gamma(span.add(a, b)))
    return span.multiply(span.multiply(_gamma(a), _gamma(b)), both)


def _of_ball(function: Callable[..., Ball]) -> Callable[..., Span]:
    """A function of balls as one of spans."""
    return lambda *items: Span.point(function(*(item.ball for item in items)))


@cache
def operations() -> dict[Any, Callable[..., Span]]:
    """For each SymPy class that is carried out, its function of spans."""
    import sympy

    zero, one = Span.point(fmpq(0)), Span.point(fmpq(1))
    return {
        type(sympy.pi): _of_ball(arb.pi),
        type(sympy.E): _of_ball(arb.const_e),
        type(sympy.EulerGamma): _of_ball(arb.const_euler),
        sympy.Add: lambda *terms: reduce(span.add, terms, zero),
        sympy.Mul: lambda *factors: reduce(span.multiply, factors, one),
        sympy.Pow: span.power,
        sympy.Max: span.greatest,
        sympy.Min: span.least,
        sympy.exp: span.exp,
        sympy.log: lambda x, b: span.multiply(span.log(x), span.inverse(span.log(b))),
        sympy.Abs: span.magnitude,
        sympy.erf: lambda x: x.rising(lambda number: arb(number).erf()),
        sympy.erfc: lambda x: x.falling(lambda number: arb(number).erfc()),
        sympy.gamma: _gamma,
        sympy.loggamma: _of_ball(log_gamma),
        sympy.besselk: _of_ball(lambda order, x: x.bessel_k(order)),
        sympy.beta: _beta,
        sympy.factorial: lambda n: _gamma(span.add(n, one)),
        sympy.binomial: _binomial,
        sympy.floor: span.floor,
        sympy.ceiling: span.ceiling,
    }
