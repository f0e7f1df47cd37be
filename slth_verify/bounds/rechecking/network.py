"""Widths of whole networks, proved again from their stored derivations alone."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.ledger.steps import Condition
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.network import layer_necessary
from slth_verify.bounds.network.budget import within
from slth_verify.bounds.network.hypotheses import (
    hypotheses_of_enough,
    hypotheses_of_needed,
)
from slth_verify.bounds.network.inputs import (
    STATEMENT,
    NetworkQuestion,
    network_question,
)
from slth_verify.bounds.network.layer_necessary import hard_targets, success_of_layer
from slth_verify.bounds.network.layer_width import LayerPlan, LayerShape
from slth_verify.bounds.rechecking.all_targets import prove_ball
from slth_verify.bounds.rechecking.one_target import prove_target
from slth_verify.bounds.rechecking.proved import ProvedBall, ProvedTarget
from slth_verify.bounds.rechecking.reader import (
    Fields,
    LedgerStep,
    NotConfirmedError,
    require,
    require_lower,
    require_steps,
    require_upper,
)
from slth_verify.errors import InvalidParameterError
from slth_verify.limits import DIMENSION

#: Layers of one answer; filters of a channel that are enough, and that are counted.
_MOST_LAYERS, _MOST_WIDTH, _MOST_COUNTED = 100, 10**6, 10_000

#: Entries of a kernel that must be hit one by one.
_MOST_ENTRIES = 1 << 17

_ACCUMULATION = "der:accumulation"


def prove_enough(document: Fields) -> str:
    """Prove again that so many filters in every layer are enough.

    Returns:
        What was proved.

    Raises:
        NotConfirmedError: If the derivation does not prove it.

    Rigor:
        Enclosed; that the errors of the layers stay within eps is exact.
    """
    with document:
        with document.fields("inputs") as inputs:
            question = _question(inputs)
            budget = inputs.exactly("budget", "least", "equal")
        document.exactly("statement", STATEMENT)
        layers = _layers(document, question, enough=True)
        alike = len({layer.share for layer in layers}) == 1
        require(alike or budget == "least", "the shares of the error are not equal")
        proved = [layer.prove(question.universal) for layer in layers]
        require(
            within([layer.share for layer in layers], question.eps),
            "the errors of the layers exceed eps",
        )
        failure = sum(proved, Fraction(0))
        require(failure <= question.delta, "the failure probability exceeds delta")
        reached = document.probability()
        require(reached.upper == 1, "the probability may be 1")
        require_lower("probability", reached.lower, 1 - failure)
        _same_total(document, layers)
        widths, shares = [x.n for x in layers], [x.share for x in layers]
        _given(document, hypotheses_of_enough(question, widths, shares))
        _whole(document.steps(), question, failure)
    return f"{_widths(layers)} are enough for {_described(question)} ({STATEMENT})"


def prove_needed(document: Fields) -> str:
    """Prove again that fewer filters in a layer are too few; as `prove_enough`."""
    with document:
        with document.fields("inputs") as inputs:
            question = _question(inputs)
        document.exactly("statement", layer_necessary.STATEMENT)
        layers = _layers(document, question, enough=False)
        for layer in layers:
            layer.prove_needed(question)
        _same_total(document, layers)
        _given(document, hypotheses_of_needed(question, [x.n for x in layers]))
        steps = document.steps()
        require_steps(steps, _ACCUMULATION)
        with steps[0].values as values:
            _same(values, "eps", question.eps)
            _same(values, "delta", question.delta)
    return (
        f"fewer than {_widths(layers)} in a layer are not enough for that layer alone "
        f"and some kernel: {_described(question)}, on images at least as large as the "
        "kernels"
    )


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """One layer of an answer, as it was read.

    Attributes:
        name: How messages call it.
        shape: Its shape, from the question.
        n: Recorded half of the filters of a channel.
        share: Error coefficient, a parameter of the derivation.
        recorded: Recorded failure probability; 1 where only too few are told.
        steps: The derivation of its width.
    """

    name: str
    shape: LayerShape
    n: int
    share: Fraction
    recorded: Fraction
    steps: tuple[LedgerStep, ...]

    @classmethod
    def read(cls, layer: Fields, shape: LayerShape, *, enough: bool) -> StoredLayer:
        """Read a layer whose shape is known from the question."""
        with layer:
            for key, own in (
                ("kernel", shape.kernel),
                ("channels_in", shape.entering),
                ("channels_out", shape.leaving),
                ("dim", shape.dim),
                ("signs", shape.signs),
            ):
                _same(layer, key, Fraction(own))
            n = layer.integer("n", int(enough), _MOST_WIDTH)
            share = layer.number("error_share")
            _same(layer, "accuracy", shape.accuracy(share) if enough else share)
            found = cls(
                name=layer.name,
                shape=shape,
                n=n,
                share=share,
                recorded=layer.number("failure") if enough else Fraction(1),
                steps=tuple(layer.steps()),
            )
            _same(layer, "filters", Fraction(shape.filters(n)))
        return found

    def prove(self, universal: bool) -> Fraction:
        """Failure probability of the layer, proved again."""
        require(len(self.steps) > 1 and self.share > 0, f"{self.name}: ledger or share")
        require(self.shape.dim <= DIMENSION, f"{self.name}: too large a dimension")
        own, signs = self.steps[:-1], self.steps[-1]
        accuracy = self.shape.accuracy(self.share)
        proved: ProvedTarget | ProvedBall
        if universal:
            proved = prove_ball(own, self.shape.dim, accuracy)
            reaches = proved.covers("one-norm") and proved.radius >= 1
        else:
            proved = prove_target(own, self.shape.dim, accuracy)
            reaches = proved.norm >= 1
        require(
            reaches and proved.eps <= accuracy,
            f"{self.name}: another question is answered",
        )
        found = FoundWidth(
            n=proved.n, failure=proved.failure, derivation=(), stairs=proved.stairs
        )
        plan = LayerPlan(self.shape, self.share, found)
        failure = plan.failure(self.n)
        require(signs.statement == STATEMENT, f"{self.name}: no step for the signs")
        with signs.values as values:
            _same(values, "n", Fraction(self.n))
            _same(values, "channels", Fraction(self.shape.entering))
            _same(values, "signs", Fraction(self.shape.signs))
            values.exactly("stairs", " ".join(str(width) for width, _ in plan.stairs))
            require_upper(values.name, values.at_most("failure"), failure)
        require_upper(self.name, self.recorded, failure)
        return failure

    def prove_needed(self, question: NetworkQuestion) -> None:
        """Prove that one filter less of each channel fails too often."""
        require(self.share == question.eps, f"{self.name}: error_share is not eps")
        require(self.shape.dim <= _MOST_ENTRIES, f"{self.name}: too large a kernel")
        targets = hard_targets(self.shape, question.eps)
        if self.n == 0 or (self.n == 1 and targets):
            require(not self.steps, f"{self.name}: no step was expected")
            return
        require(self.n <= _MOST_COUNTED, f"{self.name}: n is too large to be counted")
        require_steps(self.steps, layer_necessary.STATEMENT)
        with self.steps[0].values as values:
            entries, largest, accuracy, nats = (
                values.number(key)
                for key in (
                    "entries",
                    "largest entry",
                    "accuracy",
                    "nats of soft sides",
                )
            )
            recorded = values.at_most("expected_hits")
            hard = [
                target
                for target in targets
                if target.box.dim == entries
                and target.box.reach == largest
                and target.box.eps == accuracy
                and target.nats == nats
            ]
            require(bool(hard), f"{values.name}: no such kernel is hard")
            below = success_of_layer(self.n - 1, hard[0])
            require_upper(values.name, recorded, below)
        require(
            below < 1 - question.delta,
            f"{self.name}: {self.n - 1} may succeed often enough",
        )


def _question(inputs: Fields) -> NetworkQuestion:
    """Read and check the question as the evaluator does."""
    try:
        return network_question(
            inputs.integers("kernel"),
            inputs.integers("channels"),
            inputs.number("eps"),
            inputs.number("delta"),
            universal=inputs.flag("universal"),
            objective=inputs.exactly("objective", "filters", "weights"),  # type: ignore[arg-type]
        )
    except InvalidParameterError as error:
        raise NotConfirmedError(f"inputs: {error}") from error


def _layers(
    document: Fields, question: NetworkQuestion, *, enough: bool
) -> list[StoredLayer]:
    stored = document.entries("layers", _MOST_LAYERS)
    require(len(stored) == len(question.shapes), "the numbers of layers differ")
    return [
        StoredLayer.read(layer, shape, enough=enough)
        for layer, shape in zip(stored, question.shapes, strict=True)
    ]


def _given(document: Fields, hypotheses: tuple[Condition, ...]) -> None:
    """The answer must list the hypotheses of what was proved, in their words."""
    stored = document.entries("hypotheses", len(hypotheses))
    require(len(stored) == len(hypotheses), "the hypotheses are other ones")
    for entry, own in zip(stored, hypotheses, strict=True):
        with entry:
            entry.exactly("name", own.name)
            entry.exactly("text", own.text)


def _whole(
    steps: list[LedgerStep], question: NetworkQuestion, failure: Fraction
) -> None:
    """The steps for the network must record what was proved of its layers."""
    require_steps(steps, _ACCUMULATION, STATEMENT)
    with steps[0].values as values:
        _same(values, "eps", question.eps)
        values.exactly("objective", question.objective)
    with steps[1].values as values:
        _same(values, "delta", question.delta)
        require_upper(values.name, values.at_most("failure"), failure)


def _same_total(document: Fields, layers: list[StoredLayer]) -> None:
    _same(
        document,
        "filters",
        Fraction(sum(layer.shape.filters(layer.n) for layer in layers)),
    )


def _same(fields: Fields, key: str, own: Fraction) -> None:
    require(fields.number(key) == own, f"{fields.name}: {key} does not fit the rest")


def _widths(layers: list[StoredLayer]) -> str:
    return f"n={tuple(layer.n for layer in layers)}"


def _described(question: NetworkQuestion) -> str:
    told = dict(question.inputs())
    targets = "all targets at once" if question.universal else "one fixed target"
    asked = ", ".join(f"{key}={told[key]}" for key in ("kernel", "channels"))
    return f"{asked}, eps={question.eps}, delta={question.delta}, {targets}"
