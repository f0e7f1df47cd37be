"""Widths for one target by two stages: floats propose, balls decide."""

from __future__ import annotations

import json
import math
from fractions import Fraction

from slth_verify.bounds._cache import remember, remembered
from slth_verify.bounds._result import Step
from slth_verify.bounds._two_stage import (
    BITS,
    STATEMENT,
    Stage,
    TwoStageCertificate,
)
from slth_verify.bounds._two_stage_search import Search
from slth_verify.bounds._width import FoundWidth
from slth_verify.enclosure import Enclosure
from slth_verify.errors import InvalidParameterError

#: Certificates that are tried while the width settles.
_PATIENCE = 6

#: Rounds of improvement before every further certificate.
_POLISH = 60


def by_two_stages(
    dim: int, eps: Fraction, norm: Fraction, goal: Fraction
) -> FoundWidth:
    """The width of a first stage of small samples and a second stage of all others.

    Args:
        dim: Dimension m.
        eps: Accuracy.
        norm: Largest Euclidean norm of the target.
        goal: Success probability, strictly between 0 and 1.

    Rigor:
        Enclosed; the parameters are proposed in floating point.

    Raises:
        InvalidParameterError: If no certificate was found.
    """
    certificate, failure = two_stage_certificate(dim, eps, norm, goal)
    return FoundWidth(
        n=certificate.n,
        failure=failure,
        derivation=two_stage_ledger(certificate, failure),
        size=certificate.stages[-1].size,
        stairs=((certificate.n, failure),),
    )


def two_stage_certificate(
    dim: int, eps: Fraction, norm: Fraction, goal: Fraction
) -> tuple[TwoStageCertificate, Fraction]:
    """Parameters with a small number of samples, and the failure they certify.

    Arguments and errors as for `by_two_stages`.
    """
    question = {
        "search": "two_stages",
        "dim": str(dim),
        "eps": str(eps),
        "norm": str(norm),
        "goal": str(goal),
    }
    known = remembered(question)
    if known is not None:
        certificate = rebuilt(known, dim, eps, norm)
        if certificate is not None:
            failure = certificate.failure()
            if failure <= 1 - goal:
                return certificate, failure
    certificate, failure = _searched(dim, eps, norm, goal)
    remember(question, stored(certificate))
    return certificate, failure


def _searched(
    dim: int, eps: Fraction, norm: Fraction, goal: Fraction
) -> tuple[TwoStageCertificate, Fraction]:
    search = Search(dim, eps, norm, 1 - goal)
    best: tuple[TwoStageCertificate, Fraction] | None = None
    n, tried = search.least(), set[int]()
    while n > 0 and n not in tried and len(tried) < _PATIENCE:
        if tried:
            search.improved(n, _POLISH)
        tried.add(n)
        certificate = search.certificate(n, eps, norm)
        failure = certificate.failure()
        surplus = _nats(1 - goal) - _nats(failure)
        if surplus >= 0 and (best is None or n < best[0].n):
            best = certificate, failure
        n -= math.floor(surplus / search.rate) or (1 if surplus > 0 else -1)
    if best is not None:
        return best
    raise InvalidParameterError(
        f"dim={dim}, eps={eps}, prob={goal}: no two-stage certificate was found "
        f"({STATEMENT}). Ask for a smaller probability or a larger eps."
    )


def _nats(probability: Fraction) -> float:
    """Logarithm of a positive probability, however small."""
    return math.log(probability.numerator) - math.log(probability.denominator)


def stored(certificate: TwoStageCertificate) -> dict[str, str]:
    """The parameters as text: all that `rebuilt` needs."""
    stages = [
        [stage.first, stage.size]
        + [
            str(end)
            for pair in (stage.scales, stage.energy, stage.gains)
            for end in pair
        ]
        for stage in certificate.stages
    ]
    return {
        "n": str(certificate.n),
        "share": str(certificate.share),
        "slope": str(certificate.slope),
        "cap": str(certificate.cap),
        "stages": json.dumps(stages),
    }


def rebuilt(
    known: dict[str, str], dim: int, eps: Fraction, norm: Fraction
) -> TwoStageCertificate | None:
    """The certificate of remembered parameters, if they can be read."""
    try:
        stages = []
        for first, size, *ends in json.loads(known["stages"]):
            low_s, high_s, low_a, high_a, low_c, high_c = map(Fraction, ends)
            stages.append(
                Stage(
                    first=int(first),
                    size=int(size),
                    scales=(low_s, high_s),
                    energy=(low_a, high_a),
                    gains=(low_c, high_c),
                )
            )
        return TwoStageCertificate(
            n=int(known["n"]),
            dim=dim,
            eps=eps,
            norm=norm,
            share=Fraction(known["share"]),
            slope=Fraction(known["slope"]),
            cap=Fraction(known["cap"]),
            stages=tuple(stages),
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def two_stage_ledger(
    certificate: TwoStageCertificate, failure: Fraction
) -> tuple[Step, ...]:
    """The derivation, with all parameters of the certificate."""
    parameters = stored(certificate)
    return (
        Step(
            statement="der:multiset-borell",
            text="Fresh samples of large scale miss a set of given Gaussian measure at "
            "most as often as a half-space, a problem in one dimension.",
        ),
        Step(
            statement=STATEMENT,
            text="The samples labelled small cover a set of certified measure, and all "
            "others carry it to every target of this Euclidean norm.",
            values=(
                *parameters.items(),
                ("eps", str(certificate.eps)),
                ("norm", str(certificate.norm)),
                ("failure", str(Enclosure(Fraction(0), failure))),
                ("bits", str(BITS)),
            ),
        ),
    )
