"""Targets of the paper's class: their kernels, and files that hold kernels alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import stages_of

KEY = "slth_verify_target"


def kernels_of(target: TargetCNN) -> tuple[np.ndarray, ...]:
    """Weights of all layers, in order."""
    return tuple(stage.layer.weight for stage in stages_of(target))


def kernel_file(
    path: Path, kernels: Iterable[np.ndarray], shape: tuple[int, ...], name: str = "net"
) -> Path:
    """Write a file of kernels."""
    description = {
        "schema_version": 1,
        "name": name,
        "input_shape": list(shape),
        "readout": "none",
    }
    tensors = {f"layers.{i}.weight": k for i, k in enumerate(kernels, start=1)}
    path.write_bytes(save(tensors, {KEY: json.dumps(description)}))
    return path
