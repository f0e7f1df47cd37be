"""Widths of whole networks, proved again from their stored derivations alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from slth_verify.bounds import _layer_necessary
from slth_verify.bounds._budget import within
from slth_verify.bounds._layer_necessary import hard_targets, success_of_layer
from slth_verify.bounds._layer_width import LayerPlan, LayerShape
from slth_verify.bounds._ledger_reader import (
    NotConfirmedError,
    Record,
    as_record,
    require,
    require_lower,
    require_upper,
)
from slth_verify.bounds._network_inputs import STATEMENT, network_question
from slth_verify.bounds._recheck_ball import proved_for_all
from slth_verify.bounds._recheck_target import proved_for_one
from slth_verify.bounds._width import FoundWidth
from slth_verify.errors import InvalidParameterError

_MOST = 10**6


def confirm_enough(document: Record) -> None:
    """Confirm that so many filters in every layer are enough.

    Raises:
        NotConfirmedError: If the derivation does not prove it.

    Rigor:
        Enclosed; that the errors of the layers stay within eps is exact.
    """
    inputs = document.record("inputs")
    require(document.text("statement") == STATEMENT, f"{STATEMENT} was expected")
    shapes, layers = _shapes(inputs), _layers(document)
    eps, delta = inputs.number("eps"), inputs.number("delta")
    require(len(layers) == len(shapes), "the numbers of layers differ")
    shares = [layer.number("error_share") for layer in layers]
    require(within(shares, eps), "the errors of the layers exceed eps")
    failure = Fraction(0)
    for layer, shape in zip(layers, shapes, strict=True):
        failure += _layer(layer, shape, universal=inputs.flag("universal"))
    require(failure <= delta, f"failure probability {float(failure):.6g} exceeds delta")
    reached = document.probability()
    if reached is None or reached.upper < 1:
        raise NotConfirmedError("the probability is missing")
    require_lower("probability", reached.lower, 1 - failure)
    _same_total(document, layers)


def confirm_needed(document: Record) -> None:
    """Confirm that fewer filters in a layer are not enough for it.

    Raises:
        NotConfirmedError: If the derivation does not prove it.

    Rigor:
        Enclosed.
    """
    inputs = document.record("inputs")
    shapes, layers = _shapes(inputs), _layers(document)
    require(len(layers) == len(shapes), "the numbers of layers differ")
    for layer, shape in zip(layers, shapes, strict=True):
        _same_shape(layer, shape)
        n, steps = layer.integer("n"), layer.steps()
        require(0 <= n <= _MOST, f"{layer.name}: n={n} is out of range")
        if n == 0 or (n == 1 and hard_targets(shape, inputs.number("eps"))):
            continue
        require(
            [step.statement for step in steps] == [_layer_necessary.STATEMENT],
            f"{layer.name}: one step of {_layer_necessary.STATEMENT} was expected",
        )
        values = steps[0].values
        below = _below(values, shape, inputs.number("eps"), n - 1)
        require(
            below < 1 - inputs.number("delta"),
            f"{layer.name}: {n - 1} may succeed often enough",
        )
        require_upper(values.name, values.interval("expected_hits").upper, below)
    _same_total(document, layers)


def _shapes(inputs: Record) -> tuple[LayerShape, ...]:
    try:
        kernel, channels = (
            [int(part) for part in inputs.text(key).split(",")]
            for key in ("kernel", "channels")
        )
        question = network_question(
            kernel,
            channels,
            inputs.number("eps"),
            inputs.number("delta"),
            universal=inputs.flag("universal"),
            objective="filters",
        )
    except (InvalidParameterError, ValueError) as error:
        raise NotConfirmedError(f"inputs: {error}") from error
    return question.shapes


def _layers(document: Record) -> list[Record]:
    layers = document.values.get("layers")
    if not isinstance(layers, Sequence) or isinstance(layers, str):
        raise NotConfirmedError("the layers are missing")
    return [as_record(layer, f"layer {i}") for i, layer in enumerate(layers, start=1)]


def _same_shape(layer: Record, shape: LayerShape) -> None:
    stored = [layer.integer(key) for key in ("kernel", "channels_in", "channels_out")]
    stored += [layer.integer("dim"), layer.integer("signs"), layer.integer("filters")]
    own = [shape.kernel, shape.entering, shape.leaving, shape.dim, shape.signs]
    own.append(2 * layer.integer("n") * shape.entering)
    require(stored == own, f"{layer.name}: shape or filters do not fit the question")


def _same_total(document: Record, layers: Sequence[Record]) -> None:
    total = sum(layer.integer("filters") for layer in layers)
    require(document.integer("filters") == total, f"there are {total} filters")


def _layer(layer: Record, shape: LayerShape, *, universal: bool) -> Fraction:
    """Failure probability of one layer, proved again."""
    _same_shape(layer, shape)
    share, n, steps = layer.number("error_share"), layer.integer("n"), layer.steps()
    require(0 < n <= _MOST and len(steps) > 1, f"{layer.name}: n or ledger")
    accuracy, radius = shape.accuracy(share), Fraction(1)
    require(layer.number("accuracy") == accuracy, f"{layer.name}: accuracy")
    own = steps[:-1]
    if universal:
        proved = proved_for_all(own, shape.dim, accuracy, radius, one_norm=True)
    else:
        proved = proved_for_one(own, shape.dim, accuracy, radius)
    found = FoundWidth(
        n=proved.n, failure=proved.failure, derivation=(), stairs=proved.stairs
    )
    failure = LayerPlan(shape, share, found).failure(n)
    require_upper(layer.name, layer.number("failure"), failure)
    return failure


def _below(values: Record, shape: LayerShape, eps: Fraction, n: int) -> Fraction:
    """Success probability of a layer with fewer filters, for the recorded kernel."""
    wanted = (
        values.integer("entries"),
        values.number("largest entry"),
        values.number("accuracy"),
        values.integer("nats of soft sides"),
    )
    for target in hard_targets(shape, eps):
        box = target.box
        if (box.dim, box.reach, box.eps, target.nats) == wanted:
            return success_of_layer(n, target)
    raise NotConfirmedError(f"{values.name}: no such kernel is known to be hard")
