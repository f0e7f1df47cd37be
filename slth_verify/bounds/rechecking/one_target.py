"""Widths for one target, proved again from their stored derivations alone.

Every step is read into a frozen certificate, as a whole; then the certificate is
evaluated in balls. What that proves is returned; the numbers recorded beside the
parameters are compared with it and then forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from slth_verify.bounds.certificates import two_stage
from slth_verify.bounds.certificates.repetition import Repetition, repeated
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.certificates.weighted_moment import (
    BITS,
    STATEMENT,
    WeightedCertificate,
)
from slth_verify.bounds.ledger import keys
from slth_verify.bounds.rechecking.proved import ProvedDecay, ProvedTarget
from slth_verify.bounds.rechecking.reader import (
    Fields,
    LedgerStep,
    NotConfirmedError,
    require,
    require_lower,
    require_upper,
)
from slth_verify.limits import CERTIFICATE_BLOCKS, CERTIFICATE_SAMPLES

#: What fresh samples of large scale need; it has no numbers of its own.
_BORELL = "der:multiset-borell"

#: What the empty subset gives: it needs no certificate.
EMPTY = "def:subset-sum-number"


def prove_target(steps: Sequence[LedgerStep], dim: int, eps: Fraction) -> ProvedTarget:
    """What the steps prove for one target.

    Args:
        steps: All steps of the derivation.
        dim: Dimension m.
        eps: Accuracy for the empty subset, which hits what is that near to 0; every
            other certificate has an accuracy of its own.

    Raises:
        NotConfirmedError: If the steps cannot be read, or one of their recorded numbers
            does not follow.

    Rigor:
        Enclosed.
    """
    names = [step.statement for step in steps]
    if names == [EMPTY]:
        return prove_empty(steps[0].values, dim, eps)
    if names and set(names) == {STATEMENT} and len(names) <= 2:
        one = prove_block(steps[0].values, dim)
        return one if len(steps) == 1 else prove_repetition(steps[1].values, one)
    if names == [_BORELL, two_stage.STATEMENT]:
        steps[0].end()
        return prove_two_stages(steps[1].values, dim)
    raise NotConfirmedError("the ledger has no derivation for one target")


def prove_empty(values: Fields, dim: int, eps: Fraction) -> ProvedTarget:
    """The empty subset hits all targets of norm at most eps, without any sample."""
    with values:
        values.exactly("size", "0")
        values.exactly("probability", "[1, 1]")
    return ProvedTarget(
        dim=dim,
        eps=eps,
        norm=eps,
        n=0,
        failure=Fraction(0),
        size=0,
        stairs=((0, Fraction(0)),),
        statement=EMPTY,
    )


def prove_block(values: Fields, dim: int) -> ProvedTarget:
    """A second-moment certificate for targets of a Euclidean norm (Theorem U)."""
    with values:
        certificate = read_certificate(values, dim=dim)
        recorded = values.at_least("probability")
    single = certificate.check()
    require_lower(values.name, recorded, single)
    return ProvedTarget(
        dim=dim,
        eps=certificate.eps,
        norm=certificate.norm,
        n=certificate.n,
        failure=1 - single,
        size=certificate.size,
        stairs=repeated(certificate.n, 1 - single, 3),
        statement=STATEMENT,
    )


def prove_centred_block(values: Fields, dim: int) -> ProvedDecay:
    """The same certificate at w = 0, with its decay: the side of two sides."""
    with values:
        certificate = read_certificate(values, dim=dim, norm=Fraction(0))
        recorded_c, recorded_kappa = values.at_least("c"), values.at_most("kappa")
    c, kappa = certificate.at_zero()
    require_lower(f"{values.name}: c", recorded_c, c)
    require_upper(f"{values.name}: kappa", recorded_kappa, kappa)
    return ProvedDecay(
        dim=dim,
        eps=certificate.eps,
        n=certificate.n,
        size=certificate.size,
        c=c,
        kappa=kappa,
    )


def prove_repetition(values: Fields, one: ProvedTarget) -> ProvedTarget:
    """Disjoint blocks are independent; one of them is enough."""
    with values:
        own = values.certificate(Repetition)
        require(own.blocks > 1, f"{values.name}: one block is no repetition")
        n = values.integer("n", 1, CERTIFICATE_SAMPLES * CERTIFICATE_BLOCKS)
        recorded = values.at_least("probability")
    failure = own.failure(one.failure)
    require_lower(values.name, recorded, 1 - failure)
    require(
        n == own.blocks * one.n,
        f"{values.name}: n is not blocks times the samples of one",
    )
    stairs = repeated(one.n, one.failure, 2 * own.blocks + 1)
    return replace(one, n=n, failure=failure, stairs=stairs)


def prove_two_stages(values: Fields, dim: int) -> ProvedTarget:
    """A certificate of Theorem H."""
    with values:
        values.exactly("bits", str(two_stage.BITS))
        certificate = values.certificate(TwoStageCertificate, dim=dim)
        recorded = values.at_most("failure")
    failure = certificate.failure(enough=lambda bound: bound <= recorded)
    require_upper(values.name, recorded, failure)
    return ProvedTarget(
        dim=dim,
        eps=certificate.eps,
        norm=certificate.norm,
        n=certificate.n,
        failure=failure,
        size=certificate.stages[-1].size,
        stairs=((certificate.n, failure),),
        statement=two_stage.STATEMENT,
    )


def read_certificate(values: Fields, **given: Any) -> WeightedCertificate:
    """The second-moment certificate with the parameters of a step.

    Args:
        values: The step.
        given: Dimension, and what else the step has not of its own.
    """
    values.exactly("bits", str(BITS))
    return values.certificate(WeightedCertificate, keys.BLOCK, **given)
