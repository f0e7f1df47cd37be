"""What a claim allows at a point, by a formula that is opened once.

`Statement.bound` puts numbers into a formula, which takes SymPy milliseconds at every
point. Here definitions, defaults and entries of arrays are written out once, and the
formula is then enclosed with numbers for its symbols. Where that gives no narrow
enclosure, as where a floor jumps, the numbers are put in by SymPy as always.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from slth_verify.enclosure import Enclosure, enclose
from slth_verify.errors import InvalidParameterError
from slth_verify.statements import Statement
from slth_verify.statements.decisions.decide import enclosed
from slth_verify.statements.queries.values import evaluate, with_defaults

_BITS = 128
#: Wider ones, in parts of the larger end, are not taken.
_NARROW = Fraction(1, 1 << 64)
_MOST_FORMS = 256


class Ends(NamedTuple):
    """A number lies between two others.

    Attributes:
        lower: Not above it.
        upper: Not below it.
    """

    lower: Fraction
    upper: Fraction

    def times(self, factor: Fraction | int) -> Ends:
        """The ends of a product with a number that is not negative."""
        return Ends(self.lower * factor, self.upper * factor)


def bound_of(s: Statement, of: str | None = None, /, **values: Any) -> Ends:
    """The bound of a claim with numbers put in; hypotheses are not looked at.

    Args:
        s: The statement.
        of: Claim or subject; the main claim by default.
        values: As `Statement.bound` takes them.

    Raises:
        ArithmeticError: If there is no enclosure of it.

    Rigor:
        Enclosed, to 128 bits.
    """
    found = opened(s, of, values)
    if found is None:
        return ends(s.bound(of, check=False, **values))
    return found


def gap_of(s: Statement, hypothesis: str, /, **values: Any) -> Ends:
    """The left side of a hypothesis less the right one, with numbers put in.

    Args:
        s: The statement.
        hypothesis: Its name.
        values: As `bound_of` takes them; integers stand for indices too.

    Raises:
        ArithmeticError: If there is no enclosure of it.

    Rigor:
        Enclosed, to 128 bits; exact where all numbers are small dyadic ones.
    """
    relation = next(h.relation for h in s.hypotheses if h.name == hypothesis)
    found = _enclosed(s, hypothesis, relation.lhs - relation.rhs, values)
    if found is None:
        raise ArithmeticError(f"no enclosure of {hypothesis} at {values}")
    return Ends(found.lower, found.upper)


def number(form: Any, **values: Fraction | int) -> Ends:
    """The value of an expression with numbers for its symbols, by name."""
    found = enclose(form, values, _BITS)
    return Ends(found.lower, found.upper)


def ends(value: Any) -> Ends:
    """The ends of an exact number, or of a constant expression.

    Raises:
        ArithmeticError: If there is no enclosure of it.
    """
    if isinstance(value, Ends):
        return value
    if isinstance(value, Fraction | int):
        return Ends(Fraction(value), Fraction(value))
    constant = sp.sympify(value)
    if constant.is_Rational:
        exact = Fraction(int(constant.p), int(constant.q))
        return Ends(exact, exact)
    found = enclosed(constant, _BITS)
    if found is None:
        raise ArithmeticError(f"no enclosure of {str(constant)[:200]}")
    return Ends(found.lower, found.upper)


def opened(s: Statement, of: str | None, values: Mapping[str, Any]) -> Ends | None:
    """The bound by the formula that was opened; None where that is not narrow."""
    claim = s.claim(of)
    found = _enclosed(s, claim.name, claim.expression, values)
    if found is None or not _is_narrow(found):
        return None
    return Ends(found.lower, found.upper)


def _enclosed(
    s: Statement, part: str, expression: Any, values: Mapping[str, Any]
) -> Enclosure | None:
    """An expression of a part of a statement; None where there is no enclosure."""
    numbers: dict[str, Fraction] = {}
    shapes: list[Any] = []
    listed = any(isinstance(value, (list, tuple)) for value in values.values())
    for name, value in values.items():
        if isinstance(value, (list, tuple)):
            entries = dict(_entries(name, value))
            numbers |= {key: _exact(entry) for key, entry in entries.items()}
            shapes.append((name, tuple(entries)))
        elif isinstance(value, int) and listed:  # what arrays are as long as
            shapes.append((name, value))
        elif isinstance(value, Fraction | int | str):
            numbers[name] = Fraction(value)
            shapes.append((name, None))
        else:
            return None
    form = _form(s, part, expression, tuple(shapes), values)
    try:
        return enclose(form, numbers, _BITS)
    except (InvalidParameterError, ArithmeticError):
        return None


#: Statements are kept beside their formulas, so that no other takes their place.
_FORMS: dict[Any, tuple[Statement, Any]] = {}


def _form(
    s: Statement, part: str, expression: Any, shapes: Any, values: Mapping[str, Any]
) -> Any:
    """The expression in symbols that are named as the numbers are."""
    key = id(s), part, shapes
    if key not in _FORMS:
        if len(_FORMS) >= _MOST_FORMS:
            _FORMS.clear()
        given = {
            s.variable(name).symbol: _put(s, name, shape, values[name])
            for name, shape in shapes
        }
        _FORMS[key] = s, evaluate(s, expression, with_defaults(s, given))
    return _FORMS[key][1]


def _put(s: Statement, name: str, shape: Any, value: Any) -> Any:
    """What stands for a symbol: itself, a number, or an array of new symbols."""
    if shape is None:
        return s.variable(name).symbol
    if isinstance(shape, int):
        return sp.Integer(shape)
    return sp.ImmutableDenseNDimArray(_named(name, value))


def _entries(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, (list, tuple)):
        for place, part in enumerate(value):
            yield from _entries(f"{name}_{place}", part)
    else:
        yield name, value


def _named(name: str, value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_named(f"{name}_{place}", part) for place, part in enumerate(value)]
    return sp.Symbol(name, real=True)


def _exact(value: Any) -> Fraction:
    if isinstance(value, Fraction | int):
        return Fraction(value)
    return Fraction(int(value.p), int(value.q))


def _is_narrow(found: Enclosure) -> bool:
    return found.width <= _NARROW * max(abs(found.lower), abs(found.upper))
