"""The parts of a case: frozen data, each one table or figure of the page."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.report.model.quantity import Absent, Figure, Quantity


@dataclass(frozen=True, slots=True)
class NetworkSummary:
    """The random network that is pruned.

    Attributes:
        seed: Its seed, in decimal digits.
        generator: Name of the rule that makes weights.
        widths: n_1, ..., n_l.
    """

    seed: str
    generator: str
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in which symbols stay.

    Attributes:
        mathml: Presentation MathML.
        latex: LaTeX.
        statement: Id of the statement that it comes from.
        provenance: That statement's provenance.
    """

    mathml: str
    latex: str
    statement: str
    provenance: str


@dataclass(frozen=True, slots=True)
class Rung:
    """Widths of one layer, from what cannot do to what was used.

    Attributes:
        layer: Target layer, from 1.
        dimension: m = d^2 c_out of its subset-sum problem.
        accuracy: What the ladder asks of every entry of the layer's error.
        probability: With which probability.
        necessary: A width below which that is impossible.
        certified: A width that provably suffices.
        paper: The paper's bound; its constants stay symbols.
        used: The width of the random network of this case.
        found: A width at which searches for a random target succeed.
    """

    layer: int
    dimension: int
    accuracy: Quantity
    probability: Quantity
    necessary: Figure
    certified: Figure
    paper: Formula | Absent
    used: Quantity
    found: Figure


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How target and pruned network classify the held-out images.

    Attributes:
        images: Held-out images.
        sha256: Digest of images and labels.
        target_correct: Rightly classified by the target.
        pruned_correct: Rightly classified by the pruned network.
        same_class: Images that both classify alike.
        certified_same_class: Images for which the certified bound alone proves it.
    """

    images: int
    sha256: str
    target_correct: Quantity
    pruned_correct: Quantity
    same_class: Quantity
    certified_same_class: Quantity


@dataclass(frozen=True, slots=True)
class MaskPicture:
    """Where the kept filters of a stage lie.

    Attributes:
        layer: From 1.
        block: Filters per input channel, 2n.
        positive: Kept filters with u > 0, per channel and bin of the block.
        negative: The same for u < 0.
        filters: All kept indices with their signs, for small layers only.
    """

    layer: int
    block: int
    positive: tuple[tuple[int, ...], ...]
    negative: tuple[tuple[int, ...], ...]
    filters: tuple[tuple[int, int], ...] | None


@dataclass(frozen=True, slots=True)
class SizeRow:
    """Size of one network.

    Attributes:
        network: Which.
        parameters: Stored weights.
        multiply_adds: Multiplications of a forward pass on one image.
        filters: Filters of first layers, or None where there are none.
    """

    network: str
    parameters: Quantity
    multiply_adds: Quantity
    filters: Quantity | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One held-out image with output maps of the channel of its label.

    Attributes:
        index: Position among the held-out images.
        label: The true class.
        target_class: The target's answer.
        pruned_class: The pruned network's answer.
        image: Grey levels 0..16, row by row.
        target_map: The target's output map.
        pruned_map: The pruned network's output map, in the target's units.
        difference_map: Pruned minus target.
    """

    index: int
    label: int
    target_class: int
    pruned_class: int
    image: tuple[tuple[int, ...], ...]
    target_map: tuple[tuple[float, ...], ...]
    pruned_map: tuple[tuple[float, ...], ...]
    difference_map: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class StatementSummary:
    """A statement as the page shows it.

    Attributes:
        id: Permanent identifier.
        title: Short title.
        kind: Theorem, lemma, definition, corollary or figure.
        provenance: Quoted, reconstructed, derived or cited.
        direction: Side of its main claim.
        source: Paper, version and item, in words.
        summary: The statement in words.
        hypotheses: Name and meaning of each.
        claims: Name, meaning, MathML and LaTeX of each quantitative reading, and its
            provenance where that differs.
        notes: Gaps and errata.
        evaluated: What this report computed with it; empty if nothing.
    """

    id: str
    title: str
    kind: str
    provenance: str
    direction: str
    source: str
    summary: str
    hypotheses: tuple[dict[str, str], ...]
    claims: tuple[dict[str, str], ...]
    notes: tuple[str, ...]
    evaluated: tuple[str, ...]
