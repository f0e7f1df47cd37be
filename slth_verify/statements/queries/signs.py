"""Signs of expressions, by what the signs of their parts force.

`box.sign` asks SymPy. What SymPy leaves open is often settled by structure: a product
by its factors, a logarithm by comparing its argument with 1, a difference ``u - v`` of
positive terms by the sign of ``log(u/v)``, and ``F(a) - F(b)`` by that of ``a - b``
where F increases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import permutations
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from slth_verify.limits import PROOF_NODES
from slth_verify.statements.decisions.proved import Extreme, Least
from slth_verify.statements.decisions.substitution import substitute
from slth_verify.statements.formulas import algebra

#: Proved sign of an expression on a box (0 for zero, else weakly), or None.
Sign = Callable[[Any], int | None]

#: Functions of one argument that increase wherever they are defined here.
INCREASING = (sp.erf, sp.log, sp.ceiling, sp.floor)
_MOST_PAIRS = 4


class Signs:
    """Proved signs on a box, as a function of an expression.

    Args:
        box: Signs that are known without looking at the structure.
        nonnegative: Undefined functions whose values are nonnegative.

    After questions of `slth_verify.limits.PROOF_NODES` parts in all, every sign is
    open.

    Rigor:
        Exact. A sign is weak: 1 stands for ">= 0" on the closed box. Powers and
        logarithms are taken where they are defined.
    """

    def __init__(self, box: Sign, nonnegative: frozenset[str] = frozenset()) -> None:
        self.known = box
        self.box = lru_cache(maxsize=4096)(self._counted)
        self.left = PROOF_NODES
        self.nonnegative = nonnegative

    def __call__(self, expression: Any) -> int | None:
        """The sign of an expression."""
        found = self.box(expression)
        if found is not None or self.left < 0:
            return found
        for kind, rule in _RULES:
            if isinstance(expression, kind):
                return rule(self, expression)
        return None

    def _counted(self, expression: Any) -> int | None:
        """What is known without structure, until all questions together are large."""
        self.left -= algebra.nodes(expression, PROOF_NODES + 1)
        return self.known(expression) if self.left >= 0 else None

    def of_log(self, positive: Any) -> int | None:
        """Sign of the logarithm of a positive expression."""
        if isinstance(positive, sp.exp):
            return self(algebra.expanded(positive.args[0]))
        if isinstance(positive, sp.Pow) and self(positive.base) == 1:
            return product((self(positive.exp), self.of_log(positive.base)))
        if isinstance(positive, Extreme):
            parts = [self.of_log(part) for part in positive.args]
            decisive = -1 if isinstance(positive, Least) else 1
            return decisive if decisive in parts else combined(parts)
        found = self.box(positive - 1)
        if found is not None or not isinstance(positive, sp.Mul):
            return found
        if any(self(factor) != 1 for factor in positive.args):
            return None
        return combined(self.of_log(factor) for factor in positive.args)


def product(signs: Iterable[int | None]) -> int | None:
    """Sign of a product of factors with these signs."""
    total: int | None = 1
    for sign in signs:
        if sign == 0:
            return 0
        total = None if total is None or sign is None else total * sign
    return total


def combined(signs: Iterable[int | None]) -> int | None:
    """Sign of a sum of terms with these signs; open if two of them differ."""
    total: int | None = 0
    for sign in signs:
        if sign is None or total is None or sign * total < 0:
            total = None
        else:
            total = total or sign
    return total


def over_indices(signs: Signs, node: Any) -> tuple[Any, list[Any]] | None:
    """Summand, factor or integrand, each index as ``low`` plus something nonnegative.

    Ends may depend on the indices of the limits that follow.

    Returns:
        The expression and the upper ends, or None unless every range is proved to run
        forwards.
    """
    inner = node.function
    lows: list[Any] = []
    highs: list[Any] = []
    whole = not isinstance(node, sp.Integral)
    for index, *ends in node.limits:
        if len(ends) != 2:
            return None
        kind = {"integer": True, "nonnegative": True} if whole else {"positive": True}
        at = {index: ends[0] + sp.Dummy(**kind)}
        inner = substitute(inner, at)
        lows = [*(substitute(low, at) for low in lows), ends[0]]
        highs = [*(substitute(high, at) for high in highs), ends[1]]
    for low, high in zip(lows, highs, strict=True):
        if signs(high - low + int(whole)) not in (0, 1):
            return None
    return inner, highs


def _over(signs: Signs, node: Any) -> int | None:
    """As the terms, for forward ranges; a product only of nonnegative factors."""
    ranged = over_indices(signs, node)
    found = None if ranged is None else signs(ranged[0])
    return None if isinstance(node, sp.Product) and found != 1 else found


def _power(signs: Signs, node: Any) -> int | None:
    if isinstance(node, sp.exp) or node.exp.is_even:
        return 1
    return 1 if signs(node.base) == 1 else None


def _terms(signs: Signs, node: Any) -> int | None:
    """A sum: all terms alike, or a difference whose order is known."""
    factored = algebra.terms_factored(node)
    if isinstance(factored, sp.Mul) and any(x.is_Add for x in factored.args):
        common, inner = factored.as_independent(sp.Add, as_Add=False)
        if inner.is_Add and common != 1:
            return product((signs(common), signs(inner)))
    kinds = [signs(term) for term in node.args]
    alike = combined(kinds)
    if alike is not None:
        return alike
    paired = _increments(signs, node)
    if paired is None and len(node.args) == 2 and None not in kinds:
        high, low = node.args if kinds[0] == 1 else reversed(node.args)
        return signs.of_log(algebra.powers_joined(high / -low))
    return paired


def _increments(signs: Signs, node: Any) -> int | None:
    """Sign of ``sum c (F(a_i) - F(b_i))``, where F increases."""
    up: list[Any] = []
    down: list[Any] = []
    kinds = set()
    for term in node.args:
        factor, function = term.as_coeff_Mul()
        if not _increases(function):
            return None
        kinds.add((function.func, abs(factor)))
        (up if factor > 0 else down).append(function.args[-1])
    if len(kinds) != 1 or len(up) != len(down) or len(up) > _MOST_PAIRS:
        return None
    for order in permutations(down):
        gaps = (signs(algebra.expanded(a - b)) for a, b in zip(up, order, strict=True))
        found = combined(gaps)
        if found is not None:
            return found
    return None


def _increases(function: Any) -> bool:
    """Whether it is a known increasing function; digamma's slope is trigamma > 0."""
    if isinstance(function, sp.polygamma):
        return bool(function.args[0] == 0)
    return isinstance(function, INCREASING)


