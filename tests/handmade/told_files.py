"""The target of the recorded tickets, and how its files were made.

``python tests/handmade/told_files.py`` makes them again.
"""

from __future__ import annotations

import base64
import json
import tempfile
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np

import slth_verify as sv
from slth_verify.conformance.oracles import ticket_truth
from slth_verify.graph import Convolution, Input, Rectifier, TargetCNN
from slth_verify.ticket import with_weights

#: The corners of the box.
IMAGES = [np.reshape(x, (2, 1, 2)) for x in product((-1, 1), repeat=4)]
FILE = Path(ticket_truth.__file__).with_name("tickets.json")
NEAR, OTHER = float(np.nextafter(np.float32(-0.625), np.float32(0))), 0.625


def made_target(last: float = -0.625) -> TargetCNN:
    """A stage with constants and one without; its last weight."""
    first = [0.75, -0.5, 0.375, 0.625, -0.25, 0.5, 0.875, -0.75]
    return TargetCNN(
        (
            Input(name="image", shape=(2, 1, 2), low=(-1, -1), high=(1, 1)),
            Convolution(
                name="first",
                sources=("image",),
                weight=np.reshape(first, (2, 2, 1, 2)).astype(np.float32),
                bias=np.array([0.125, -0.25], np.float32),
            ),
            Rectifier(name="relu", sources=("first",)),
            Convolution(
                name="second",
                sources=("relu",),
                weight=np.array([0.75, last], np.float32).reshape(1, 2, 1, 1),
            ),
        ),
        "told",
    )


_STEP = Fraction(1, 1000)


def record() -> None:
    """Make the recorded files again."""
    target, other = made_target(), made_target(OTHER)
    network = sv.RandomCNN(seed=7, widths=sv.suggested_widths(target, "20%"))
    pruned = sv.prune(target, network, eps="20%")
    # claims hardly more than was found, so that small changes make it false
    pruned = replace(pruned, eps=Fraction(pruned.certified_error[:5]) + _STEP)
    ticket = with_weights(pruned, target)
    content = ticket.to_bytes()
    reached = ticket_truth.attained(content, target, IMAGES)
    found = {
        "ticket": content,
        "target": _bytes(target),
        "near": _bytes(made_target(NEAR)),
        "other": _bytes(other),
    }
    document = {name: base64.b64encode(data).decode() for name, data in found.items()}
    document["other_sha256"] = other.sha256
    document["attained"] = f"0.{int(reached * 10**12):012}"
    FILE.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _bytes(target: TargetCNN) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.target.safetensors")
        target.save(path)
        return path.read_bytes()


if __name__ == "__main__":
    record()
