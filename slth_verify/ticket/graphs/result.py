"""What a check of a graph's ticket says."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.enclosure import directed_decimal
from slth_verify.showing import Card, OneLine, Shown, brief
from slth_verify.ticket.graphs.claims import Box
from slth_verify.ticket.graphs.outputs import OutputSpread
from slth_verify.ticket.graphs.witness import Witness
from slth_verify.verdict import Finding, NoTruthValue, Verdict

#: Significant digits of bounds in a line.
_DIGITS = 4


@dataclass(frozen=True, slots=True, repr=False)
class StageBound(OneLine):
    """What is certified about one stage, for every image of the box.

    Attributes:
        name: Of the stage's node.
        kept: Number of kept filters.
        own_error: What the stage's pair itself does wrong, at most.
        carried_error: What it carries on from earlier nodes, at most.
        error: Bound on |g - f| after it.
        lower: No output of f is below, after it.
        upper: No output of f is above, after it.
    """

    name: str
    kept: int
    own_error: Fraction
    carried_error: Fraction
    error: Fraction
    lower: Fraction
    upper: Fraction


@dataclass(frozen=True, slots=True, repr=False)
class CheckResult(NoTruthValue, Shown):
    """What the checker found.

    Attributes:
        verdict: VERIFIED only if every finding is; VACUOUS if the claim is proved but
            trivial: constants, one an output channel, meet it as well.
        eps: The bound that was claimed; None if the check ended before it was read.
        error_upper_bound: Certified bound on sup ||f - g||_max over all images of the
            box, in the target's units, exact; None if a structural finding failed.
        per_stage: Certified figures of every stage.
        ledger: Every finding in order.
        witness: An image that refutes the claimed bound, if one was found.
        outputs: How far the target's outputs range.
        error_by_intervals: The bound that intervals alone give; the certified one is
            below it where linear or joint forms sharpened it.
        box: Lower and upper ends of the images that were asked about, by channel; None
            for the target's own box, or if the check ended before it was read.
    """

    verdict: Verdict
    eps: Fraction | None
    error_upper_bound: Fraction | None
    per_stage: tuple[StageBound, ...]
    ledger: tuple[Finding, ...]
    witness: Witness | None = None
    outputs: OutputSpread | None = None
    error_by_intervals: Fraction | None = None
    box: Box | None = None

    @property
    def trivial(self) -> bool | None:
        """Whether constants meet the claim; None if undecided."""
        if self.outputs is None or self.eps is None:
            return None
        return self.outputs.trivial(self.eps)

    @property
    def share_of_range(self) -> Fraction | None:
        """Certified error as a share of the widest range of an output channel."""
        found, error = self.outputs, self.error_upper_bound
        if found is None or error is None or not found.widest:
            return None
        return error / found.widest

    def _card(self) -> Card:
        error, eps = self.error_upper_bound, self.eps
        proved = "error not certified"
        if error is not None:
            proved = f"error at most {directed_decimal(error, _DIGITS, up=True)}"
        claimed = "nothing" if eps is None else brief(eps)
        open_ = [
            f"{item.claim}: {item.reason}"
            for item in self.ledger
            if item.verdict is not Verdict.VERIFIED
        ]
        rows = (
            ("verdict", self.verdict.name),
            ("claimed bound", claimed),
            ("certified", proved),
            *(
                (
                    f"stage {part.name}",
                    f"{part.kept} filters, error at most "
                    f"{directed_decimal(part.error, _DIGITS, up=True)}",
                )
                for part in self.per_stage
            ),
            *(("not verified", text) for text in open_),
        )
        line = f"{self.verdict.name}: {proved}, claimed {claimed}"
        return Card(line, rows)
