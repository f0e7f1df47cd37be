"""fig:neuron-pruning (Figure 1): deleting filters is removing them."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from torch import nn

from slth_verify.conformance import check_neuron_pruning
from slth_verify.network import (
    Architecture,
    RandomCNN,
    dense_module,
    mask_in_place,
    pruned_module,
)

pytestmark = pytest.mark.slth(statement="fig:neuron-pruning")


def _reference(
    network: RandomCNN, shape: Architecture, kept: Sequence[NDArray[np.int64]]
) -> tuple[nn.Sequential, nn.Sequential]:
    masked = dense_module(network, shape)
    mask_in_place(masked, network, shape, kept)
    return masked, pruned_module(network, shape, kept)


def test_collapsed_network_is_the_masked_one() -> None:
    check_neuron_pruning(_reference)
