"""What answers about target graphs take for granted."""

from __future__ import annotations

from slth_verify.bounds.graphs.stage_necessary import ALONE
from slth_verify.bounds.ledger.steps import Condition

WEIGHTS = Condition(
    "weights",
    "weights are independent ideal N(0, 1) numbers; nothing is claimed here for the "
    "float32 weights of RandomCNN (der:drawn-layer is about the paper's class)",
)
NOT_STORED = Condition(
    "recheck",
    "the answer cannot be proved again from its JSON alone: it rests on the weights of "
    "the target of this digest; ask again with the target",
)

OF_NEEDED = (
    Condition("target", "the target is the graph of this digest"),
    Condition("inputs", "inputs range over the box of the target's input"),
    Condition(
        "scales",
        "stages may be multiplied by powers of two that are chosen before the weights "
        "are drawn",
    ),
    Condition(
        "mask",
        "filters of the blocked 1x1 layers are kept or removed, with the same number "
        "for every channel of a stage",
    ),
    Condition(
        "network",
        "n of a stage, and the filters in all, are needed by every pruned network that "
        "is within eps with probability 1 - delta, however its stages share the error",
    ),
    Condition(
        "alone",
        f"{ALONE}; its share is the certified answer's, its tensor ranges over the box "
        "that the recurrence of errors gives its source, and the probability 1 - delta "
        "is that of the stage. This bound is for the one given kernel",
    ),
    WEIGHTS,
    NOT_STORED,
)
