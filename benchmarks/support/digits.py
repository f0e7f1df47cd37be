"""The shipped digits network and a ticket for it."""

from __future__ import annotations

from importlib.resources import files

import slth_verify as sv


def digits_ticket() -> tuple[sv.TargetCNN, sv.Ticket]:
    """Target and ticket at eps 1/40, seed 1."""
    path = files("slth_verify") / "data" / "digits" / "network.safetensors"
    target = sv.TargetCNN.from_file(str(path))
    network = sv.RandomCNN(seed=1, widths=sv.suggested_widths(target, "1/40"))
    return target, sv.prune(target, network, eps="1/40")
