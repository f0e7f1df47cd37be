"""Pruned random networks of target graphs as plain torch modules.

A ticket of a graph keeps filters of random layers. Here is what remains, and what it
was cut from: `pruned_graph_module` has the kept filters, `dense_graph_module` all of
them, and `graph_masks` says which of its weights remain. `graph_module` is any graph
itself. Nothing is proved here; `slth_verify.check` does that.
"""

from slth_verify.network.pruned_graphs.networks import (
    dense_graph_module,
    graph_masks,
    graph_module,
    pruned_graph_module,
)
from slth_verify.network.pruned_graphs.sizes import graph_size, random_graph_size

__all__ = [
    "dense_graph_module",
    "graph_masks",
    "graph_module",
    "graph_size",
    "pruned_graph_module",
    "random_graph_size",
]
