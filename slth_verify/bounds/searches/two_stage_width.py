"""Widths for one target by two stages: floats propose, balls decide."""

from __future__ import annotations

import math
from fractions import Fraction

from slth_verify.bounds.certificates.two_stage import STATEMENT, TwoStageCertificate
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.two_stage_search import Search
from slth_verify.numbers import log_of

#: Certificates that are tried while the width settles.
_PATIENCE = 6

#: Rounds of improvement before every further certificate.
_POLISH = 60


def two_stage_certificate(
    question: Question,
) -> tuple[TwoStageCertificate, Fraction]:
    """Parameters with a small number of samples, and the failure they certify.

    Rigor:
        Enclosed; the parameters are proposed in floating point.

    Raises:
        InvalidParameterError: If no certificate was found.
    """
    eps, norm = question.eps, question.norm
    found = settled(Search(question.dim, eps, norm, question.miss), eps, norm)
    if found is None:
        raise question.refused("no two-stage certificate was found", STATEMENT)
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
        surplus = search.nats - log_of(failure)
        if surplus >= 0 and (best is None or n < best[0].n):
            best = certificate, failure
        n -= math.floor(surplus / search.rate) or (1 if surplus > 0 else -1)
    return best
