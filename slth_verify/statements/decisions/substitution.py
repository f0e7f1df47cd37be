"""Values put into formulas, with the cases of a Piecewise decided by proofs."""

from __future__ import annotations

from typing import Any

import sympy as sp

from slth_verify.statements.decisions.decide import relation_truth
from slth_verify.statements.formulas import sums
from slth_verify.statements.formulas.binding import Finish, Substitution, Values


def substitute(expression: Any, values: Values, finish: Finish | None = None) -> Any:
    """``expression`` with all values put in at once, without capture.

    Args:
        expression: SymPy expression, relation or Boolean.
        values: Expressions by symbol, as `Substitution` takes them.
        finish: What becomes of every sum and product in which something was put; by
            default it stays.

    Returns:
        The expression; relations in it are kept, unless a proof decides a case of a
        Piecewise.

    Rigor:
        Exact.
    """
    return Substitution(values, relation_truth, finish).of(sp.sympify(expression))


def expand_sums(expression: Any) -> Any:
    """Every sum and product over known integers replaced by its terms; see `sums`."""
    return sums.expand_sums(expression, relation_truth)
