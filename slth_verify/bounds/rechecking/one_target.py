"""Widths for one target, proved again from their stored derivations alone.

Every step is read into a frozen certificate. Its ``check`` evaluates the certificate in
balls and returns what that proves; the numbers recorded beside the parameters are
compared with it and then forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from slth_verify.bounds import _ledger_keys
from slth_verify.bounds.certificates import repetition, two_stage
from slth_verify.bounds.certificates.repetition import repeated
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.certificates.weighted_moment import (
    BITS,
    STATEMENT,
    WeightedCertificate,
)
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
        return EmptySubset.read(steps[0].values).check(dim, eps)
    if names and set(names) == {STATEMENT} and len(names) <= 2:
        one = Block.read(steps[0].values, dim).check()
        if len(steps) == 1:
            return one
        return Repetition.read(steps[1].values).check(one)
    if names == [_BORELL, two_stage.STATEMENT]:
        steps[0].end()
        return TwoStages.read(steps[1].values, dim).check()
    raise NotConfirmedError("the ledger has no derivation for one target")


@dataclass(frozen=True, slots=True)
class EmptySubset:
    """The empty subset hits every target within eps of 0, without any sample."""

    @classmethod
    def read(cls, values: Fields) -> EmptySubset:
        """Read a step that has no parameter."""
        with values:
            values.exactly("size", "0")
            values.exactly("probability", "[1, 1]")
        return cls()

    def check(self, dim: int, eps: Fraction) -> ProvedTarget:
        """Proved for all targets of norm at most eps."""
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


@dataclass(frozen=True, slots=True)
class Block:
    """A second-moment certificate for targets of a Euclidean norm (Theorem U)."""

    name: str
    certificate: WeightedCertificate
    recorded: Fraction

    @classmethod
    def read(cls, values: Fields, dim: int) -> Block:
        """Read the parameters and the recorded probability."""
        with values:
            certificate = read_certificate(values, dim=dim)
            return cls(values.name, certificate, values.at_least("probability"))

    def check(self) -> ProvedTarget:
        """Evaluate the certificate in balls."""
        certificate, single = self.certificate, self.certificate.check()
        require_lower(self.name, self.recorded, single)
        return ProvedTarget(
            dim=certificate.dim,
            eps=certificate.eps,
            norm=certificate.norm,
            n=certificate.n,
            failure=1 - single,
            size=certificate.size,
            stairs=repeated(certificate.n, 1 - single, 3),
            statement=STATEMENT,
        )


@dataclass(frozen=True, slots=True)
class CentredBlock:
    """The same certificate at w = 0, with its decay: the side of two sides."""

    name: str
    certificate: WeightedCertificate
    c: Fraction
    kappa: Fraction

    @classmethod
    def read(cls, values: Fields, dim: int) -> CentredBlock:
        """Read the parameters and the recorded probability and decay."""
        with values:
            certificate = read_certificate(values, dim=dim, norm=Fraction(0))
            c, kappa = values.at_least("c"), values.at_most("kappa")
            return cls(values.name, certificate, c, kappa)

    def check(self) -> ProvedDecay:
        """Evaluate the certificate in balls."""
        certificate = self.certificate
        c, kappa = certificate.at_zero()
        require_lower(f"{self.name}: c", self.c, c)
        require_upper(f"{self.name}: kappa", self.kappa, kappa)
        return ProvedDecay(
            dim=certificate.dim,
            eps=certificate.eps,
            n=certificate.n,
            size=certificate.size,
            c=c,
            kappa=kappa,
        )


@dataclass(frozen=True, slots=True)
class Repetition:
    """Disjoint blocks are independent; one of them is enough."""

    name: str
    parameters: repetition.Repetition
    n: int
    recorded: Fraction

    @classmethod
    def read(cls, values: Fields) -> Repetition:
        """Read the number of blocks, and what is recorded of all of them."""
        with values:
            own = values.certificate(repetition.Repetition)
            require(own.blocks > 1, f"{values.name}: one block is no repetition")
            n = values.integer("n", 1, CERTIFICATE_SAMPLES * CERTIFICATE_BLOCKS)
            return cls(values.name, own, n, values.at_least("probability"))

    def check(self, one: ProvedTarget) -> ProvedTarget:
        """Repeat what was proved for one block."""
        blocks, failure = self.parameters.blocks, self.parameters.failure(one.failure)
        require_lower(self.name, self.recorded, 1 - failure)
        require(
            self.n == blocks * one.n,
            f"{self.name}: n is not blocks times the samples of one",
        )
        return replace(
            one,
            n=self.n,
            failure=failure,
            stairs=repeated(one.n, one.failure, 2 * blocks + 1),
        )


@dataclass(frozen=True, slots=True)
class TwoStages:
    """A certificate of Theorem H."""

    name: str
    certificate: TwoStageCertificate
    recorded: Fraction

    @classmethod
    def read(cls, values: Fields, dim: int) -> TwoStages:
        """Read the parameters and the recorded failure probability."""
        with values:
            values.exactly("bits", str(two_stage.BITS))
            certificate = values.certificate(TwoStageCertificate, dim=dim)
            return cls(values.name, certificate, values.at_most("failure"))

    def check(self) -> ProvedTarget:
        """Evaluate the certificate in balls."""
        certificate = self.certificate
        failure = certificate.failure()
        require_upper(self.name, self.recorded, failure)
        return ProvedTarget(
            dim=certificate.dim,
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
    return values.certificate(WeightedCertificate, _ledger_keys.BLOCK, **given)
