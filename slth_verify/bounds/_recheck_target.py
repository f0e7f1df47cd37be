"""Widths for one target, proved again from their stored derivations alone.

Parameters come from the ledger, and every inequality is decided again in balls. Nothing
here searches: only certificates are imported.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from slth_verify.bounds import _two_stage
from slth_verify.bounds._ledger_reader import (
    LedgerStep,
    NotConfirmedError,
    Record,
    require,
    require_lower,
    require_upper,
)
from slth_verify.bounds._two_stage import Stage, TwoStageCertificate
from slth_verify.bounds._weighted_moment import STATEMENT, WeightedCertificate
from slth_verify.errors import InvalidParameterError

#: What fresh samples of large scale need; it has no numbers of its own.
_BORELL = "der:multiset-borell"

#: Largest sizes that are evaluated; larger ones would only cost time and memory.
_MOST_SAMPLES, _MOST_BLOCKS, _MOST_STAGES = 10**6, 10**4, 64


@dataclass(frozen=True, slots=True)
class Proved:
    """What a derivation proves.

    Attributes:
        n: Number of samples.
        failure: Upper bound of the failure probability with n samples.
        size: Size of the subsets of the certificate.
        stairs: Pairs (width, failure probability) that the certificate gives.
        statement: The statement of the last step.
    """

    n: int
    failure: Fraction
    size: int
    stairs: tuple[tuple[int, Fraction], ...]
    statement: str


def proved_for_one(
    steps: Sequence[LedgerStep], dim: int, eps: Fraction, norm: Fraction
) -> Proved:
    """What the steps prove for one target of this norm.

    Args:
        steps: All steps of the derivation.
        dim: Dimension m.
        eps: Accuracy that is asked for.
        norm: Euclidean norm of the target.

    Raises:
        NotConfirmedError: If the steps cannot be read, or one of their numbers does
            not follow.

    Rigor:
        Enclosed.
    """
    if steps and steps[0].statement == STATEMENT:
        return _blocks(steps, dim, eps, norm)
    if [step.statement for step in steps] == [_BORELL, _two_stage.STATEMENT]:
        return _two_stages(steps[1].values, dim, eps, norm)
    raise NotConfirmedError("the ledger has no derivation for one target")


def certificate_of(
    values: Record, dim: int, eps: Fraction, norm: Fraction
) -> WeightedCertificate:
    """The second-moment certificate with the parameters of a step."""
    n = values.integer("n")
    require(0 < n <= _MOST_SAMPLES, f"{values.name}: n={n} is out of range")
    try:
        return WeightedCertificate(
            n=n,
            size=values.integer("size"),
            dim=dim,
            eps=eps,
            norm=norm,
            tilt=values.number("lambda"),
            weight=_weight(values),
        )
    except InvalidParameterError as error:
        raise NotConfirmedError(f"{values.name}: {error}") from error


def _weight(values: Record) -> Fraction:
    weight = values.number("weight")
    require(
        weight >= 0 and (2 * weight).denominator == 1,
        f"{values.name}: weight={weight} is no half of a non-negative integer",
    )
    return weight


def _covers(values: Record, eps: Fraction, norm: Fraction) -> tuple[Fraction, Fraction]:
    """Accuracy and norm of a step, if they are enough for what is asked."""
    own, reach = values.number("eps"), values.number("norm")
    require(0 < own <= eps, f"{values.name}: eps={own} is not in (0, {eps}]")
    require(reach >= norm, f"{values.name}: norm={reach} is below {norm}")
    return own, reach


def _blocks(
    steps: Sequence[LedgerStep], dim: int, eps: Fraction, norm: Fraction
) -> Proved:
    one = steps[0].values
    certificate = certificate_of(one, dim, *_covers(one, eps, norm))
    single = certificate.check()
    require_lower(one.name, one.interval("probability").lower, single)
    blocks = 1
    if len(steps) > 1:
        require(
            len(steps) == 2 and steps[1].statement == STATEMENT,
            "the ledger has steps beyond the repetition of a block",
        )
        repeated = steps[1].values
        blocks = repeated.integer("blocks")
        require(1 < blocks <= _MOST_BLOCKS, f"blocks={blocks} is out of range")
        reached = 1 - (1 - single) ** blocks
        require_lower(repeated.name, repeated.interval("probability").lower, reached)
        require(
            repeated.integer("n") == blocks * certificate.n,
            f"{repeated.name}: n is not blocks times the samples of one",
        )
    return Proved(
        n=blocks * certificate.n,
        failure=(1 - single) ** blocks,
        size=certificate.size,
        stairs=tuple(
            (count * certificate.n, (1 - single) ** count)
            for count in range(1, 2 * blocks + 2)
        ),
        statement=steps[-1].statement,
    )


def _two_stages(values: Record, dim: int, eps: Fraction, norm: Fraction) -> Proved:
    own, reach = _covers(values, eps, norm)
    certificate = two_stages_of(values, dim, own, reach)
    failure = certificate.failure()
    require_upper(values.name, values.interval("failure").upper, failure)
    return Proved(
        n=certificate.n,
        failure=failure,
        size=certificate.stages[-1].size,
        stairs=((certificate.n, failure),),
        statement=_two_stage.STATEMENT,
    )


def two_stages_of(
    values: Record, dim: int, eps: Fraction, norm: Fraction
) -> TwoStageCertificate:
    """The certificate of Theorem H with the parameters of a step."""
    n = values.integer("n")
    require(0 < n <= _MOST_SAMPLES, f"{values.name}: n={n} is out of range")
    return TwoStageCertificate(
        n=n,
        dim=dim,
        eps=eps,
        norm=norm,
        share=values.number("share"),
        slope=values.number("slope"),
        cap=values.number("cap"),
        stages=_stages(values),
    )


def _stages(values: Record) -> tuple[Stage, ...]:
    """The stages: ``[first, size, s_a, s_b, a, b, c, d]`` each, as JSON in a string."""
    wrong = f"{values.name}: stages cannot be read"
    try:
        rows = json.loads(values.text("stages"))
        require(isinstance(rows, list) and 0 < len(rows) <= _MOST_STAGES, wrong)
        stages = []
        for first, size, *ends in rows:
            s_a, s_b, low, high, least, most = (Fraction(str(end)) for end in ends)
            stages.append(
                Stage(int(first), int(size), (s_a, s_b), (low, high), (least, most))
            )
    except (TypeError, ValueError, ZeroDivisionError, RecursionError) as error:
        raise NotConfirmedError(wrong) from error
    require(all(a.first < b.first for a, b in pairwise(stages)), wrong)
    return tuple(stages)
