"""Values of a query: each one read by what its symbol stands for, or refused.

A value is admitted where it is shown to be of the symbol's kind: a real number or
expression for a real symbol, an integer for an integer one. Ranges are enforced as far
as proofs or assumptions reach; what depends on further symbols stays open and meets the
hypotheses once it has numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown
from slth_verify.statements._data import StatementData
from slth_verify.statements._types import Variable
from slth_verify.statements.decisions import substitution
from slth_verify.statements.decisions.decide import enclosed
from slth_verify.statements.decisions.exact import read_exact
from slth_verify.statements.decisions.proved import exact_ceiling
from slth_verify.statements.queries.box import indices
from slth_verify.statements.queries.ranges import domain_holds
from slth_verify.statements.vocabulary import NamedSet, is_inert
from slth_verify.verdict import Verdict

_INTEGERS = (sp.S.Naturals, sp.S.Naturals0, sp.S.Integers)

#: Where the entries of an array lie, by the first word of its domain.
ENTRY_DOMAINS = {"nonnegative": sp.Interval(0, sp.oo), "binary": sp.Interval(0, 1)}


def read_value(statement: StatementData, variable: Variable, value: Any) -> Any:
    """The exact value that a query gives one symbol.

    Args:
        statement: Where the symbol is declared.
        variable: The symbol with its domain.
        value: For a number: as `read_exact`. For an array: nested sequences or a SymPy
            array, an indexed base, a lambda of the indices, or one number for all
            entries. For a function: a lambda or a SymPy function. For an object such as
            a sample: another symbol.

    Raises:
        InvalidParameterError: If the value is not shown to be of that kind, or lies
            outside the domain.

    Rigor:
        Exact.
    """
    reader = _Reader(statement.id, variable)
    if isinstance(variable.symbol, UndefinedFunction):
        return reader.function(value)
    if isinstance(variable.symbol, sp.IndexedBase):
        return reader.array(value)
    if isinstance(variable.domain, NamedSet):
        return reader.thing(value)
    return reader.number(value, variable.domain)


def refuse_no_number(statement: StatementData, variable: Variable) -> None:
    """Only numbers are solved for: no functions, arrays, objects or bound indices.

    Raises:
        InvalidParameterError: For one of those; the message lists what is a number.
    """
    if _is_number(statement, variable):
        return
    kind = "an index" if variable.symbol in indices(statement) else "no number"
    names = [v.name for v in statement.symbols if _is_number(statement, v)]
    raise InvalidParameterError(
        f"symbol={variable.name!r} is {kind} in {statement.id} ({variable.meaning}): a "
        f"number was required. Ask for one of {', '.join(names)}."
    )


def _is_number(statement: StatementData, variable: Variable) -> bool:
    plain = isinstance(variable.symbol, sp.Symbol)
    named = isinstance(variable.domain, NamedSet)
    return plain and not named and variable.symbol not in indices(statement)


class _Reader:
    """Reading one symbol's value, and refusing it in words."""

    def __init__(self, identifier: str, variable: Variable) -> None:
        self.id = identifier
        self.variable = variable

    def number(self, value: Any, domain: Any) -> Any:
        exact = read_exact(value, self.variable.name)
        plain = isinstance(exact, sp.Expr) and not isinstance(exact, sp.Lambda)
        if not plain or not exact.is_commutative:
            raise self._refused(value, "is no number")
        if is_inert(exact) and not exact.has(sp.Indexed):
            raise self._refused(value, "is no expression in numbers")
        doubt = _not_real(exact)
        if doubt:
            raise self._refused(value, doubt)
        if domain in _INTEGERS and exact.free_symbols and not _is_integer(exact):
            raise self._refused(
                value,
                "may be no integer",
                "Write it in symbols declared integer=True, or round it.",
            )
        if domain_holds(domain, exact) is Verdict.REFUTED:
            raise self._refused(value, f"lies outside {domain}")
        if domain in _INTEGERS and not exact.free_symbols:
            return exact_ceiling(exact) or exact
        return exact

    def array(self, value: Any) -> Any:
        if isinstance(value, sp.IndexedBase):
            return value
        if isinstance(value, sp.Lambda):
            return self._checked(value)
        if isinstance(value, sp.NDimArray):
            entries = value.tolist()
        elif isinstance(value, Sequence) and not isinstance(value, str):
            entries = list(value)
        else:
            return self._entry(value)
        read = _mapped(entries, self._entry)
        try:
            array = sp.ImmutableDenseNDimArray(read)
        except (ValueError, TypeError) as error:
            problem = "is no array with rows of one length"
            raise self._refused(value, problem) from error
        if not len(array):
            raise self._refused(value, "is empty")
        return array

    def _entry(self, value: Any) -> Any:
        words = str(self.variable.domain)
        domain = ENTRY_DOMAINS.get(words.split()[0], sp.S.Reals)
        if words.endswith("in [0, 1]"):
            domain = sp.Interval(0, 1)
        exact = self.number(value, domain)
        if words.startswith("binary") and exact.is_number and exact not in (0, 1):
            raise self._refused(value, "is neither 0 nor 1")
        return exact

    def function(self, value: Any) -> Any:
        if isinstance(value, sp.Lambda):
            return self._checked(value)
        if isinstance(value, sp.FunctionClass):
            return value
        raise self._refused(
            value, "is no function", "Pass sympy.Lambda(argument, expression)."
        )

    def _checked(self, value: Any) -> Any:
        """A lambda with a real value wherever its arguments are real."""
        real = {symbol: sp.Dummy(symbol.name, real=True) for symbol in value.variables}
        self.number(substitution.substitute(value.expr, real), sp.S.Reals)
        return value

    def thing(self, value: Any) -> Any:
        if isinstance(value, sp.Symbol):
            return value
        raise self._refused(
            value, "is no name", "Leave it out, or pass a SymPy symbol as another name."
        )

    def _refused(
        self, value: Any, problem: str, advice: str = "Choose a value of that set."
    ) -> InvalidParameterError:
        variable = self.variable
        written = str(value) if isinstance(value, sp.Basic) else shown(value)
        return InvalidParameterError(
            f"{variable.name}={written[:200]} {problem}: {variable.meaning} "
            f"({variable.domain}, {self.id}) was required. {advice}"
        )