def _binomial(signs: Signs, node: Any) -> int | None:
    """Nonnegative for integers, the upper one at least 0; 0 outside the triangle."""
    top, bottom = node.args
    counts = top.is_integer and bottom.is_integer and signs(top) in (0, 1)
    return 1 if counts else None


def _undefined(signs: Signs, node: Any) -> int | None:
    return 1 if node.func.__name__ in signs.nonnegative else None


_RULES: tuple[tuple[Any, Callable[[Signs, Any], int | None]], ...] = (
    (sp.Mul, lambda signs, node: product(map(signs, node.args))),
    ((sp.Pow, sp.exp), _power),
    (sp.Add, _terms),
    (sp.log, lambda signs, node: signs.of_log(node.args[0])),
    (sp.erfc, lambda signs, node: 1),
    ((sp.erf, sp.ceiling, sp.floor), lambda signs, node: signs(node.args[0])),
    (Extreme, lambda signs, node: combined(map(signs, node.args))),
    (sp.gamma, lambda signs, node: 1 if signs(node.args[0]) == 1 else None),
    (sp.binomial, _binomial),
    (AppliedUndef, _undefined),
    (sp.Piecewise, lambda signs, node: combined(signs(v) for v, _ in node.args)),
    ((sp.Sum, sp.Product, sp.Integral), _over),
)
