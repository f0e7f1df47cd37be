"""What a question about a whole network is answered with: one entry a layer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds._result import Kind, answer_card
from slth_verify.bounds._whole_answer import document_of, mathml_of, text_of
from slth_verify.bounds.ledger import mathml as ml
from slth_verify.bounds.ledger.steps import (
    Condition,
    Json,
    Step,
    step_document,
    step_line,
)
from slth_verify.bounds.network.layer_width import LayerShape
from slth_verify.enclosure import Enclosure
from slth_verify.showing import Card, OneLine, Shown
from slth_verify.verdict import Direction, Evidence, NoTruthValue


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LayerWidth(OneLine):
    """The width of one layer.

    Attributes:
        shape: The target layer.
        n: The number n_i: the random 1x1 layer has 2 n_i filters per entering channel.
        share: Error coefficient eta_i that the layer may have.
        accuracy: Accuracy of the entries of its subset sums.
        failure: ``certified``: upper bound of the probability that the layer fails.
            ``necessary``: None.
        ledger: The derivation of the layer's width.
    """

    shape: LayerShape
    n: int
    share: Fraction
    accuracy: Fraction
    failure: Fraction | None
    ledger: tuple[Step, ...]

    @property
    def filters(self) -> int:
        """Filters of the random 1x1 layer, over all entering channels."""
        return self.shape.filters(self.n)

    def numbers(self) -> tuple[tuple[str, Json], ...]:
        """The numbers of the layer, by name."""
        return (
            ("kernel", self.shape.kernel),
            ("channels in", self.shape.entering),
            ("channels out", self.shape.leaving),
            ("n", self.n),
            ("filters", self.filters),
            ("error share", str(self.share)),
            ("accuracy", str(self.accuracy)),
        )

    def to_json(self) -> dict[str, object]:
        """The JSON object of one layer."""
        document: dict[str, object] = {
            "kernel": self.shape.kernel,
            "channels_in": self.shape.entering,
            "channels_out": self.shape.leaving,
            "dim": self.shape.dim,
            "signs": self.shape.signs,
            "n": self.n,
            "filters": self.filters,
            "error_share": str(self.share),
            "accuracy": str(self.accuracy),
            "ledger": [step_document(step) for step in self.ledger],
        }
        if self.failure is not None:
            document["failure"] = Enclosure(Fraction(0), self.failure).decimal()[1]
        return document


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NetworkResult(NoTruthValue, Shown):
    """Widths of all layers of a network, with their provenance.

    Attributes:
        statement: Identifier of the statement that carries the bound.
        kind: ``certified`` or ``necessary``.
        inputs: The question, by name.
        layers: One entry a layer, the first layer first.
        probability: Enclosure of the probability that the bound speaks of.
        direction: Whether the widths bound the least ones from above or from below.
        evidence: How the widths are known.
        hypotheses: What the answer takes for granted: of target, inputs and images, and
            ideal normal weights, with what it still says about drawn ones.
        ledger: The derivation for the network; each layer has its own beside it.
    """

    statement: str
    kind: Kind
    inputs: tuple[tuple[str, Json], ...]
    layers: tuple[LayerWidth, ...]
    probability: Enclosure | None
    direction: Direction
    evidence: Evidence
    hypotheses: tuple[Condition, ...]
    ledger: tuple[Step, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """The numbers n_i."""
        return tuple(layer.n for layer in self.layers)

    @property
    def filters(self) -> int:
        """Filters of all random 1x1 layers together."""
        return sum(layer.filters for layer in self.layers)

    def _card(self) -> Card:
        widths = ", ".join(map(str, self.widths))
        return answer_card(self, f"n={widths}", (("filters", self.filters),))

    def to_json(self) -> dict[str, object]:
        """The JSON object of ``bounds network``; keys without value left out."""
        return document_of(self, "layers", [layer.to_json() for layer in self.layers])

    def to_text(self) -> str:
        """The derivation as plain text, one step per line."""
        lines = []
        for number, layer in enumerate(self.layers, start=1):
            shape = layer.shape
            lines.append(
                f"  layer {number}: {shape.kernel}x{shape.kernel}, {shape.entering} to "
                f"{shape.leaving} channels: n={layer.n}, filters={layer.filters}"
            )
            lines += [f"    {step_line(step)}" for step in layer.ledger]
        return text_of(self, lines, self._numbers())

    def to_mathml(self) -> str:
        """The derivation as one element of presentation MathML, well-formed XML."""
        rows = []
        for number, layer in enumerate(self.layers, start=1):
            rows.append(ml.words(f"layer {number}"))
            rows.append(ml.equations(layer.numbers()))
            rows += ml.step_rows(layer.ledger, f"{number}.")
        return mathml_of(self, rows, self._numbers())

    def _numbers(self) -> str:
        return f"n={self.widths}, filters={self.filters}"
