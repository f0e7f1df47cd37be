"""Exact ends of an interval around a symbolic constant, for rooms without balls."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from slth_verify.enclosure._enclosure import Enclosure
from slth_verify.enclosure._evaluate import enclose


def bracket(
    expression: Any, ranges: Mapping[Any, tuple[Fraction, Fraction]], bits: int
) -> tuple[Fraction, Fraction]:
    """Lower and upper end of an enclosure of ``expression``.

    Args:
        expression: SymPy expression of the operations that `enclose` knows.
        ranges: For every free symbol the ends of the interval that it ranges over.
        bits: Working precision, at least 24.

    Raises:
        InvalidParameterError: As `enclose`.
        NonFiniteError: As `enclose`.

    Rigor:
        Enclosed, for every choice of points in the ranges.
    """
    values = {symbol: Enclosure(*ends) for symbol, ends in ranges.items()}
    found = enclose(expression, values, bits)
    return found.lower, found.upper
