"""Theorem 1 with explicit constants: one-dimensional random subset sums.

Statements. For X_1, ..., X_n independent and uniform on [-1, 1], grow the part of an
interval J that is within e1 of a subset sum, keeping it inside J. For J = [-1, 1]
(der:rss-whole) it covers the share e1 at first and must leave less than e2 / 2 of J
uncovered; for J = [-1/2, 1/2] (der:rss-explicit) the shares are 2 e1 and e2.
`formula_failures` and `failure_probabilities`, a programme over the law of the share,
bound how often n samples fail. Alternatively, r reserved samples widen [-1/2, 1/2] to
[-1, 1], except with probability `reserve_failure`.

From below: der:rss-missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from slth_verify.bounds._inputs import accuracy, open_probability, truth, written
from slth_verify.bounds._result import BoundResult, Kind
from slth_verify.bounds.ledger.steps import Json, Step
from slth_verify.bounds.one_dim.formula import (
    HALF_STATEMENT,
    NECESSARY,
    STATEMENT,
    formula_failures,
    reserve_failure,
)
from slth_verify.bounds.one_dim.necessary import reach_probability
from slth_verify.bounds.one_dim.programme import failure_probabilities
from slth_verify.enclosure import Enclosure, ExactNumber, directed_decimal
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import rough
from slth_verify.verdict import Direction, Evidence

#: "programme": law of the covered share, step by step; "closed": the formula;
#: "reserve": the programme for [-1/2, 1/2], and reserved samples.
Method = Literal["programme", "closed", "reserve"]

#: The programme takes time in proportion to a power of log(1/eps), and its fixed-point
#: probabilities end; below this accuracy or failure probability the formula is used.
_FINEST = Fraction(1, 10**9)

#: Largest necessary width, and bits of the finest accuracy, that are evaluated.
_MOST_NEEDED, _FINEST_NEEDED = 100, 54

#: Share of the accuracy that the first interval gets: the formula is best near 1/2, the
#: programme loses more at the start than at the end.
_FIRST = {
    "programme": Fraction(3, 4),
    "reserve": Fraction(3, 4),
    "closed": Fraction(1, 2),
}

_Found = tuple[int, int, Fraction]


def rss_width(
    eps: ExactNumber,
    delta: ExactNumber | None = None,
    *,
    half: bool = False,
    method: Method = "programme",
    kind: Kind = "certified",
) -> BoundResult:
    """How many uniform samples are enough, or needed, for all targets in [-1, 1].

    Args:
        eps: Accuracy, ``0 < eps < 1``. (Theorem 1 asks for ``eps < 1/3``; these bounds
            need not.)
        delta: Failure probability; ``eps`` if left out, as in Theorem 1.
        half: Whether only the targets in [-1/2, 1/2] count.
        method: How the certified width is found; "closed" is the formula alone,
            "reserve" widens [-1/2, 1/2] by reserved samples.
        kind: ``certified`` or ``necessary``.

    Returns:
        For ``certified``, a width with which all targets are reached with probability
        at least ``1 - delta``. For ``necessary``, a width below which they are not.

    Raises:
        InvalidParameterError: If an argument is out of range.

    Rigor:
        Exact rational and integer arithmetic, rounded to the safe side.

    Cost:
        The programme: 2 s at eps = 0.01, 12 s at 1e-6; where eps or delta is below
        1e-9 the formula is used. The formula: milliseconds. Necessary widths: seconds
        at 1e-16; below that, or beyond n = 100, they are refused.

    Source: thm:rss, der:rss-whole, der:rss-explicit, der:rss-missed.

    Examples:
        >>> rss_width("0.01", method="closed").n
        56
    """
    half = truth(half, "half", HALF_STATEMENT)
    statement = HALF_STATEMENT if half or method == "reserve" else STATEMENT
    width = accuracy(eps, statement)
    if width >= 1:
        raise InvalidParameterError(
            f"eps={width}: eps < 1 was required ({statement}). "
            "With eps >= 1 the empty sum is enough for [-1, 1]."
        )
    miss = width if delta is None else open_probability(delta, "delta", statement)
    inputs: tuple[tuple[str, Json], ...] = (
        ("eps", written(width)),
        ("delta", written(miss)),
        ("half", half),
    )
    if kind == "necessary":
        n, reached, steps = _necessary(width, miss, half)
        statement, direction = NECESSARY, Direction.LOWER
    elif kind != "certified" or method not in _FIRST or (half and method == "reserve"):
        raise InvalidParameterError(
            f"kind={kind!r}, method={method!r}, half={half}: kind 'certified' or "
            "'necessary', method 'programme' or 'closed', or 'reserve' for the whole "
            f"interval were required ({statement}). The paper's form is the bound of "
            "the statement thm:rss."
        )
    else:
        n, reached, steps = _certified(width, miss, half, method)
        inputs, direction = (*inputs, ("method", method)), Direction.UPPER
    return BoundResult(
        statement=statement,
        kind=kind,
        inputs=inputs,
        n=n,
        probability=reached,
        direction=direction,
        evidence=Evidence.EXACT,
        ledger=steps,
    )


def _split(width: Fraction, half: bool, method: Method) -> tuple[Fraction, Fraction]:
    """The accuracies e1 and e2; the first interval lies inside J."""
    first = min(_FIRST[method] * width, Fraction(1, 2) if half else Fraction(1))
    return first, width - first


def _certified(
    width: Fraction, miss: Fraction, half: bool, method: Method
) -> tuple[int, Enclosure, tuple[Step, ...]]:
    """Least width that the method proves, with its derivation."""
    fine = min(width, miss) < _FINEST
    if fine and method == "programme":
        method = "closed"
    small = half or method == "reserve"
    e1, e2 = _split(width, small, method)
    start, missing = (2 * e1, e2) if small else (e1, e2 / 2)
    formula = fine or method == "closed"
    grown = formula_failures if formula else failure_probabilities
    failures = grown(start, missing)
    n, r, total = (_reserved if method == "reserve" else _least)(failures, miss)
    interval = "[-1/2, 1/2]" if small else "[-1, 1]"
    law = "formula" if formula else "programme"
    grow = Step(
        statement=HALF_STATEMENT if small else STATEMENT,
        text=f"So many samples cover {interval}, by the {law}: each covers half of the "
        "covered share of the rest, in the mean.",
        values=(
            ("samples", str(n)),
            ("e1", str(e1)),
            ("e2", str(e2)),
            ("law", law),
            ("arithmetic", "exact"),
        ),
    )
    steps: tuple[Step, ...] = (grow,)
    if method == "reserve":
        failure = directed_decimal(reserve_failure(r), 12, up=True)
        widen = Step(
            statement=HALF_STATEMENT,
            text="So many reserved samples widen it to [-1, 1].",
            values=(("samples", str(r)), ("failure", failure), ("arithmetic", "exact")),
        )
        steps = (grow, widen)
    return n + r, Enclosure(1 - total, Fraction(1)), steps


def _least(failures: Iterator[Fraction], miss: Fraction) -> _Found:
    """The first number of samples that fails rarely enough."""
    return next((n, 0, f) for n, f in enumerate(failures) if f <= miss)


def _reserved(failures: Iterator[Fraction], miss: Fraction) -> _Found:
    """The least sum of samples and reserved samples that fails rarely enough."""
    n, failure = next((n, f) for n, f in enumerate(failures) if f < miss)
    r = 0
    while reserve_failure(r) > miss - failure:
        r += 1
    best, total = (n, r), failure + reserve_failure(r)
    while n + 1 < sum(best):
        n, failure = n + 1, next(failures)
        while r and reserve_failure(r - 1) <= miss - failure:
            r -= 1  # with more samples there is more room
        if n + r < sum(best):
            best, total = (n, r), failure + reserve_failure(r)
    return *best, total


def _necessary(
    width: Fraction, miss: Fraction, half: bool
) -> tuple[int, Enclosure | None, tuple[Step, ...]]:
    """The first width that may reach all targets often enough."""
    z = Fraction(1, 2) if half else Fraction(1)
    n, below = 0, None
    while (reach := reach_probability(n, z, width)) < 1 - miss:
        n, below = n + 1, reach
        if n > _MOST_NEEDED or width * 2**_FINEST_NEEDED < z:
            raise InvalidParameterError(
                f"eps={rough(width)}, delta={rough(miss)}: necessary widths are "
                f"evaluated up to n={_MOST_NEEDED} and for eps from 10^-16 on "
                f"({NECESSARY}). Ask for a larger eps or delta."
            )
    if below is None:
        text = "The empty sum may be enough."
        return n, None, (Step(statement=NECESSARY, text=text),)
    step = Step(
        statement=NECESSARY,
        text="One sample fewer reaches both ends of the interval too rarely: too few "
        "subset sums are expected there, or the samples of one sign are too small.",
        values=(
            ("samples", str(n - 1)),
            ("probability", directed_decimal(below, 12, up=True)),
            ("arithmetic", "exact"),
        ),
    )
    return n, Enclosure(Fraction(0), below), (step,)
