"""What a question about a target graph is answered with: one entry a stage."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds._result import Kind, answer_card
from slth_verify.bounds._whole_answer import document_of, mathml_of, text_of
from slth_verify.bounds.graphs.error_sums import ErrorSums
from slth_verify.bounds.graphs.stage_necessary import ALONE
from slth_verify.bounds.ledger import mathml as ml
from slth_verify.bounds.ledger.steps import (
    Condition,
    Json,
    Step,
    step_document,
    step_line,
)
from slth_verify.enclosure import Enclosure, directed_decimal
from slth_verify.numbers import rough
from slth_verify.showing import Card, OneLine, Shown
from slth_verify.verdict import Direction, Evidence, NoTruthValue

_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AloneWidth(OneLine):
    """What a stage needs to do its own part; no bound for the network.

    It is necessary for this stage alone (own kernel within its share of eps); another
    construction could spread the error otherwise.

    Attributes:
        n: Half of the filters of every channel, at least; None where no rule applies.
        reason: What was counted, or why there is no n.
        share: Error that the stage may make on its own, as in the certified answer: an
            exact rational. None where eps could not be shared.
    """

    n: int | None
    reason: str
    share: Fraction | None

    @property
    def meaning(self) -> str:
        """What the width means, to be shown wherever it is."""
        return ALONE

    def to_json(self) -> dict[str, object]:
        """The JSON object; keys without value left out."""
        document = {
            "n": self.n,
            "share": None if self.share is None else str(self.share),
            "reason": self.reason,
            "meaning": self.meaning,
        }
        return {key: value for key, value in document.items() if value is not None}

    def to_line(self) -> str:
        """The width in one line."""
        n = "no n" if self.n is None else f"n={self.n}"
        share = "" if self.share is None else f", share {rough(self.share)}"
        return f"alone: {n} ({self.reason}{share})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StageWidth(OneLine):
    """The width of one stage.

    Attributes:
        name: Of its node.
        kernel: Rows and columns of the window.
        channels: Channels of its source.
        outputs: Channels that leave it.
        groups: Groups of channels.
        inputs: Channels that its pair reads, the constant one included.
        n: The number n_i: the random 1x1 layer has 2 n_i filters for each of them; 0
            where none is needed; None where nothing is proved.
        reason: Why there is no n, or what proved it; empty if certificates did.
        alone: ``necessary``: what the stage needs to do its own part.
        details: Exponent, problems, accuracies and norms, by name; exact rationals.
        failure: ``certified``: upper bound of the probability that the stage fails.
        ledger: The derivation of the stage's width.
    """

    name: str
    kernel: tuple[int, int]
    channels: int
    outputs: int
    groups: int
    inputs: int
    n: int | None
    reason: str = ""
    alone: AloneWidth | None = None
    details: tuple[tuple[str, Json], ...] = ()
    failure: Fraction | None = None
    ledger: tuple[Step, ...] = ()

    @classmethod
    def of(
        cls,
        known: ErrorSums,
        n: int | None,
        reason: str = "",
        details: tuple[tuple[str, Json], ...] = (),
        failure: Fraction | None = None,
        ledger: tuple[Step, ...] = (),
        *,
        alone: AloneWidth | None = None,
    ) -> StageWidth:
        """Of a stage."""
        stage = known.stage
        outputs, _, rows, columns = stage.layer.weight.shape
        return cls(
            name=stage.name,
            kernel=(rows, columns),
            channels=stage.channels,
            outputs=outputs,
            groups=stage.layer.groups,
            inputs=stage.inputs,
            n=n,
            reason=reason,
            alone=alone,
            details=details,
            failure=failure,
            ledger=ledger,
        )

    @property
    def filters(self) -> int | None:
        """Filters of the random 1x1 layer, over all channels that it reads."""
        return None if self.n is None else 2 * self.n * self.inputs

    def to_json(self) -> dict[str, object]:
        """The JSON object of one stage; keys without value left out."""
        document: dict[str, object] = {
            "name": self.name,
            "kernel": list(self.kernel),
            "channels_in": self.channels,
            "channels_out": self.outputs,
            "groups": self.groups,
            "inputs": self.inputs,
            "n": self.n,
            "filters": self.filters,
            "reason": self.reason or None,
            "alone": self.alone.to_json() if self.alone else None,
            "details": dict(self.details) or None,
            "failure": None,
            "ledger": [step_document(step) for step in self.ledger],
        }
        if self.failure is not None:
            document["failure"] = directed_decimal(self.failure, _DIGITS, up=True)
        return {key: value for key, value in document.items() if value is not None}

    def to_line(self) -> str:
        """The stage in one line."""
        rows, columns = self.kernel
        said = f"n={self.n}, filters={self.filters}" if self.n is not None else "no n"
        return (
            f"{self.name}: {rows}x{columns}, {self.channels} to {self.outputs} "
            f"channels: {said}{self.reason and f' ({self.reason})'}"
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TargetWidths(NoTruthValue, Shown):
    """Widths of all stages of a target graph, with their provenance.

    Attributes:
        statement: Identifier of the statement that carries the bound.
        kind: ``certified`` or ``necessary``.
        inputs: The question, by name.
        stages: One entry a stage, in the graph's order.
        filters: Filters of all random 1x1 layers together: enough, or needed.
        probability: Enclosure of the probability that the bound speaks of.
        direction: Whether the widths bound the least ones from above or from below.
        evidence: How the widths are known.
        hypotheses: What the answer takes for granted.
        ledger: The derivation for the network; each stage has its own beside it.
    """

    statement: str
    kind: Kind
    inputs: tuple[tuple[str, Json], ...]
    stages: tuple[StageWidth, ...]
    filters: int
    probability: Enclosure | None
    direction: Direction
    evidence: Evidence
    hypotheses: tuple[Condition, ...]
    ledger: tuple[Step, ...]

    @property
    def widths(self) -> tuple[int | None, ...]:
        """The numbers n_i."""
        return tuple(stage.n for stage in self.stages)

    @property
    def widths_alone(self) -> tuple[int | None, ...]:
        """What each stage needs to do its own part; None where nothing is said of it.

        Necessary for the stage alone (own kernel within its share of eps); another
        construction could spread the error otherwise.
        """
        return tuple(None if x.alone is None else x.alone.n for x in self.stages)

    def _card(self) -> Card:
        widths = ", ".join(map(str, self.widths))
        return answer_card(self, f"n={widths}", (("filters", self.filters),))

    def to_json(self) -> dict[str, object]:
        """The JSON object of ``bounds network --target``; no empty values."""
        return document_of(self, "stages", [stage.to_json() for stage in self.stages])

    def to_text(self) -> str:
        """The derivation as plain text, one step per line."""
        lines = []
        for stage in self.stages:
            lines.append(f"  {stage.to_line()}")
            if stage.alone is not None:
                lines.append(f"    {stage.alone.to_line()}")
            lines += [f"    {name}={value}" for name, value in stage.details]
            lines += [f"    {step_line(step)}" for step in stage.ledger]
        return text_of(self, lines, self._numbers())

    def to_mathml(self) -> str:
        """The derivation as one element of presentation MathML, well-formed XML."""
        rows = []
        for number, stage in enumerate(self.stages, start=1):
            rows.append(ml.words(stage.to_line()))
            if stage.alone is not None:
                rows.append(ml.words(stage.alone.to_line()))
            rows += ml.step_rows(stage.ledger, f"{number}.")
        return mathml_of(self, rows, self._numbers())

    def _numbers(self) -> str:
        return f"filters={self.filters}"
