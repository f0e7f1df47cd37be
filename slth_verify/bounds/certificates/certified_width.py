"""Widths with their proof: what searches find, answers tell and the library stores."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.certificates.repetition import Repetition
from slth_verify.bounds.certificates.two_sides import (
    Sides,
    failure_by_decay,
    failure_by_reach,
)
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate


@dataclass(frozen=True, slots=True)
class BlockWidth:
    """A width with its proof.

    Attributes:
        blocks: Number B of independent blocks.
        certificate: Parameters of the second-moment bound of one block.
        single: Certified success probability of one block.
    """

    blocks: int
    certificate: WeightedCertificate
    single: Fraction

    @classmethod
    def certified(cls, blocks: int, certificate: WeightedCertificate) -> BlockWidth:
        """The width of these parameters, with its success probability in balls."""
        return cls(blocks, certificate, certificate.check())

    @property
    def n(self) -> int:
        """All samples."""
        return self.blocks * self.certificate.n

    @property
    def probability(self) -> Fraction:
        """Certified success probability of all blocks together."""
        return 1 - Repetition(self.blocks).failure(1 - self.single)


@dataclass(frozen=True, slots=True)
class ProvedSides:
    """A width for all targets of a Euclidean ball, with its proof.

    Attributes:
        sides: Number of blocks on each side, tau, and the slope of the majorant.
        norm: Largest Euclidean norm of the targets.
        failure: Certified bound on the probability that some target is missed.
        side: Certificate of one block of a side, or of a side that is no repetition.
    """

    sides: Sides
    norm: Fraction
    failure: Fraction
    side: WeightedCertificate | TwoStageCertificate

    @property
    def n(self) -> int:
        """All samples, both sides."""
        return 2 * self.sides.blocks * self.side.n


@dataclass(frozen=True, slots=True)
class SidesOfBlocks(ProvedSides):
    """Two sides of independent blocks.

    Attributes:
        side: Second-moment bound of one block, at half of the accuracy and norm 0.
        reach: Certified numbers (c, kappa) of one block.
    """

    side: WeightedCertificate
    reach: tuple[Fraction, Fraction]

    @classmethod
    def certified(
        cls, sides: Sides, side: WeightedCertificate, norm: Fraction
    ) -> SidesOfBlocks:
        """The width of these parameters, with its failure probability in balls."""
        c, kappa = side.at_zero()
        failure = failure_by_decay(sides, c, kappa, side.dim, norm)
        return cls(sides, norm, failure, side, (c, kappa))


@dataclass(frozen=True, slots=True)
class SidesOfStages(ProvedSides):
    """Two sides of two stages each.

    Attributes:
        side: Certificate of one side, at half of the accuracy and norm R.
        missed: Certified failure probability of one side for one target.
    """

    side: TwoStageCertificate
    missed: Fraction

    @classmethod
    def certified(
        cls, sides: Sides, side: TwoStageCertificate, missed: Fraction, norm: Fraction
    ) -> SidesOfStages:
        """The width of these parameters, with its failure probability in balls.

        Args:
            sides: Standard deviation and slope; one block.
            side: Certificate of each side.
            missed: Its failure probability, see `TwoStageCertificate.failure`.
            norm: Largest Euclidean norm of the targets.
        """
        failure = failure_by_reach(sides, missed, side.norm, side.dim, norm)
        return cls(sides, norm, failure, side, missed)

    @classmethod
    def within(
        cls, sides: Sides, side: TwoStageCertificate, norm: Fraction, miss: Fraction
    ) -> SidesOfStages:
        """As `certified`; a failure probability of at most ``miss`` is small enough."""

        def both(missed: Fraction) -> SidesOfStages:
            return cls.certified(sides, side, missed, norm)

        return both(side.failure(enough=lambda one: both(one).failure <= miss))


#: What may be stored, and what it says of one target or of all at once.
Certified = BlockWidth | TwoStageCertificate | SidesOfBlocks | SidesOfStages
