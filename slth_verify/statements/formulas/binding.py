"""Simultaneous substitution that never captures a bound variable.

The variables of sums, products, integrals, lambdas, quantifiers and counts are bound: a
value for a symbol of the same name does not reach them, and where a value has such a
name the bound variable gets a fresh one first. So ``Sum(kappa*i, (i, 0, 2))`` at
``kappa = i`` is ``Sum(i*i_1, (i_1, 0, 2)) = 3*i``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef, UndefinedFunction

from slth_verify.errors import InvalidParameterError
from slth_verify.statements.formulas.refusals import built, refuse_large
from slth_verify.verdict import Verdict

#: Values by symbol, indexed base or undefined function.
Values = Mapping[Any, Any]

#: What is done with a sum or product after values were put in.
Finish = Callable[[Any], Any]

#: Proved truth of a condition that chooses a case.
Truth = Callable[[Any], Verdict]

_LEAVES = (sp.Symbol, sp.Rational, sp.IndexedBase)


class Binder:
    """Mixin of nodes ``(variable, domain, body)`` in which the variable is bound."""

    args: tuple[Any, ...]

    @property
    def free_symbols(self) -> Any:
        """Free symbols of domain and body, without the bound variable."""
        variable, domain, body = self.args
        return (body.free_symbols - variable.free_symbols) | domain.free_symbols


def _undecided(condition: Any) -> Verdict:
    return Verdict.INCONCLUSIVE


def is_free(symbol: Any, expression: Any) -> bool:
    """Whether a symbol, or an undefined function, occurs free."""
    if isinstance(symbol, UndefinedFunction):
        return any(node.func == symbol for node in expression.atoms(AppliedUndef))
    label = getattr(symbol, "label", symbol)
    return label in expression.free_symbols


def canonical(expression: Any) -> Any:
    """The expression with bound variables numbered from outside in.

    Two expressions that differ in the names of bound variables only have the same.
    """
    return _numbered(sp.sympify(expression), 0)


def _numbered(node: Any, depth: int) -> Any:
    bound = bound_variables(node)
    if bound:
        names = {
            old: _renamed(old, f"#{depth + place}") for place, old in enumerate(bound)
        }
        node = Substitution({}).rebound(node, names)
    if isinstance(node, _LEAVES) or not node.args:
        return node
    inner = [_numbered(part, depth + len(bound)) for part in node.args]
    return _rebuilt(node, inner)


def bound_variables(node: Any) -> tuple[Any, ...]:
    """The variables that a node binds; empty for most."""
    if isinstance(node, ExprWithLimits):
        return tuple(limit[0] for limit in node.limits)
    if isinstance(node, sp.Lambda):
        return tuple(node.variables)
    if isinstance(node, Binder):
        return tuple(sorted(node.args[0].free_symbols, key=str))
    return ()


class Substitution:
    """One set of values, and the names that bound variables must avoid.

    Args:
        values: Expressions by symbol. An indexed base takes another one, an array (its
            first entry has index 1), a lambda of the indices, or one number for all
            entries; an undefined function takes a lambda or a function.
        truth: What decides the cases of a Piecewise; by default nothing does.
        finish: What becomes of every sum and product in which something was put; by
            default it stays.
    """

    def __init__(
        self, values: Values, truth: Truth = _undecided, finish: Finish | None = None
    ) -> None:
        self.truth = truth
        self.finish = finish
        given = {symbol: _as_sympy(value) for symbol, value in values.items()}
        bases = [symbol for symbol in given if isinstance(symbol, sp.IndexedBase)]
        self.bases = {symbol.label: given.pop(symbol) for symbol in bases}
        self.values = given
        used = (*self.bases.values(), *given.values())
        self.names = {name for value in used for name in _names(value)}
        self.found: dict[Any, Any] = {}

    def of(self, node: Any) -> Any:
        """The expression with all values put in at once; relations in it are kept."""
        if not (self.values or self.bases):
            return node
        if node not in self.found:
            self.found[node] = self._of(node)
        return self.found[node]

    def _of(self, node: Any) -> Any:
        if isinstance(node, sp.Symbol):
            return self.values.get(node, node)
        if isinstance(node, sp.IndexedBase):
            value = self._base(node)
            return value if isinstance(value, sp.IndexedBase) else node
        if isinstance(node, _LEAVES) or not node.args or _is_name(node):
            return node
        bound = bound_variables(node)
        if bound:
            relevant = self._only_free(node)
            if relevant is not self:
                return relevant.of(node)
            node = self.rebound(node, self._fresh(node, bound))
        parts = [self.of(part) for part in node.args]
        if isinstance(node, AppliedUndef) and node.func in self.values:
            return self._apply(self.values[node.func], parts)
        if isinstance(node, sp.Indexed):
            return self._entry(node, parts)
        if all(new is old for new, old in zip(parts, node.args, strict=True)):
            return node
        refuse_large(node.func, parts, node, self.values)
        result = _rebuilt(node, parts, self.truth)
        if self.finish is not None and isinstance(result, (sp.Sum, sp.Product)):
            return self.finish(result)
        return result

    def _apply(self, function: Any, arguments: list[Any]) -> Any:
        if not isinstance(function, sp.Lambda):
            return function(*arguments)
        taken, given = len(function.variables), len(arguments)
        if taken != given:
            raise InvalidParameterError(
                f"{function} takes {taken} arguments, but {given} "
                f"are put in: a lambda of {given} was required (any statement). Pass "
                "one of as many variables."
            )
        values = dict(zip(function.variables, arguments, strict=True))
        return Substitution(values, self.truth).of(function.expr)

    def _entry(self, node: Any, parts: list[Any]) -> Any:
        base, indices = self._base(node.base), parts[1:]
        if base is node.base and isinstance(base, sp.NDimArray):
            return _array_entry(node, base, [index + 1 for index in indices])
        if isinstance(base, sp.IndexedBase):
            return base[tuple(indices)]
        if isinstance(base, sp.Lambda):
            return self._apply(base, indices)
        if isinstance(base, sp.NDimArray):
            return _array_entry(node, base, indices)
        return base

    def _base(self, base: Any) -> Any:
        """The value of an indexed base; a renamed object keeps its entries."""
        label = getattr(base, "label", None)
        if label in self.bases:
            return self.bases[label]
        renamed = self.values.get(label)
        return sp.IndexedBase(renamed) if isinstance(renamed, sp.Symbol) else base

    def _only_free(self, node: Any) -> Substitution:
        """Without the symbols that do not occur free in a node that binds some."""
        free = {key: v for key, v in self.values.items() if is_free(key, node)}
        bases = {key: v for key, v in self.bases.items() if is_free(key, node)}
        if len(free) == len(self.values) and len(bases) == len(self.bases):
            return self
        based = {sp.IndexedBase(label): value for label, value in bases.items()}
        return Substitution({**free, **based}, self.truth, self.finish)

    def _fresh(self, node: Any, bound: tuple[Any, ...]) -> dict[Any, Any]:
        """New names for those bound variables that a value would meet."""
        taken = self.names | _names(node)
        renamed = {}
        for old in bound:
            if old in self.values or old.name in self.names:
                name = next(
                    name
                    for name in (f"{old.name}_{i}" for i in count(1))
                    if name not in taken
                )
                taken = taken | {name}
                renamed[old] = _renamed(old, name)
        return renamed

    @staticmethod
    def rebound(node: Any, names: Mapping[Any, Any]) -> Any:
        """``node`` with bound variables renamed, within their scope."""
        if not names:
            return node
        inner = Substitution(names)
        if isinstance(node, ExprWithLimits):
            return _with_limits_renamed(node, names)
        if isinstance(node, sp.Lambda):
            signature = [names.get(symbol, symbol) for symbol in node.variables]
            return sp.Lambda(tuple(signature), inner.of(node.expr))
        variable, domain, body = node.args
        return node.func(inner.of(variable), domain, inner.of(body))


def _with_limits_renamed(node: Any, names: Mapping[Any, Any]) -> Any:
    """A limit's ends lie in the scope of the limits that follow it."""
    limits = []
    for place, (variable, *ends) in enumerate(node.limits):
        outer = {limit[0] for limit in node.limits[place + 1 :]}
        scope = Substitution({old: names[old] for old in names if old in outer})
        limits.append((names.get(variable, variable), *map(scope.of, ends)))
    return node.func(Substitution(names).of(node.function), *limits)


