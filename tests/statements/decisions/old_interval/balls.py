"""Expressions of functions that need balls, by ball arithmetic throughout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy
from flint import arb

from old_interval.interval import Interval, UndecidedError
from slth_verify.enclosure import (
    Ball,
    Enclosure,
    binomial_coefficient,
    erf,
    from_ball,
    log_gamma,
    to_ball,
    working_precision,
)
from slth_verify.enclosure.balls.half_line import half_line_integral
from slth_verify.errors import InvalidParameterError
from slth_verify.limits import TERMS

MAX_TERMS = TERMS
_CAP = 512


def by_balls(constant: Any, bits: int) -> Interval:
    """Enclosure by ball arithmetic, at 512 bits at most."""
    if bits > _CAP:
        raise UndecidedError(f"{constant.func.__name__} is not enclosed here")
    try:
        with working_precision(bits):
            value = from_ball(_Evaluator({}, {}, _operations(sympy)).ball(constant))
    except (InvalidParameterError, ArithmeticError) as error:
        raise UndecidedError(str(error)) from error
    return Interval(value.lower, value.upper)


class _Evaluator:
    """Values of the symbols, and the table of operations."""

    def __init__(
        self,
        given: Mapping[Any, Enclosure | Fraction],
        bound: Mapping[Any, Fraction],
        operations: Mapping[Any, Callable[..., Ball]],
    ) -> None:
        self.given = given
        self.bound = bound
        self.operations = operations

    def ball(self, node: Any) -> Ball:
        if node.is_Rational:
            return to_ball(Fraction(int(node.p), int(node.q)))
        if node.is_Symbol:
            return self._symbol(node)
        known = getattr(node, "enclosure", None)
        if known is not None:
            return to_ball(known)
        if node.func.__name__ in ("Sum", "Product"):
            return self._terms(node)
        if node.func.__name__ == "Integral":
            return half_line_integral(node, self.ball)
        if node.is_Pow:
            return self._power(node)
        drawn_as = getattr(node.func, "stands_for", node.func)
        operation = self.operations.get(drawn_as)
        if operation is None:
            raise InvalidParameterError(
                f"operation={node.func.__name__} in {node} has no ball evaluation: one "
                "of the listed operations was required (any statement). Rewrite the "
                "expression; numbers must be rational, not floats."
            )
        return operation(*(self.ball(argument) for argument in node.args))

    def _symbol(self, node: Any) -> Ball:
        """An index of the sums around it, else the symbol, else its name."""
        if node in self.bound:
            return to_ball(self.bound[node])
        if node in self.given:
            return to_ball(self.given[node])
        named = [value for key, value in self.given.items() if str(key) == node.name]
        if len(named) != 1:
            raise InvalidParameterError(
                f"symbol={node.name} has {'no value' if not named else 'two values'}: "
                "every free symbol needs one (any statement). Pass values={"
                f"'{node.name}': ...}}; an unnamed constant of the paper has no number."
            )
        return to_ball(named[0])

    def _power(self, node: Any) -> Ball:
        base, exponent = node.args
        if exponent.is_Integer:
            return self.ball(base) ** int(exponent)
        if exponent.is_Rational and exponent.q == 2:
            return self.ball(base).sqrt() ** int(exponent.p)
        return self.ball(base) ** self.ball(exponent)

    def _terms(self, node: Any) -> Ball:
        product = node.func.__name__ == "Product"
        total = arb(1 if product else 0)
        for count, (evaluator, sign) in enumerate(self._points(node, node.limits)):
            if count >= MAX_TERMS:
                raise _too_long(node)
            term = evaluator.ball(node.function)
            total = total * term**sign if product else total + sign * term
        return total

    def _points(self, node: Any, limits: Any) -> Iterator[tuple[_Evaluator, int]]:
        """Values of all indices, the last limit outermost; backwards ranges count -1.

        A sum from a to b < a - 1 is minus that from b + 1 to a - 1, as SymPy has it.
        """
        if not limits:
            yield self, 1
            return
        *inner, (index, *ends) = limits
        low, high = (_integer(self.ball(end), str(end)) for end in ends)
        if abs(high - low) >= MAX_TERMS:
            raise _too_long(node)
        sign = -1 if high < low - 1 else 1
        values = range(low, high + 1) if sign > 0 else range(high + 1, low)
        for value in values:
            bound = {**self.bound, index: Fraction(value)}
            within = _Evaluator(self.given, bound, self.operations)
            for evaluator, other in within._points(node, inner):
                yield evaluator, sign * other


def _too_long(node: Any) -> InvalidParameterError:
    return InvalidParameterError(
        f"sum={node}: at most {MAX_TERMS} terms were required (any statement). Split "
        "the sum or use a closed form."
    )


def _integer(ball: Ball, name: str) -> int:
    value = ball.unique_fmpz()
    if value is None or not ball.is_exact():
        raise InvalidParameterError(
            f"{name}={ball} is no exact integer: an integer was required as the limit "
            "of a sum or an argument of floor, ceiling, binomial or factorial (any "
            "statement). Pass an integer, or more bits."
        )
    return int(value)


def _rounded(name: str) -> Callable[[Ball], Ball]:
    def rounded(x: Ball) -> Ball:
        result = getattr(x, name)()
        return result if x.is_finite() else arb.nan()

    return rounded


def _factorial(n: Ball) -> Ball:
    return (n + 1).gamma()


def _binomial(n: Ball, k: Ball) -> Ball:
    whole, part = _integer(n, "n"), _integer(k, "k")
    if not 0 <= whole < 2**63:
        raise InvalidParameterError("n is too large")
    return binomial_coefficient(whole, part)


def _beta(a: Ball, b: Ball) -> Ball:
    return a.gamma() * b.gamma() / (a + b).gamma()


def _sum_of(*terms: Ball) -> Ball:
    return sum(terms, arb(0))


def _product_of(*factors: Ball) -> Ball:
    total = arb(1)
    for factor in factors:
        total *= factor
    return total


def _largest(*items: Ball) -> Ball:
    total = items[0]
    for item in items[1:]:
        total = total.max(item)
    return total


def _smallest(*items: Ball) -> Ball:
    total = items[0]
    for item in items[1:]:
        total = total.min(item)
    return total


def _operations(sympy: Any) -> dict[Any, Callable[..., Ball]]:
    constants = {
        type(sympy.pi): arb.pi,
        type(sympy.E): arb.const_e,
        type(sympy.EulerGamma): arb.const_euler,
    }
    return {
        **constants,
        sympy.Add: _sum_of,
        sympy.Mul: _product_of,
        sympy.Max: _largest,
        sympy.Min: _smallest,
        sympy.exp: lambda x: x.exp(),
        sympy.log: lambda x, *base: x.log() / base[0].log() if base else x.log(),
        sympy.Abs: abs,
        sympy.erf: erf,
        sympy.erfc: lambda x: x.erfc(),
        sympy.gamma: lambda x: x.gamma(),
        sympy.loggamma: log_gamma,
        sympy.besselk: lambda order, x: x.bessel_k(order),
        sympy.beta: _beta,
        sympy.factorial: _factorial,
        sympy.binomial: _binomial,
        sympy.floor: _rounded("floor"),
        sympy.ceiling: _rounded("ceil"),
    }
