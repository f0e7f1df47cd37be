"""The answer about widths below which a given target graph cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from slth_verify.bounds.graphs.accuracies import accuracies_within, prices_of
from slth_verify.bounds.graphs.hypotheses import OF_NEEDED
from slth_verify.bounds.graphs.necessary import needed
from slth_verify.bounds.graphs.recurrence import Recurrence, own_error
from slth_verify.bounds.graphs.result import AloneWidth, StageWidth, TargetWidths
from slth_verify.bounds.graphs.stage_necessary import stage_need
from slth_verify.bounds.ledger.steps import Json, Step
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import TargetCNN
from slth_verify.numbers import rough
from slth_verify.verdict import Direction, Evidence

NEEDED = "der:graph-necessary"

#: Called as ``progress(stage, done, total)``.
Advance = Callable[[str, int, int], None]


def needed_widths(
    graph: TargetCNN,
    recurrence: Recurrence,
    eps: Fraction,
    delta: Fraction,
    inputs: tuple[tuple[str, Json], ...],
    advance: Advance,
) -> TargetWidths:
    """What every network needs, and what each stage needs to do its own part.

    Args:
        graph: The target.
        recurrence: Of it.
        eps: Accuracy of the output.
        delta: Failure probability.
        inputs: The question, by name.
        advance: Called after every stage.

    Rigor:
        Enclosed, rounded down.

    Source:
        der:graph-necessary, der:cut-stage, der:stage-necessary.
    """
    found = needed(graph, recurrence.nodes, recurrence.stages, eps, delta)
    alone = _alone(recurrence, eps, 1 - delta, advance)
    return TargetWidths(
        statement=NEEDED,
        kind="necessary",
        inputs=inputs,
        stages=tuple(
            StageWidth.of(known, n, reason, alone=own)
            for known, (n, reason), own in zip(
                recurrence.stages, found.stages, alone, strict=True
            )
        ),
        filters=found.filters,
        probability=None,
        direction=Direction.LOWER,
        evidence=Evidence.ENCLOSED,
        hypotheses=OF_NEEDED,
        ledger=(
            Step(
                statement=NEEDED,
                text="The expected number of masks that hit the outputs at one place "
                "of an image, or the kernel of an only stage, is at least 1 - delta "
                "only with so many filters.",
                values=(
                    ("delta", str(delta)),
                    ("filters", str(found.filters)),
                    ("nats", rough(found.nats)),
                ),
            ),
            Step(
                statement="der:cut-stage",
                text="A stage on every path, in a network of several, needs filters "
                "with the signs without which the output could not vary.",
            ),
            Step(
                statement="der:stage-necessary",
                text="A stage alone: the expected number of masks that hit its own "
                "kernel within its share of eps is at least 1 - delta only with so "
                "many filters.",
            ),
        ),
    )


def _alone(
    recurrence: Recurrence, eps: Fraction, success: Fraction, advance: Advance
) -> list[AloneWidth]:
    """What every stage needs to do its own part, with the certified answer's shares."""
    stages = recurrence.stages
    try:
        accuracies, errors = accuracies_within(recurrence, eps, prices_of(recurrence))
    except InvalidParameterError:
        reason = "no shares of eps were found that keep the error within it"
        return [AloneWidth(n=None, reason=reason, share=None)] * len(stages)
    found = []
    for i, (known, one, source) in enumerate(
        zip(stages, accuracies, errors.sources, strict=True)
    ):
        advance("stages alone", i, len(stages))
        share = own_error(known, one, source)
        need = stage_need(known, source, share, success)
        found.append(AloneWidth(n=need.n, reason=need.reason, share=share))
    advance("stages alone", len(stages), len(stages))
    return found
