"""Forward passes: pruned, merged and target network on the held-out digits."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import torch
from safetensors.torch import load_file

from benchmarks.support.common import publish, seconds
from benchmarks.support.digits import digits_ticket
from slth_verify.construction import collapse


def run(repeats: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Time one float32 pass over 64 images on one thread."""
    torch.set_num_threads(1)
    target, ticket = digits_ticket()
    path = files("slth_verify") / "data" / "digits" / "heldout.safetensors"
    images = load_file(str(path))["images"][:64, None].float() / 16
    pruned, merged = (collapse(ticket, target, merge=m) for m in (False, True))
    original = target.to_torch()
    with torch.no_grad():
        times = {
            name: seconds(lambda network=network: network(images), repeats)
            for name, network in (
                ("pruned", pruned.module),
                ("merged", merged.module),
                ("target", original),
            )
        }
    figures = {
        "pruned network, 64 images, ms": times["pruned"] * 1e3,
        "merged network, 64 images, ms": times["merged"] * 1e3,
        "parameters random / pruned / merged": [
            pruned.before.parameters,
            pruned.after.parameters,
            merged.after.parameters,
        ],
    }
    peers = {
        "target network, 64 images, ms": times["target"] * 1e3,
        "ratio merged / target": times["merged"] / times["target"],
    }
    return figures, peers


if __name__ == "__main__":
    publish("collapse", run)
