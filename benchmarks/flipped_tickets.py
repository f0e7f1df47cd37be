"""Bit flips of valid tickets: none is verified unless what it claims is unchanged.

``python -m benchmarks.flipped_tickets --flips 100000 --save`` writes
``reports/benchmarks/flipped_tickets.json``. What is verified is compared with the
genuine file by a reader of its own: nothing but labels, which claim nothing, may
differ. Anything else ends the run with an error.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from benchmarks._common import publish_with
from slth_verify.errors import SlthVerifyError
from slth_verify.network import RandomCNN
from slth_verify.strategies import StoredTicket, tickets
from slth_verify.ticket import check

#: Fields that say nothing about weights, errors or the target's own numbers.
_LABELS = {"name", "readout", "versions", "certified_error"}


def run(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """Flip one drawn bit of a ticket at a time, in turns of all tickets."""
    rng, start = random.Random(options.seed), time.perf_counter()
    genuine, counts = _genuine(), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.flips):
            stored = genuine[number % len(genuine)]
            place = rng.randrange(8 * len(stored.ticket))
            flipped = replace(stored, ticket=_flipped(stored.ticket, place))
            told = _judged(flipped, Path(folder))
            if told == "VERIFIED":
                if _claims(flipped.ticket) != _claims(stored.ticket):
                    raise AssertionError(f"bit {place} of ticket {number} is verified")
                told = "VERIFIED, a label differs"
            counts[told] += 1
    figures = {
        "flips": options.flips,
        "tickets": len(genuine),
        "seed": options.seed,
        "verdicts": dict(sorted(counts.items())),
        "wrongly verified": 0,
        "seconds": round(time.perf_counter() - start, 1),
    }
    return figures, {}


def _genuine() -> list[StoredTicket]:
    """The tickets that the strategy draws, each once."""
    found: dict[bytes, StoredTicket] = {}

    @settings(
        max_examples=200,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(stored=tickets())
    def draw(stored: StoredTicket) -> None:
        found[stored.ticket] = stored

    draw()
    return [found[key] for key in sorted(found)]


def _flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def _judged(stored: StoredTicket, folder: Path) -> str:
    try:
        return check(*stored.save(folder)).verdict.name
    except SlthVerifyError:
        return "refused"


def _claims(content: bytes) -> tuple[Any, bytes]:
    """Header without labels, and the numbers behind it, read here and nowhere else.

    A filter's weights are drawn from the seed, its layer, its channel and its number;
    so another width that leaves the channels of all filters changes no weight.
    """
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    body = content[8 + length :]
    texts = header.get("__metadata__", {})
    header["__metadata__"] = {k: json.loads(texts[k]) for k in sorted(texts)}
    for claims in header["__metadata__"].values():
        network = claims["random_network"]
        network["widths"] = [
            _places(header, body, layer, RandomCNN(network["seed"], (width,)).block(1))
            for layer, width in enumerate(network["widths"], start=1)
        ]
    return _without_labels(header), body


def _places(header: Any, body: bytes, layer: int, block: int) -> list[list[int]]:
    """Channel and number of each kept filter of a layer."""
    start, stop = header[f"layers.{layer}.filters"]["data_offsets"]
    filters = np.frombuffer(body[start:stop], dtype=np.int64)
    return [[int(number) // block, int(number)] for number in filters]


def _without_labels(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if k not in _LABELS}
        return {key: _without_labels(item) for key, item in kept.items()}
    return value


if __name__ == "__main__":
    publish_with(
        "flipped_tickets",
        {
            "flips": (100_000, "bits to flip"),
            "seed": (1, "seed of the places"),
        },
        run,
        ("hypothesis", "python-flint"),
    )
