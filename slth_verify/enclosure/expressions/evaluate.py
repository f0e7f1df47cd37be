"""From a symbolic expression to an enclosure, by a short list of known operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

from flint import fmpq

from slth_verify.enclosure._enclosure import Enclosure, NonFiniteError
from slth_verify.enclosure.balls.half_line import half_line_integral
from slth_verify.enclosure.balls.precision import working_precision
from slth_verify.enclosure.balls.special import Ball
from slth_verify.enclosure.expressions import span
from slth_verify.enclosure.expressions.operations import exact_integer, operations
from slth_verify.enclosure.expressions.span import Span
from slth_verify.errors import InvalidParameterError
from slth_verify.limits import TERMS
from slth_verify.numbers import exact_number

#: Largest number of terms of a symbolic sum that is evaluated term by term.
MAX_TERMS = TERMS

#: Comparisons, by the sign of left minus right.
_RELATIONS: dict[str, Callable[[int], bool]] = {
    "StrictLessThan": lambda sign: sign < 0,
    "LessThan": lambda sign: sign <= 0,
    "StrictGreaterThan": lambda sign: sign > 0,
    "GreaterThan": lambda sign: sign >= 0,
    "Equality": lambda sign: sign == 0,
}


def enclose(
    expression: Any,
    values: Mapping[Any, Enclosure | Fraction | int | str | float] | None = None,
    bits: int = 64,
) -> Enclosure:
    """Evaluate a SymPy expression in ball arithmetic.

    Only operations on a fixed list are carried out: rational numbers, pi, E and
    Euler's constant, symbols with a value, sums, products, powers, ``exp``, ``log``,
    ``sqrt``, ``Abs``, ``erf``, ``erfc``, ``gamma``, ``loggamma``, ``beta``,
    ``factorial``, ``binomial``, ``besselk``, ``Max``, ``Min``, ``floor``, ``ceiling``,
    ``Piecewise`` with comparisons as conditions, sums and products with integer limits,
    over several indices too, and integrals over the half line of a power and an
    exponential times error functions. A function that names another one in
    ``stands_for`` is read as that one, and a number with an ``enclosure`` as any point
    of it. Everything else is refused, floats inside the expression too.

    A rational number stays exact as long as it is short, in sums, products, powers and
    rational roots too; monotone functions of an interval are taken at its ends.

    Args:
        expression: A SymPy expression, an integer or a fraction. Strings are refused:
            parsing one would run it.
        values: Value of every free symbol, by symbol or by name. Numbers are read by
            `slth_verify.numbers`; an `Enclosure` stands for all its points.
        bits: Working precision.

    Returns:
        An enclosure of the value, for every choice of points in the enclosures given.

    Raises:
        InvalidParameterError: If a symbol has no value or an operation is not listed.
        NonFiniteError: If the value is undefined, or could be, at this precision; if a
            case of a ``Piecewise`` is open; or if an end exceeds ``2**(2**21)``.

    Rigor:
        Enclosed.

    Examples:
        >>> import sympy as sp
        >>> n = sp.Symbol("n")
        >>> print(enclose(sp.log(n), {"n": 2}))
        [0.693147180559, 0.69314718056]
    """
    import sympy

    if isinstance(expression, str | float):
        raise InvalidParameterError(
            f"expression={expression!r} is a {type(expression).__name__}: a SymPy "
            "expression or an exact number was required (any statement). Build it "
            "from sympy.Symbol and sympy.Rational."
        )
    given = {key: _read(value, str(key)) for key, value in (values or {}).items()}
    with working_precision(bits):
        return _Evaluator(given, {}).span(sympy.sympify(expression)).enclosure()


def _read(value: Any, name: str) -> Span:
    if isinstance(value, Enclosure):
        return _between(value)
    return Span.rational(exact_number(value, name))


def _between(value: Enclosure) -> Span:
    low, high = Span.rational(value.lower), Span.rational(value.upper)
    return Span.between(low.low, high.high)


class _Evaluator:
    """Values of the symbols, and of the indices of the sums around."""

    def __init__(self, given: Mapping[Any, Span], bound: Mapping[Any, Span]) -> None:
        self.given = given
        self.bound = bound
        self.found: dict[Any, Span] = {}

    def span(self, node: Any) -> Span:
        """The value of one part; parts that occur again are not computed again."""
        if node not in self.found:
            self.found[node] = self._span(node)
        return self.found[node]

    def ball(self, node: Any) -> Ball:
        """The value as one ball."""
        return self.span(node).ball

    def _span(self, node: Any) -> Span:
        if node.is_Rational:
            return Span.point(fmpq(int(node.p), int(node.q)))
        if node.is_Symbol:
            return self._symbol(node)
        known = getattr(node, "enclosure", None)
        if known is not None:
            return _between(known)
        name = node.func.__name__
        if name in ("Sum", "Product"):
            return self._terms(node)
        if name == "Integral":
            return Span.point(half_line_integral(node, self.ball))
        if name == "Piecewise":
            return self._case(node)
        if name == "log" and len(node.args) == 1:
            return self._log(node.args[0])
        drawn_as = getattr(node.func, "stands_for", node.func)
        operation = operations().get(drawn_as)
        if operation is None:
            raise InvalidParameterError(
                f"operation={name} in {node} has no ball evaluation: one of the listed "
                "operations was required (any statement). Rewrite the expression; "
                "numbers must be rational, not floats."
            )
        return operation(*(self.span(argument) for argument in node.args))

    def _symbol(self, node: Any) -> Span:
        """An index of the sums around it, else the symbol, else its name."""
        if node in self.bound:
            return self.bound[node]
        if node in self.given:
            return self.given[node]
        named = [value for key, value in self.given.items() if str(key) == node.name]
        if len(named) != 1:
            raise InvalidParameterError(
                f"symbol={node.name} has {'no value' if not named else 'two values'}: "
                "every free symbol needs one (any statement). Pass values={"
                f"'{node.name}': ...}}; an unnamed constant of the paper has no number."
            )
        return named[0]

    def _log(self, node: Any) -> Span:
        """``log`` of a product or power as a sum, however large that may be."""
        if not _plainly_positive(node):
            return span.log(self.span(node))
        if node.is_Mul:
            return reduce(span.add, map(self._log, node.args))
        base, exponent = node.as_base_exp()
        if base.func.__name__ == "Exp1":
            return self.span(exponent)
        if exponent == 1:
            return span.log(self.span(base))
        return span.multiply(self.span(exponent), self._log(base))

    def _case(self, node: Any) -> Span:
        """The first case of a Piecewise that holds, where all before it fail."""
        for value, condition in node.args:
            truth = self._truth(condition)
            if truth is None:
                raise NonFiniteError("a case of a Piecewise is open")
            if truth:
                return self.span(value)
        raise NonFiniteError("no case of a Piecewise holds")

    def _truth(self, condition: Any) -> bool | None:
        """Truth of a comparison, or of several at once; None where it is open."""
        name = condition.func.__name__
        if name in ("BooleanTrue", "BooleanFalse"):
            return bool(name == "BooleanTrue")
        if name == "And":
            parts = [self._truth(part) for part in condition.args]
            return False if False in parts else None if None in parts else True
        relation = _RELATIONS.get(name)
        if relation is None:
            return None
        try:
            gap = self.span(condition.lhs - condition.rhs)
        except (InvalidParameterError, ArithmeticError):
            return None
        impossible = {
            -1: gap.low >= 0,
            0: gap.low > 0 or gap.high < 0,
            1: gap.high <= 0,
        }
        truths = {relation(sign) for sign, never in impossible.items() if not never}
        return truths.pop() if len(truths) == 1 else None

    def _terms(self, node: Any) -> Span:
        product = node.func.__name__ == "Product"
        total = Span.point(fmpq(1 if product else 0))
        for count, (evaluator, sign) in enumerate(self._points(node, node.limits)):
            if count >= MAX_TERMS:
                raise _too_long(node)
            term = evaluator.span(node.function)
            if product:
                total = span.multiply(total, span.integer_power(term, sign))
            else:
                total = span.add(total, term if sign > 0 else span.negative(term))
        return total

    def _points(self, node: Any, limits: Any) -> Iterator[tuple[_Evaluator, int]]:
        """Values of all indices, the last limit outermost; backwards ranges count -1.

        A sum from a to b < a - 1 is minus that from b + 1 to a - 1, as SymPy has it.
        """
        if not limits:
            yield self, 1
            return
        *inner, (index, *ends) = limits
        low, high = (exact_integer(self.span(end), str(end)) for end in ends)
        if abs(high - low) >= MAX_TERMS:
            raise _too_long(node)
        sign = -1 if high < low - 1 else 1
        values = range(low, high + 1) if sign > 0 else range(high + 1, low)
        for value in values:
            bound = {**self.bound, index: Span.point(fmpq(value))}
            within = _Evaluator(self.given, bound)
            for evaluator, other in within._points(node, inner):
                yield evaluator, sign * other


def _plainly_positive(node: Any) -> bool:
    """Positive by its form alone: positive rationals, pi, e, and powers of such."""
    if node.is_Rational:
        return bool(node.p > 0)
    if node.is_Mul:
        return all(map(_plainly_positive, node.args))
    if node.is_Pow or node.func.__name__ == "exp":
        base, exponent = node.as_base_exp()
        if base.func.__name__ == "Exp1":
            return True
        return bool(exponent.is_Rational) and _plainly_positive(base)
    return node.func.__name__ in ("Pi", "Exp1")


def _too_long(node: Any) -> InvalidParameterError:
    return InvalidParameterError(
        f"sum={node}: at most {MAX_TERMS} terms were required (any statement). Split "
        "the sum or use a closed form."
    )
