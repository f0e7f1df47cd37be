"""What is found of two networks, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.comparison.attack import AttackResult
from slth_verify.comparison.local import LocalResult
from slth_verify.showing import OneLine
from slth_verify.verdict import NoTruthValue, Verdict, overall


@dataclass(frozen=True, slots=True, repr=False)
class LocalReport(NoTruthValue, OneLine):
    """Local certificates of several images.

    Attributes:
        radius: Entries may change by so much.
        results: In the order of the images.
    """

    radius: Fraction
    results: tuple[LocalResult, ...]

    @property
    def verdict(self) -> Verdict:
        """VERIFIED only if every image is."""
        return overall(tuple(result.verdict for result in self.results))

    def count(self, verdict: Verdict) -> int:
        """How many images have a verdict."""
        return sum(result.verdict is verdict for result in self.results)


@dataclass(frozen=True, slots=True, repr=False)
class NodeGap(OneLine):
    """How far the networks are apart behind one stage.

    Attributes:
        name: Of the stage's node.
        difference: Bound on the modulus of every entry's difference; None if floats
            were left.
    """

    name: str
    difference: Fraction | None


@dataclass(frozen=True, slots=True, repr=False)
class CompareResult(NoTruthValue, OneLine):
    """What is proved of the difference of two networks over the box of inputs.

    Attributes:
        verdict: Of ``sup |g - f| <= eps``: VERIFIED, REFUTED by an image, or
            INCONCLUSIVE; INCONCLUSIVE as well if no eps was asked.
        reason: Why.
        eps: The bound that was asked for, or None.
        error_upper_bound: No output differs by more, for any image of the box; None if
            floats were left.
        attack: The image at which most was found: a lower bound.
        per_stage: Where the difference comes from.
    """

    verdict: Verdict
    reason: str
    eps: Fraction | None
    error_upper_bound: Fraction | None
    attack: AttackResult
    per_stage: tuple[NodeGap, ...]

    @property
    def ratio(self) -> Fraction | None:
        """Certified over attacked bound; at least 1."""
        if self.error_upper_bound is None or not self.attack.difference:
            return None
        return self.error_upper_bound / self.attack.difference
