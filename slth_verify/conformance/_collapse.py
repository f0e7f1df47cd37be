"""fig:neuron-pruning: removing filters and deleting them are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import hypothesis
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from slth_verify.arrays import IndexArray
from slth_verify.conformance._drive import run
from slth_verify.conformance._failure import require
from slth_verify.network import Architecture, RandomCNN
from slth_verify.strategies import architectures, seeds

if TYPE_CHECKING:
    from torch import nn


_require = partial(require, statement="fig:neuron-pruning")
_MAX_WIDTH = 4

#: ``collapse(network, architecture, kept)``: the whole random network after block mask
#: and removal of filters, and the collapsed one, both as torch modules.
Collapse = Callable[
    [RandomCNN, Architecture, Sequence[IndexArray]],
    "tuple[nn.Sequential, nn.Sequential]",
]


def check_neuron_pruning(
    collapse: Collapse, *, settings: hypothesis.settings | None = None
) -> None:
    """Compare a masked network and its collapsed form with the generator's weights.

    On odd layers the masked network must hold the generator's scalar where a filter
    was kept and sees its own channel, and zero elsewhere; on even layers, all weights.
    The collapsed network must hold the same rows and columns, bit for bit, and no
    others.

    Args:
        collapse: The implementation under test.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: At the first weight that differs.

    Source:
        fig:neuron-pruning, def:channel-blocked-mask.
    """

    def body(shape: Architecture, seed: int, choice: int) -> None:
        rng = np.random.default_rng(choice)
        widths = tuple(int(n) for n in rng.integers(1, _MAX_WIDTH + 1, shape.depth))
        network = RandomCNN(seed=seed, widths=widths)
        kept = []
        for layer in range(1, shape.depth + 1):
            count = network.block(layer) * shape.channels[layer - 1]
            chosen = np.flatnonzero(rng.random(count) < 0.5).astype(np.int64)
            kept.append(chosen if len(chosen) else np.array([count - 1]))
        masked, collapsed = collapse(network, shape, kept)
        for layer in range(1, shape.depth + 1):
            _check_layer(network, shape, layer, kept[layer - 1], masked, collapsed)

    run(
        body,
        settings,
        shape=architectures(max_depth=3),
        seed=seeds(),
        choice=st.integers(0, (1 << 32) - 1),
    )


def _check_layer(
    network: RandomCNN,
    shape: Architecture,
    layer: int,
    kept: IndexArray,
    masked: nn.Sequential,
    collapsed: nn.Sequential,
) -> None:
    channels, block = shape.channels[layer - 1], network.block(layer)
    filters = np.arange(block * channels, dtype=np.int64)
    first = np.zeros((len(filters), channels), dtype=np.float32)
    for number in kept.tolist():
        owner = number // block
        row = np.array([number])
        first[number, owner] = network.scalars(layer, owner, row)[0]
    second = network.kernels(layer, filters, shape.kernel_shape(layer))
    second = second.transpose(3, 0, 1, 2)
    case = f"{network}, {shape}, layer {layer}, kept {kept.tolist()}"
    position = 4 * (layer - 1)
    for name, module, rows in (
        ("masked", masked, filters),
        ("collapsed", collapsed, kept),
    ):
        odd = _weights(module[position])[:, :, 0, 0]
        _require(
            np.array_equal(odd, first[rows]),
            f"{case}: the {name} 1x1 layer is {odd.tolist()}, not "
            f"{first[rows].tolist()}",
        )
        even = _weights(module[position + 2])
        _require(
            np.array_equal(even, second[:, rows]),
            f"{case}: the {name} second layer does not hold columns {rows.tolist()} of "
            "the random one",
        )


def _weights(part: nn.Module) -> NDArray[np.float32]:
    return np.asarray(part.state_dict()["weight"].numpy())
