"""Widths for one target by two stages: floats propose, balls decide."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from fractions import Fraction

from slth_verify.bounds._ledger import Step
from slth_verify.bounds.certificates.two_stage import (
    BITS,
    STATEMENT,
    Stage,
    TwoStageCertificate,
)
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.searches.two_stage_search import Search
from slth_verify.enclosure import Enclosure
from slth_verify.errors import InvalidParameterError
from slth_verify.files import parse_json
from slth_verify.limits import CERTIFICATE_SAMPLES
from slth_verify.numbers import ExactNumber, exact_number, rough, whole_number

#: Certificates that are tried while the width settles.
_PATIENCE = 6

#: Rounds of improvement before every further certificate.
_POLISH = 60

#: No stored certificate has more stages.
_MOST_STAGES = 64


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
    return from_two_stages(*two_stage_certificate(dim, eps, norm, goal))


def from_two_stages(certificate: TwoStageCertificate, failure: Fraction) -> FoundWidth:
    """The width of a certificate whose failure probability has been evaluated."""
    return FoundWidth(
        n=certificate.n,
        failure=failure,
        derivation=two_stage_ledger(certificate, failure),
        size=certificate.stages[-1].size,
        stairs=((certificate.n, failure),),
        certificate=certificate,
    )


def two_stage_certificate(
    dim: int, eps: Fraction, norm: Fraction, goal: Fraction
) -> tuple[TwoStageCertificate, Fraction]:
    """Parameters with a small number of samples, and the failure they certify.

    Arguments and errors as for `by_two_stages`.
    """
    found = settled(Search(dim, eps, norm, 1 - goal), eps, norm)
    if found is None:
        raise InvalidParameterError(
            f"dim={dim}, eps={rough(eps)}, prob={rough(goal)}: no two-stage "
            f"certificate was found ({STATEMENT}). Ask for a smaller probability "
            "or a larger eps."
        )
    return found


def settled(
    search: Search, eps: Fraction, norm: Fraction, patience: int = _PATIENCE
) -> tuple[TwoStageCertificate, Fraction] | None:
    """The least number of samples for which balls agree with a search, or None.

    Args:
        search: A search for this question.
        eps: Accuracy.
        norm: Largest Euclidean norm of the target.
        patience: Certificates that are tried while the width settles.
    """
    best: tuple[TwoStageCertificate, Fraction] | None = None
    n, tried = search.least(), set[int]()
    while n > 0 and n not in tried and len(tried) < patience:
        if tried:
            search.improved(n, _POLISH)
        tried.add(n)
        certificate = search.certificate(n, eps, norm)
        failure = certificate.failure()
        surplus = search.nats - _nats(failure)
        if surplus >= 0 and (best is None or n < best[0].n):
            best = certificate, failure
        n -= math.floor(surplus / search.rate) or (1 if surplus > 0 else -1)
    return best


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
    known: Mapping[str, str], dim: int, eps: Fraction, norm: Fraction
) -> TwoStageCertificate | None:
    """The certificate of stored parameters, if they can be read and are not absurd."""
    try:
        rows = parse_json(known["stages"])
        if not 0 < len(rows) <= _MOST_STAGES:
            return None
        return TwoStageCertificate(
            n=_samples(known["n"]),
            dim=dim,
            eps=eps,
            norm=norm,
            share=exact_number(known["share"]),
            slope=exact_number(known["slope"]),
            cap=exact_number(known["cap"]),
            stages=tuple(_stage(*row) for row in rows),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _stage(first: int, size: int, *ends: str) -> Stage:
    low_s, high_s, low_a, high_a, low_c, high_c = map(exact_number, ends)
    return Stage(
        first=_samples(first),
        size=_samples(size),
        scales=(low_s, high_s),
        energy=(low_a, high_a),
        gains=(low_c, high_c),
    )


def _samples(value: ExactNumber) -> int:
    return whole_number(value, least=1, most=CERTIFICATE_SAMPLES)


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
