"""What an evaluator of widths finds: a width, its proof, and what other widths give."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.certificates.certified_width import Certified
from slth_verify.bounds.ledger.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWidth:
    """A width of the multidimensional random subset sum with its proof.

    Attributes:
        n: Number of samples that are enough.
        failure: Certified upper bound of the failure probability with n samples.
        derivation: The proof, step by step.
        size: Size k of the subsets that the certificate counts, if it has one.
        stairs: Pairs (width, failure probability), each certified, in any order. They
            come from the same certificate: (n, failure) is one of them.
        certificate: The certificate, where it can be stored for later.
    """

    n: int
    failure: Fraction
    derivation: tuple[Step, ...]
    size: int | None = None
    stairs: tuple[tuple[int, Fraction], ...] = ()
    certificate: Certified | None = None

    @property
    def probability(self) -> Fraction:
        """Certified success probability."""
        return 1 - self.failure

    def staircase(self) -> tuple[tuple[int, Fraction], ...]:
        """The stairs in order: widths rise strictly, failure probabilities fall.

        More samples never hurt, since the additional ones can be left out of the
        subset. So with at least ``width`` samples the failure probability is at most
        the one of that stair, and stairs that a smaller width beats are left out.
        """
        kept: list[tuple[int, Fraction]] = []
        for width, failure in sorted({*self.stairs, (self.n, self.failure)}):
            if not kept:
                if failure < 1:
                    kept.append((width, failure))
            elif failure < kept[-1][1] and width > kept[-1][0]:
                kept.append((width, failure))
        return tuple(kept)