def _is_name(node: Any) -> bool:
    """Whether it is a set that is only named: what it is made of stands for nothing."""
    return isinstance(node, sp.Set) and not (
        node.free_symbols or node.has(AppliedUndef)
    )


def _rebuilt(node: Any, parts: list[Any], truth: Truth = _undecided) -> Any:
    """The same node of new parts; only proofs decide relations."""
    if isinstance(node, sp.core.relational.Relational):
        return node.func(*parts, evaluate=False)
    if isinstance(node, (sp.And, sp.Or, sp.Not)):
        return node.func(*parts, evaluate=False)
    if isinstance(node, sp.functions.elementary.piecewise.ExprCondPair):
        value, condition = parts
        decided = {Verdict.VERIFIED: sp.true, Verdict.REFUTED: sp.false}
        return node.func(value, decided.get(truth(condition), condition))
    return built(node.func, parts)


def _array_entry(node: Any, array: Any, indices: list[Any]) -> Any:
    """The entry of an array whose indices start at 1."""
    shape = tuple(map(int, array.shape))
    if len(shape) != len(indices):
        raise _misfit(node, shape, indices)
    for index, size in zip(indices, shape, strict=True):
        if index.is_Integer and not 1 <= index <= size:
            raise _misfit(node, shape, indices)
    return sp.Indexed(array, *(index - 1 for index in indices))


def _misfit(node: Any, shape: tuple[int, ...], indices: list[Any]) -> Exception:
    asked = ", ".join(map(str, indices))
    return InvalidParameterError(
        f"{node.base}: an array of shape {shape} has no entry {node.base}[{asked}], "
        "which is needed (indices start at 1, any statement). Pass an array of the "
        "shape that the other values ask for."
    )


def _as_sympy(value: Any) -> Any:
    listed = isinstance(value, (list, tuple))
    return sp.ImmutableDenseNDimArray(value) if listed else sp.sympify(value)


def _names(expression: Any) -> set[str]:
    """Names of all symbols and functions, bound ones included."""
    if isinstance(expression, sp.FunctionClass):
        return {str(expression.__name__)}
    symbols = {str(symbol.name) for symbol in expression.atoms(sp.Symbol)}
    return symbols | {node.func.__name__ for node in expression.atoms(AppliedUndef)}


def _renamed(symbol: Any, name: str) -> Any:
    return sp.Symbol(name, **symbol._assumptions_orig)
