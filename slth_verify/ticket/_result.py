"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.enclosure import Enclosure
from slth_verify.ticket._bound import LayerBound
from slth_verify.ticket._findings import outward
from slth_verify.ticket._range import OutputRange
from slth_verify.ticket._witness import Witness
from slth_verify.verdict import Finding, NoTruthValue, Verdict


@dataclass(frozen=True, slots=True)
class CheckResult(NoTruthValue):
    """What the checker found.

    Attributes:
        verdict: VERIFIED only if every finding is; VACUOUS if the claim is proved but
            trivial: no output of the target exceeds ``eps``.
        eps: The bound that was claimed, for inputs in [-B, B], B the ``input_bound``;
            None if the check ended at a limit before it was read.
        error_upper_bound: Certified bound on sup ||f - S g||_max over all inputs in
            [-B, B], in the target's units, exact; None if a structural finding failed.
        closed_form: The coarser bound of der:accumulation, or None.
        per_layer: Certified figures of every layer, in normalised units, for inputs in
            [-1, 1].
        ledger: Every finding in order.
        witness: An input that refutes the claimed bound, if one was found.
        input_bound: B.
        target_range: Where the largest output of the target lies for inputs in [-B, B];
            None if a structural finding failed.
    """

    verdict: Verdict
    eps: Fraction | None
    error_upper_bound: Fraction | None
    closed_form: Fraction | None
    per_layer: tuple[LayerBound, ...]
    ledger: tuple[Finding, ...]
    witness: Witness | None
    input_bound: Fraction = Fraction(1)
    target_range: OutputRange | None = None

    @property
    def enclosure(self) -> Enclosure | None:
        """The bound between two dyadic numbers, 128 bits wide."""
        if self.error_upper_bound is None:
            return None
        return outward(self.error_upper_bound)

    @property
    def trivial(self) -> bool | None:
        """Whether the network that computes 0 meets the claim; None if undecided."""
        if self.target_range is None or self.eps is None:
            return None
        return self.target_range.trivial(self.eps)

    @property
    def share_of_range(self) -> Fraction | None:
        """Certified error as a share of the certified range ``target_range.bound``."""
        return self._share(
            None if self.target_range is None else self.target_range.bound
        )

    @property
    def share_of_reached(self) -> Fraction | None:
        """Certified error as a share of an output that is reached.

        An upper bound of the relative error; None if no positive output was found.
        """
        found = self.target_range
        return self._share(None if found is None else found.reached)

    def _share(self, whole: Fraction | None) -> Fraction | None:
        if self.error_upper_bound is None or not whole:
            return None
        return self.error_upper_bound / whole