def _mapped(entries: Any, read: Any) -> Any:
    if isinstance(entries, Sequence) and not isinstance(entries, str):
        return [_mapped(entry, read) for entry in entries]
    return read(entries)


def _not_real(expression: Any) -> str | None:
    """Why an expression is not known to be real; None if it is."""
    if expression.is_extended_real:
        return None
    if expression.is_extended_real is False or expression.has(sp.I):
        return "is not real"
    loose = chain(expression.free_symbols, expression.atoms(AppliedUndef))
    for part in sorted(loose, key=str):
        if not part.is_extended_real and not isinstance(part, sp.Indexed):
            return f"holds {part}, which may be complex (declare it real=True)"
    if expression.free_symbols:
        return None  # real parts; undefined at most outside a range
    unknown = enclosed(expression, 64) is None
    return "is not known to be a real number" if unknown else None


def _is_integer(expression: Any) -> bool:
    """Whether it takes integers only: integer parts, and rounded real ones."""
    if expression.is_integer:
        return True
    if isinstance(expression, (sp.floor, sp.ceiling)):
        return True
    if isinstance(expression, (sp.Add, sp.Mul, sp.Max, sp.Min)):
        return all(map(_is_integer, expression.args))
    if isinstance(expression, (sp.Sum, sp.Product)):
        return _is_integer(expression.function)
    if isinstance(expression, sp.Pow):
        base, exponent = expression.as_base_exp()
        return _is_integer(base) and bool(
            exponent.is_integer and exponent.is_nonnegative
        )
    if isinstance(expression, sp.Piecewise):
        return all(_is_integer(value) for value, _ in expression.args)
    return False
