"""Sums and products with integer limits, written out term by term.

A sum over several indices is read as SymPy reads it: the first limit is the innermost,
its ends may depend on the indices of the limits that follow, and a range that ends
below its start is empty or, further below, the negative of what lies between.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.limits import TERMS, WRITTEN_NODES
from slth_verify.statements.formulas.algebra import nodes
from slth_verify.statements.formulas.binding import Substitution, Truth
from slth_verify.statements.formulas.refusals import TooLargeError, made, shortened


def expand_sums(expression: Any, truth: Truth) -> Any:
    """Every sum and product over known integers replaced by its terms.

    Args:
        expression: SymPy expression; other values are returned as they are.
        truth: What decides the cases of a Piecewise in a term.

    Returns:
        An equal expression. Ranges that are still symbolic stay as they are; so do sums
        of more than `slth_verify.limits.TERMS` terms, or ``WRITTEN_NODES`` parts of
        terms, or with an exact value of more than ``EXACT_BITS`` binary digits.

    Rigor:
        Exact.
    """
    if not isinstance(expression, sp.Basic) or not expression.has(sp.Sum, sp.Product):
        return expression
    return expression.replace(
        lambda node: isinstance(node, (sp.Sum, sp.Product)),
        lambda node: _written_out(node, truth),
    )


def terms(node: Any, truth: Truth) -> list[tuple[Any, int]] | None:
    """The terms of a sum, or factors of a product, over known integers.

    Args:
        node: SymPy sum or product, over one or several indices.
        truth: What decides the cases of a Piecewise in a term.

    Returns:
        Pairs ``(term, sign)``, with sign -1 where a range runs backwards; None if a
        range is not known, or there are more than `slth_verify.limits.TERMS`.
    """
    if _written_nodes(node) > WRITTEN_NODES:
        return None
    points = list(islice(_points(tuple(node.limits), truth), TERMS + 1))
    if len(points) > TERMS or any(sign == 0 for _, sign in points):
        return None
    try:
        return [
            (expand_sums(Substitution(at, truth).of(node.function), truth), sign)
            for at, sign in points
        ]
    except TooLargeError:
        return None


def _written_nodes(node: Any) -> int:
    """About how many parts all terms have, each range as long as its known ends say."""
    count = nodes(node.function)
    for _, *ends in node.limits:
        if len(ends) == 2 and all(end.is_Integer for end in ends):
            count *= abs(int(ends[1] - ends[0])) + 1
    return count


def _written_out(node: Any, truth: Truth) -> Any:
    """All terms; else those of the innermost indices, as far as they are known."""
    product = isinstance(node, sp.Product)
    try:
        found = terms(node, truth)
        if found is not None:
            return _total(found, product=product)
        if len(node.limits) > 1:
            inner = node.func(node.function, node.limits[0])
            written = terms(inner, truth)
            if written is not None:
                body = _total(written, product=product)
                return _written_out(node.func(body, *node.limits[1:]), truth)
    except TooLargeError:
        pass  # enclosures do without the exact number
    _refuse_outside(node)
    return node


def _refuse_outside(node: Any) -> None:
    """Refuse a sum that is not written out and asks for more than an array has."""
    last = {index: ends[-1] for index, *ends in node.limits if ends}
    for entry in node.function.atoms(sp.Indexed):
        array, *indices = entry.args
        if not isinstance(array, sp.NDimArray):
            continue
        reached = [index.xreplace(last) for index in indices]
        for index, size in zip(reached, array.shape, strict=True):
            if index.is_Integer and index >= size:
                raise InvalidParameterError(
                    f"shape={tuple(map(int, array.shape))}: an array with an entry "
                    f"at index {shortened(index + 1)} was required (indices start at "
                    "1, any statement). Pass an array of the shape that the other "
                    "values ask for."
                )


def _total(found: list[tuple[Any, int]], *, product: bool) -> Any:
    """All terms put together.

    Raises:
        TooLargeError: If that is an exact number of too many digits.
    """
    if product:
        return made(sp.Mul, *(term**sign for term, sign in found))
    return made(sp.Add, *(sign * term for term, sign in found))


def _points(
    limits: tuple[Any, ...], truth: Truth
) -> Iterator[tuple[dict[Any, Any], int]]:
    """Values of all indices, the outermost first; sign 0 for a range not known."""
    if not limits:
        yield {}, 1
        return
    *inner, (index, *ends) = limits
    known = len(ends) == 2 and all(end.is_Integer for end in ends)
    if not known or abs(ends[1] - ends[0]) > TERMS:
        yield {}, 0
        return
    low, high = map(int, ends)
    backwards = high < low - 1
    values = range(high + 1, low) if backwards else range(low, high + 1)
    for value in values:
        at = {index: sp.Integer(value)}
        put_in = Substitution(at, truth).of
        narrowed = tuple((variable, *map(put_in, rest)) for variable, *rest in inner)
        for point, sign in _points(narrowed, truth):
            yield {**at, **point}, -sign if backwards else sign
