"""A target graph as a report shows it: frozen data."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.report.model.observations import Observation
from slth_verify.report.model.parts import Accuracy, NetworkSummary
from slth_verify.report.model.quantity import Figure, Quantity
from slth_verify.verdict import Finding, NoTruthValue, Verdict


@dataclass(frozen=True, slots=True)
class GraphSummary:
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
        own_error: What the pair itself does wrong.
        carried_error: What it carries on from earlier stages.
        error: Bound on |g - f| after it.
        output: Outputs of f after it lie in it.
    """

    stage: str
    layer: str
    width: Quantity
    exponent: int
    filters: Quantity
    kept: Quantity
    own_error: Quantity
    carried_error: Quantity
    error: Quantity
    output: Quantity


@dataclass(frozen=True, slots=True)
class GraphFigures:
    """The certified figures of a graph's ticket.

    Attributes:
        file: The ticket, relative to the report.
        sha256: Digest of the file.
        certified_error: Bound on sup ||f - g||_max over the box, in the target's units.
        share_of_range: The same as a part of the widest range of an output channel.
        stages: Stage by stage.
    """

    file: str
    sha256: str
    certified_error: Figure
    share_of_range: Figure
    stages: tuple[StageFigures, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphCase(NoTruthValue):
    """Everything about one target graph.

    Attributes:
        name: Short and unique.
        origin: ``"trained"`` or ``"given"``.
        description: What is special about it.
        verdict: Combined verdict of the findings.
        target: The target.
        eps: The claimed bound.
        asked: The same as it was asked for, such as ``"2%"``.
        network: The random network.
        seconds: Wall time by stage.
        ticket: Figures of the ticket, or None if none was found.
        observations: Forward passes in float64.
        accuracy: On held-out images, where there are any; seen in float64.
        findings: Every checked claim.
    """

    name: str
    origin: str
    description: str
    verdict: Verdict
    target: GraphSummary
    eps: Quantity
    asked: str
    network: NetworkSummary
    seconds: dict[str, float]
    ticket: GraphFigures | None = None
    observations: tuple[Observation, ...] = ()
    accuracy: Accuracy | None = None
    findings: tuple[Finding, ...] = ()
