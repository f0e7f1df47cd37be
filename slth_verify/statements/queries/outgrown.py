r"""Sums that do not matter in a limit, since something else outgrows them.

For ``x > 0`` and a whole number N

.. math::
    \sum_{i=0}^N \binom{N}{i} \frac{x^i}{i!} \le \sum_i \frac{(N x)^i}{i!^2}
    \le \sum_i \frac{(4 N x)^i}{(2i)!} \le e^{2 \sqrt{N x}},

by ``binomial(N, i) <= N^i/i!`` and ``binomial(2i, i) <= 4^i``. Such sums, Laguerre
polynomials, stand in the probabilities to miss the end of an interval.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from slth_verify.statements.decisions.substitution import substitute
from slth_verify.statements.formulas import algebra
from slth_verify.statements.formulas.binding import is_free

Limit = Callable[[Any], Any]


def without_outgrown_sums(expression: Any, moving: Any, limit: Limit) -> Any:
    """``expression`` without the sums whose share of it tends to zero.

    Args:
        expression: Expression in a positive symbol that tends to infinity.
        moving: That symbol.
        limit: Limit of an expression as it does.

    Returns:
        An expression whose ratio to the first tends to 1; sums of which that is not
        proved are still in it.

    Rigor:
        Exact: by the bound above and a symbolic limit.
    """
    for node in expression.atoms(sp.Sum):
        exponent = _exponent(node)
        if exponent is None or not is_free(moving, node):
            continue
        total = sp.Dummy(positive=True)
        linear = expression.xreplace({node: total})
        share = sp.diff(linear, total)
        rest = linear.xreplace({total: sp.Integer(0)})
        if share.has(total) or not is_free(moving, share) or rest == 0:
            continue
        size = algebra.expanded_log(sp.log(sp.Abs(share)), force=True) + exponent
        if limit(size - sp.log(sp.Abs(rest))) == -sp.oo:
            expression = rest
    return expression


def _exponent(node: Any) -> Any:
    """``log K + 2 sqrt(N x)`` for ``sum K binomial(N, i) x^i/i!``, or None."""
    if len(node.limits) != 1:
        return None
    index, low, high = node.limits[0]
    if low != 0:
        return None
    rest = node.function * sp.factorial(index) / sp.binomial(high, index)
    first = substitute(rest, {index: sp.Integer(0)})
    ratio = algebra.simplified(substitute(rest, {index: index + 1}) / rest)
    positive = first.is_positive and ratio.is_positive
    if is_free(index, ratio) or not positive:
        return None
    return sp.log(first) + 2 * sp.sqrt(high * ratio)
