"""One target as a report shows it: frozen data."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.report.model.nearness import Nearness
from slth_verify.report.model.observations import Observation
from slth_verify.report.model.parts import (
    Accuracy,
    MaskPicture,
    NetworkSummary,
    Rung,
    Sample,
    SizeRow,
)
from slth_verify.report.model.quantity import Figure, Quantity
from slth_verify.showing import OneLine
from slth_verify.verdict import Finding, NoTruthValue, Verdict


@dataclass(frozen=True, slots=True)
class TargetSummary:
    """The network that a case approximates.

    Attributes:
        file: Where it was saved, relative to the report.
        sha256: Digest of its nodes.
        input_shape: Of an image.
        output_shape: Of the output.
        low: No entry of an image in the box is below.
        high: None is above.
        boxes: Whether channels have boxes of their own between these two.
        nodes: How many there are of each kind.
        weights: Numbers that the file stores.
        outside: Why it is no network of the paper's class, or empty.
        output_range: All outputs lie in it.
        widest: The widest range of an output channel: one that images reach, and one
            that none exceeds. Errors are compared with the latter.
        largest_output: Greatest modulus of an output on the inputs of ``largest_on``.
        largest_on: Those inputs in words.
    """

    file: str
    sha256: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    low: Quantity
    high: Quantity
    boxes: bool
    nodes: dict[str, int]
    weights: Quantity
    outside: str
    output_range: Quantity
    widest: Quantity
    largest_output: Figure
    largest_on: str


@dataclass(frozen=True, slots=True)
class StageFigures:
    """What is certified about one stage, for every image of the box.

    Attributes:
        stage: Its name.
        layer: What it is, in words.
        width: n.
        exponent: The pair's outputs are multiplied by 2 to this power.
        filters: Filters of the pair.
        kept: Those of them that survive.
        budget: What the plan of the search let the pair do wrong; heuristic.
        own_error: What the pair itself does wrong.
        carried_error: What it carries on from earlier stages.
        error: Bound on |g - f| after it.
        output: Outputs of f after it lie in it.
        needed: Width below which no network is within eps half of the time.
        alone: Width necessary for this stage alone (own kernel within its share of
            eps), half of the time; another construction could spread the error
            otherwise.
    """

    stage: str
    layer: str
    width: Quantity
    exponent: int
    filters: Quantity
    kept: Quantity
    budget: Figure
    own_error: Quantity
    carried_error: Quantity
    error: Quantity
    output: Quantity
    needed: Figure
    alone: Figure


@dataclass(frozen=True, slots=True)
class TicketFigures:
    """The certified figures of a ticket.

    Attributes:
        file: The ticket, relative to the report.
        sha256: Digest of the file.
        certified_error: Bound on sup ||f - g||_max over the box, in the target's units.
        share_of_range: The same as a part of the widest range of an output channel.
        relative_error: The same as a part of the target's largest output seen.
        stages: Stage by stage.
    """

    file: str
    sha256: str
    certified_error: Figure
    share_of_range: Figure
    relative_error: Figure
    stages: tuple[StageFigures, ...]


@dataclass(frozen=True, slots=True)
class WitnessSummary:
    """An image at which f and g certainly differ by more than claimed.

    Attributes:
        image: Its entries, exact, flattened.
        shape: Of the image.
        entry: Index of the output's entry.
        difference: |f - g| there is at least this.
    """

    image: tuple[str, ...]
    shape: tuple[int, ...]
    entry: tuple[int, ...]
    difference: Quantity


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CaseReport(NoTruthValue, OneLine):
    """Everything about one target.

    Attributes:
        name: Short and unique.
        origin: ``"trained"``, ``"generated"`` or ``"given"``.
        description: What is special about it.
        verdict: Combined verdict of the findings.
        target: The target.
        eps: The claimed bound.
        asked: The same as it was asked for, such as ``"2%"``.
        network: The random network.
        seconds: Wall time by stage.
        ladder: Widths per layer of a network of the paper's class.
        ticket: Figures of the ticket, or None if none was found.
        witness: An image that refutes the claimed bound, if there is one.
        observations: Forward passes in float64.
        accuracy: On held-out images, where there are any.
        masks: Stage by stage, where they are not too large to be drawn.
        collapse: Sizes before and after.
        samples: Pictures.
        nearness: The true error from both sides, and classes near images.
        findings: Every checked claim.
    """

    name: str
    origin: str
    description: str
    verdict: Verdict
    target: TargetSummary
    eps: Quantity
    asked: str
    network: NetworkSummary
    seconds: dict[str, float]
    ladder: tuple[Rung, ...] = ()
    ticket: TicketFigures | None = None
    witness: WitnessSummary | None = None
    observations: tuple[Observation, ...] = ()
    accuracy: Accuracy | None = None
    masks: tuple[MaskPicture, ...] = ()
    collapse: tuple[SizeRow, ...] = ()
    samples: tuple[Sample, ...] = ()
    nearness: Nearness | None = None
    findings: tuple[Finding, ...] = ()
