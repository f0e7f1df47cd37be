"""Target CNNs and lazily generated random CNNs.

The names that need torch are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from slth_verify.network._architecture import Architecture
from slth_verify.network._mask import channel_blocked_mask, filter_blocks
from slth_verify.network._random_cnn import GENERATOR, RandomCNN
from slth_verify.network._target import TargetCNN, weights_sha256

_LAZY = {
    "PositiveNegativeParts": "_merge",
    "Size": "_pruned",
    "collapsed_size": "_pruned",
    "convolution": "_torch_io",
    "dense_graph_module": "pruned_graphs",
    "dense_module": "_pruned",
    "graph_from_onnx": "onnx_graphs",
    "graph_from_pt2": "torch_graphs",
    "graph_from_torch": "torch_graphs",
    "graph_masks": "pruned_graphs",
    "graph_module": "pruned_graphs",
    "graph_size": "pruned_graphs",
    "graph_to_onnx": "onnx_graphs",
    "mask_in_place": "_pruned",
    "merged_kernels": "_merge",
    "merged_module": "_merge",
    "pruned_graph_module": "pruned_graphs",
    "pruned_module": "_pruned",
    "random_graph_size": "pruned_graphs",
    "random_network_size": "_pruned",
}

__all__ = [
    "GENERATOR",
    "Architecture",
    "PositiveNegativeParts",
    "RandomCNN",
    "Size",
    "TargetCNN",
    "channel_blocked_mask",
    "collapsed_size",
    "convolution",
    "dense_graph_module",
    "dense_module",
    "filter_blocks",
    "graph_from_onnx",
    "graph_from_pt2",
    "graph_from_torch",
    "graph_masks",
    "graph_module",
    "graph_size",
    "graph_to_onnx",
    "mask_in_place",
    "merged_kernels",
    "merged_module",
    "pruned_graph_module",
    "pruned_module",
    "random_graph_size",
    "random_network_size",
    "weights_sha256",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        module = import_module(f"slth_verify.network.{_LAZY[name]}")
        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
