"""Hypothesis strategies for targets, graphs, seeds, masks, vectors, parameters, inputs.

Usage: ``from slth_verify import strategies as slst``. A strategy says what is valid,
never how likely it is; bad options raise ``InvalidArgument`` when something is drawn.
Bulk numbers come from a drawn integer expanded by numpy, so that examples stay small
and shrink. Importing this room registers the types `Architecture`, `RandomCNN` and
`TargetCNN` with Hypothesis.
"""

from __future__ import annotations

from hypothesis import strategies as _st

from slth_verify.graph import TargetCNN
from slth_verify.network import RandomCNN
from slth_verify.strategies._answers import forged_answers, stored_answers
from slth_verify.strategies._architectures import Architecture, architectures
from slth_verify.strategies._built_answers import built_answers
from slth_verify.strategies._inputs import extreme_inputs
from slth_verify.strategies._kernels import target_kernels
from slth_verify.strategies._masks import (
    BlockedMask,
    NearMask,
    channel_blocked_masks,
    near_blocked_masks,
)
from slth_verify.strategies._problems import subset_sum_problems
from slth_verify.strategies._seeds import random_networks, seeds
from slth_verify.strategies._targets import target_networks
from slth_verify.strategies._tickets import (
    StoredTicket,
    corrupted_tickets,
    tickets,
)
from slth_verify.strategies._vectors import NsnSample, nsn_vectors
from slth_verify.strategies.graphs import target_graphs
from slth_verify.strategies.points import (
    MissedPoint,
    missable_hypotheses,
    missed_parameters,
    parameters,
)

__all__ = [
    "Architecture",
    "BlockedMask",
    "MissedPoint",
    "NearMask",
    "NsnSample",
    "StoredTicket",
    "architectures",
    "built_answers",
    "channel_blocked_masks",
    "corrupted_tickets",
    "extreme_inputs",
    "forged_answers",
    "missable_hypotheses",
    "missed_parameters",
    "near_blocked_masks",
    "nsn_vectors",
    "parameters",
    "random_networks",
    "seeds",
    "stored_answers",
    "subset_sum_problems",
    "target_graphs",
    "target_kernels",
    "target_networks",
    "tickets",
]

_st.register_type_strategy(Architecture, architectures())
_st.register_type_strategy(RandomCNN, random_networks())
_st.register_type_strategy(TargetCNN, target_networks() | target_graphs())


def __dir__() -> list[str]:
    return sorted(__all__)
