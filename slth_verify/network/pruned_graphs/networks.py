"""Graphs, their pruned random networks and their whole ones as torch modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch import nn

from slth_verify.errors import InvalidParameterError, InvalidTicketError
from slth_verify.graph import TargetCNN
from slth_verify.graph.nodes import Node
from slth_verify.graph.stages import Stage, staged, stages_of
from slth_verify.limits import SCALE_EXPONENT, WEIGHTS, WIDTH
from slth_verify.network.pruned_graphs.operations import GraphNetwork, operation_of
from slth_verify.network.pruned_graphs.pairs import (
    RandomPair,
    dense_pair,
    kept_pair,
    pair_masks,
    pair_weights,
)
from slth_verify.network.pruned_graphs.sizes import DENSE_LIMIT, weights_of_a_filter
from slth_verify.network.random_networks import GENERATOR, RandomCNN
from slth_verify.numbers import shown, whole_numbers
from slth_verify.text import counted

if TYPE_CHECKING:
    from slth_verify.ticket import StageTicket, Ticket

DType = Literal["float32", "float64"]
_DTYPES = {"float32": torch.float32, "float64": torch.float64}


def target_module(graph: TargetCNN, *, dtype: DType = "float32") -> nn.Module:
    """A target graph as a torch module in evaluation mode.

    Args:
        graph: The network.
        dtype: Of weights and images, ``"float32"`` or ``"float64"``.

    Returns:
        A module that maps ``(batch, *input shape)`` to ``(batch, *output shape)``;
        its ``operations`` are the nodes but for the input, in order.

    Raises:
        InvalidParameterError: If the dtype is another.

    Rigor:
        Floating point: weights are rounded to the dtype, sums as torch adds.
    """
    return _network(graph, graph.nodes, torch_dtype(dtype), {})


def pruned_module(
    graph: TargetCNN, ticket: Ticket, *, dtype: DType = "float32"
) -> nn.Module:
    """The pruned random network of a graph's ticket, with its kept filters alone.

    Each stage of the target is a pair of random layers: a 1x1 convolution that has the
    blocked mask applied, ReLU, and a convolution with the stage's geometry, times 2^e.
    A stage with a bias has filters beside that see a channel of ones by 1x1 kernels,
    and whose sum is added at every place; this constant channel is an extension of
    this project, not the paper's. All other nodes are those of the target.

    Where groups keep different numbers of filters, filters of zeros fill the gaps.

    Args:
        graph: The target.
        ticket: Made for it.
        dtype: ``"float32"``, which holds the weights as the generator gives them, or
            ``"float64"``, the same weights with sums in float64.

    Returns:
        A module in evaluation mode that maps ``(batch, *input shape)`` to
        ``(batch, *output shape)`` and approximates the target.

    Raises:
        InvalidTicketError: If the ticket does not fit the graph, or the module would
            have more than 2^26 weights.
        InvalidParameterError: If the dtype is another.

    Rigor:
        Weights from the seed, bit for bit as the search draws them. Nothing is proved;
        `slth_verify.check` proves a ticket, and `construction.collapse` its weights.

    Source:
        docs/theory/networks.md, "The pair of random layers", "Powers of two".
    """
    chosen = torch_dtype(dtype)
    parts = _parts(graph, ticket)
    count = sum(
        pair_weights(stage, part.filters // (2 * part.width)) for stage, part in parts
    )
    if count > WEIGHTS:
        raise InvalidTicketError(
            f"ticket: the pruned network would hold {count} weights, more than "
            f"{WEIGHTS}. Merge it: construction.collapse(ticket, graph, merge=True)."
        )
    network = _drawn(ticket.seed, [part.width for _, part in parts])
    pairs = {
        stage.name: kept_pair(network, stage, part.filters, part.exponent, chosen)
        for stage, part in parts
    }
    return _network(graph, staged(graph), chosen, pairs)


def dense_module(
    graph: TargetCNN,
    seed: int,
    widths: Sequence[int],
    *,
    exponents: Sequence[int] | None = None,
    dtype: DType = "float32",
) -> nn.Module:
    """The whole random network of a graph, for small widths.

    It is not pruned: every filter of a first layer sees every channel. With
    `torch.nn.utils.prune.custom_from_mask` and the masks of `pruning_masks` it becomes
    the pruned network. A mask saves neither memory nor time: torch multiplies with the
    zeros.

    Args:
        graph: The target.
        seed: Of the random network.
        widths: n of each stage; its layers have 2 n filters for each channel.
        exponents: e of each stage, as in a ticket; 0 if None.
        dtype: ``"float32"`` or ``"float64"``.

    Returns:
        A module like that of `pruned_module`.

    Raises:
        InvalidParameterError: If it had more than 5e7 weights, or the arguments are
            not as they must be.

    Source:
        thm:structured-slth; of biases docs/theory/networks.md.
    """
    chosen, stages = torch_dtype(dtype), stages_of(graph)
    listed = [0] * len(stages) if exponents is None else exponents
    numbers = whole_numbers(widths, "widths", least=1, most=WIDTH)
    powers = whole_numbers(
        listed, "exponents", least=-SCALE_EXPONENT, most=SCALE_EXPONENT
    )
    if not len(numbers) == len(powers) == len(stages):
        raise InvalidParameterError(
            f"widths={shown(widths)}, exponents={shown(exponents)} for a graph of "
            f"{counted(len(stages), 'stage')}: one of both for each stage is required "
            "(docs/theory/networks.md). Give so many."
        )
    count = sum(
        2 * width * weights_of_a_filter(stage)
        for stage, width in zip(stages, numbers, strict=True)
    )
    if count > DENSE_LIMIT:
        raise InvalidParameterError(
            f"widths={shown(widths)}: the whole random network would hold {count} "
            f"weights, more than {DENSE_LIMIT}. Use pruned_module, which makes "
            "the kept filters alone."
        )
    network = _drawn(seed, numbers)
    pairs = {
        stage.name: dense_pair(network, stage, power, chosen)
        for stage, power in zip(stages, powers, strict=True)
    }
    return _network(graph, staged(graph), chosen, pairs)


def pruning_masks(graph: TargetCNN, ticket: Ticket) -> dict[str, torch.Tensor]:
    """What a ticket leaves of `dense_module`: blocks, without removed filters.

    Args:
        graph: The target.
        ticket: Made for it, with small widths.

    Returns:
        Masks of zeros and ones for the ``weight`` of first layers, by their path in
        the module. A removed filter gives zeros, so its kernel needs no mask.

    Raises:
        InvalidTicketError: If the ticket does not fit the graph.
        InvalidParameterError: If masks had more than 5e7 entries.

    Source:
        def:channel-blocked-mask (reconstructed).
    """
    parts = _parts(graph, ticket)
    entries = sum(
        2 * part.width * (stage.channels**2 + stage.has_bias) for stage, part in parts
    )
    if entries > DENSE_LIMIT:
        raise InvalidParameterError(
            f"ticket: its masks would have {entries} entries, more than {DENSE_LIMIT}. "
            "Use pruned_module, which needs none."
        )
    places = {node.name: place for place, node in enumerate(staged(graph)[1:])}
    return {
        f"operations.{places[stage.name]}.{name}": torch.from_numpy(mask)
        for stage, part in parts
        for name, mask in pair_masks(stage, 2 * part.width, part.filters).items()
    }


def torch_dtype(dtype: str) -> torch.dtype:
    """The torch dtype of that name."""
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise InvalidParameterError(
            f"dtype={shown(dtype)}: 'float32' or 'float64' was required "
            "(docs/theory/networks.md). Convert the module afterwards."
        )
    return _DTYPES[dtype]


def _parts(graph: TargetCNN, ticket: Ticket) -> list[tuple[Stage, StageTicket]]:
    """Every stage with its part of a ticket that fits the graph."""
    stages = stages_of(graph)
    wrong = None
    if ticket.generator != GENERATOR:
        wrong = f"generator={shown(ticket.generator)} is not {GENERATOR!r}"
    elif ticket.target["sha256"] != graph.sha256:
        wrong = "it names the sha256 of another target"
    elif [part.name for part in ticket.stages] != [stage.name for stage in stages]:
        wrong = "its stages are not the target's"
    else:
        for stage, part in zip(stages, ticket.stages, strict=True):
            end = 2 * part.width * stage.inputs
            line = np.concatenate([[-1], part.filters, [end]])
            if (line[1:] <= line[:-1]).any():  # differences of int64 can wrap around
                wrong = (
                    f"stage {shown(stage.name)}: filters do not increase in [0, {end})"
                )
                break
    if wrong is not None:
        raise InvalidTicketError(
            f"ticket: {wrong}. A network is made from a ticket of this target alone "
            "(docs/ticket-format.md). Write it again with `slth-verify prune`."
        )
    return list(zip(stages, ticket.stages, strict=True))


def _drawn(seed: int, widths: Sequence[int]) -> RandomCNN:
    """The random network; one that is not asked anything for a graph without stages."""
    return RandomCNN(seed, tuple(widths) or (1,))


def _network(
    graph: TargetCNN,
    nodes: Sequence[Node],
    dtype: torch.dtype,
    pairs: Mapping[str, RandomPair],
) -> nn.Module:
    operations = [
        pairs[node.name]
        if isinstance(node, Stage)
        else operation_of(node, graph.shape(node.sources[0]), dtype)
        for node in nodes[1:]
    ]
    return GraphNetwork(nodes, operations).eval()
