"""Target graphs: networks as frozen acyclic graphs of typed nodes."""

from slth_verify.graph.graph import TargetGraph
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
    "Rectifier",
    "Reshape",
    "Sum",
    "TargetGraph",
]
