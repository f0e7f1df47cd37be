"""Numbers put into formulas by plain loops, and equality of constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits

from slth_verify.statements.decisions.decide import enclosed


def at_numbers(node: Any, numbers: Mapping[Any, Any]) -> Any:
    """An expression at numbers for its free symbols; an oracle of its own."""
    if isinstance(node, sp.Symbol):
        return numbers.get(node, node)
    if isinstance(node, (sp.Sum, sp.Product)):
        return by_loops(node, list(node.limits), numbers)
    if isinstance(node, sp.Indexed):
        indices = [at_numbers(index, numbers) for index in node.indices]
        if isinstance(node.base, sp.NDimArray):
            return node.base[tuple(map(int, indices))]
        return entry_at(numbers[node.base], indices)
    if isinstance(node, sp.core.function.AppliedUndef):
        arguments = [at_numbers(part, numbers) for part in node.args]
        return numbers[node.func](*arguments)
    if isinstance(node, ExprWithLimits):
        inner = {s: v for s, v in numbers.items() if s not in node.variables}
        ((variable, *ends),) = node.limits
        limits = (variable, *(at_numbers(end, numbers) for end in ends))
        return node.func(at_numbers(node.function, inner), limits)
    if not node.args:
        return node
    return node.func(*(at_numbers(part, numbers) for part in node.args))


def by_loops(node: Any, limits: list[Any], numbers: Mapping[Any, Any]) -> Any:
    if not limits:
        return at_numbers(node.function, numbers)
    *inner, (index, low, high) = limits
    first, last = (int(at_numbers(end, numbers)) for end in (low, high))
    assert last >= first - 1
    parts = [
        by_loops(node, inner, {**numbers, index: sp.Integer(value)})
        for value in range(first, last + 1)
    ]
    return sp.Mul(*parts) if isinstance(node, sp.Product) else sp.Add(*parts)


def entry_at(value: Any, indices: list[Any]) -> Any:
    for index in indices:
        value = value[int(index) - 1] if isinstance(value, list) else value
    return sp.sympify(value)


def same(first: Any, second: Any) -> bool:
    """Equal as formulas, or enclosures that meet and are narrow."""
    if first == second or sp.expand(first - second) == 0:
        return True
    one, other = (enclosed(part, 200) for part in (first, second))
    if one is None or other is None:
        return unnamed(first) == unnamed(second)
    low, high = max(one.lower, other.lower), min(one.upper, other.upper)
    size = max(abs(one.upper), abs(one.lower))
    return low <= high and one.upper - one.lower <= size / 2**90


def unnamed(expression: Any) -> Any:
    """The expression with one name for the variable of every integral."""
    names = {v: sp.Symbol("R", positive=True) for v in bound_in(expression)}
    return expression.xreplace(names)


def bound_in(expression: Any) -> set[Any]:
    return {
        variable
        for node in sp.preorder_traversal(expression)
        if isinstance(node, ExprWithLimits)
        for variable in node.variables
    }
