"""What both searches for two sides have in common: the question and the answer.

`sides_of_blocks` has independent blocks on each side, `sides_of_stages` one certificate
of two stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.certificates.two_sides import STATEMENT, Sides
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import rough


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


def nothing_found(dim: int, eps: Fraction, goal: Fraction) -> InvalidParameterError:
    """The refusal of a search that found no certificate."""
    return InvalidParameterError(
        f"dim={dim}, eps={rough(eps)}, prob={rough(goal)}: no certificate for all "
        f"targets was found ({STATEMENT}). Ask for a smaller probability or "
        "a larger eps."
    )
