"""The parts of a case: frozen data, each one table or figure of the page."""

from __future__ import annotations

from dataclasses import dataclass

from slth_verify.report.model.quantity import Absent, Figure, Quantity


@dataclass(frozen=True, slots=True)
class TargetSummary:
    """The network that a case approximates.

    Attributes:
        file: Where it was saved, relative to the report.
        sha256: Digest of shapes and weights.
        input_shape: ``(c_0, height, width)``.
        channels: c_0, ..., c_l.
        kernel_sizes: d_1, ..., d_l.
        readout: How a class is read off the output.
        norms: Entrywise ``||K_i||_1``.
        scale_exponents: e_i, the powers of two that are divided out.
        largest_output: Greatest output on the inputs named by ``largest_on``.
        largest_on: Those inputs in words.
    """

    file: str
    sha256: str
    input_shape: tuple[int, ...]
    channels: tuple[int, ...]
    kernel_sizes: tuple[int, ...]
    readout: str
    norms: tuple[Quantity, ...]
    scale_exponents: tuple[int, ...]
    largest_output: Figure
    largest_on: str


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
class LayerFigures:
    """What is certified about one layer, in normalised units.

    Attributes:
        layer: From 1.
        kept: Filters that survive.
        positive: Those of them with a positive scalar.
        layer_error: eta_i.
        lipschitz: L_i.
        activation: Bound on outputs of f after this layer.
        accumulated_error: Bound on |g - f| after this layer.
    """

    layer: int
    kept: Quantity
    positive: Quantity
    layer_error: Quantity
    lipschitz: Quantity
    activation: Quantity
    accumulated_error: Quantity


@dataclass(frozen=True, slots=True)
class TicketFigures:
    """The certified figures of a ticket.

    Attributes:
        file: The ticket, relative to the report.
        sha256: Digest of the file.
        certified_error: Bound on sup ||f - S g||_max, in the target's units.
        closed_form: The coarser bound of der:accumulation.
        output_range: Where the target's largest output over all inputs lies, proved.
        share_of_range: Certified error as a part of the upper end of that.
        relative_error: Certified error as a part of the target's largest output seen.
        layers: Layer by layer.
    """

    file: str
    sha256: str
    certified_error: Figure
    closed_form: Figure
    output_range: Figure
    share_of_range: Figure
    relative_error: Figure
    layers: tuple[LayerFigures, ...]


@dataclass(frozen=True, slots=True)
class WitnessSummary:
    """An input at which f and S g certainly differ by more than claimed.

    Attributes:
        pixels: Its entries -1, 0 and 1: channels, then rows, then columns.
        shape: Channels, height and width.
        pixel: Row and column of the output pixel.
        channel: Output channel, from 0.
        difference: |f - S g| there.
    """

    pixels: tuple[int, ...]
    shape: tuple[int, int, int]
    pixel: tuple[int, int]
    channel: int
    difference: Quantity


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
    """Where the kept filters of a layer lie.

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
        filters: Filters of all odd layers, or None where there are none.
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
