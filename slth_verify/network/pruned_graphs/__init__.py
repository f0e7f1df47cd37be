"""Pruned random networks of target graphs as plain torch modules.

A ticket of a graph keeps filters of random layers. Here is what remains, and what it
was cut from: `pruned_module` has the kept filters, `dense_module` all of
them, and `pruning_masks` says which of its weights remain. `target_module` is any graph
itself. Nothing is proved here; `slth_verify.check` does that.
"""

from slth_verify.network.pruned_graphs.networks import (
    dense_module,
    pruned_module,
    pruning_masks,
    target_module,
)
from slth_verify.network.pruned_graphs.sizes import (
    Size,
    random_network_size,
    target_size,
)

__all__ = [
    "Size",
    "dense_module",
    "pruned_module",
    "pruning_masks",
    "random_network_size",
    "target_module",
    "target_size",
]
