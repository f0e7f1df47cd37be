"""The formulas of a statement, at points where small cases say what is true."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import hypothesis

from slth_verify.conformance._failure import require
from slth_verify.conformance.claims import CLAIM_ATTACKS
from slth_verify.conformance.recording.drive import run
from slth_verify.conformance.recording.ratios import observe
from slth_verify.errors import InvalidParameterError
from slth_verify.statements import Statement

#: Examples of a profile for which an attack draws as many points as it asks for.
_USUAL = 50
#: What is shown of a number.
_DIGITS = 6


def check_claims(
    statement: Statement, *, settings: hypothesis.settings | None = None
) -> None:
    """Compare what a statement claims with exact small cases and closed forms.

    A bound from above must not fall below what is seen, a bound from below must not
    exceed it, and what is claimed to be equal must be equal. Hypothesis looks for the
    points at which the bound is nearest to being attained. Results of other papers are
    compared with counting bounds and with each other, for constants that counting
    admits: what is refuted there is refuted, what is not is not proved.

    Args:
        statement: One of the package's statements, or somebody's wording of one under
            the same id.
        settings: Hypothesis settings; None for the loaded profile, with fewer points
            where each takes long.

    Raises:
        ConformanceFailure: At the first point that contradicts.
        InvalidParameterError: If no attack on that statement's formulas is known.

    Rigor:
        Exact fractions and balls, on the side that spares the statement; quantiles of
        der:drawn-weight to 60 digits.

    Source:
        The statement's own; for der: statements ``docs/theory``.
    """
    attack = CLAIM_ATTACKS.get(statement.id)
    if attack is None:
        raise InvalidParameterError(
            f"statement={statement.id}: no attack on its formulas is known, only on "
            f"implementations. Choose one of {', '.join(CLAIM_ATTACKS)}."
        )

    def body(point: Any) -> None:
        worst = Fraction(0)
        for seen, allowed in attack.compare(statement, point):
            if seen > allowed:
                told = (
                    f"at {point}: {float(seen):.{_DIGITS}g} is seen, and at most "
                    f"{float(allowed):.{_DIGITS}g} is allowed ({attack.what})"
                )
                require(False, told, statement=statement.id)
            if allowed > 0:
                worst = max(worst, seen / allowed)
        if attack.what:
            observe(attack.what, worst, 1)

    if settings is None:
        loaded = hypothesis.settings()
        cases = max(1, loaded.max_examples * attack.cases // _USUAL)
        settings = hypothesis.settings(loaded, max_examples=cases)
    run(body, settings, {}, statement.id, point=attack.points)
