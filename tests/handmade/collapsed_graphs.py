"""What masked and collapsed networks of graphs compute; tickets that are false."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn.utils import prune

import slth_verify as sv
from slth_verify.construction import Collapsed
from slth_verify.graph import TargetCNN
from slth_verify.network import (
    dense_module,
    pruning_masks,
)


def masked_outputs(
    graph: TargetCNN, ticket: sv.Ticket, images: np.ndarray
) -> np.ndarray:
    """Of the whole random network, pruned by torch's own masks."""
    module = dense_module(
        graph,
        ticket.seed,
        [part.width for part in ticket.stages],
        exponents=[part.exponent for part in ticket.stages],
        dtype="float64",
    )
    for path, mask in pruning_masks(graph, ticket).items():
        prune.custom_from_mask(module.get_submodule(path), "weight", mask)
    return outputs(module, images)


def outputs(module: torch.nn.Module, images: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return module(torch.from_numpy(images)).numpy()


def small_outputs(found: Collapsed, images: np.ndarray) -> np.ndarray:
    module = found.module
    dtypes = {x.dtype for x in (*module.parameters(), *module.buffers())}
    (dtype,) = dtypes or {torch.float64}
    return outputs(module, images.astype(str(dtype).split(".")[1]))


FALSE = {
    "another target": {"target": {"name": "", "sha256": "0" * 64}},
    "another generator": {"generator": "mt19937"},
    "no stages": {"stages": ()},
}
