"""Target graphs: networks as frozen acyclic graphs of typed nodes."""

from slth_verify.graph.box_ranges import Range, ranges
from slth_verify.graph.exact import exact_node_values, exact_values
from slth_verify.graph.float_values import node_values, values
from slth_verify.graph.graph import TargetCNN
from slth_verify.graph.nodes import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    Input,
    MaxPool,
    Node,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    Sum,
)

__all__ = [
    "AveragePool",
    "BatchNorm",
    "Clip",
    "Concat",
    "Convolution",
    "Crop",
    "Dense",
    "Input",
    "MaxPool",
    "Node",
    "Pad",
    "Permute",
    "Range",
    "Rectifier",
    "Reshape",
    "Sum",
    "TargetCNN",
    "exact_node_values",
    "exact_values",
    "node_values",
    "ranges",
    "values",
]
