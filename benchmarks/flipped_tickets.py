"""Bit flips of valid tickets: none is verified unless what it claims is still true.

``python -m benchmarks.flipped_tickets --flips 100000 --save`` writes
``reports/benchmarks/flipped_tickets.json``. What is verified is decided once more by
`benchmarks.support.tickets_by_hand`: only labels differ, or the difference of the
networks that the changed file names is within its eps, in exact fractions. Anything
else ends the run with an error. Files are checked without the second evaluation in
mpmath, which could only withhold a verdict.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from benchmarks.support.common import publish_with
from benchmarks.support.tickets_by_hand import Claim, claim, largest_difference
from slth_verify.errors import SlthVerifyError
from slth_verify.graph import TargetCNN
from slth_verify.strategies import StoredTicket, tickets
from slth_verify.ticket import check

#: A folder in memory, where there is one: disks would take most of the time.
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class _Genuine:
    """A valid ticket, what it claims, and its target."""

    def __init__(self, stored: StoredTicket, folder: Path) -> None:
        self.ticket, self.claim = stored.ticket, claim(stored.ticket)
        self.target = TargetCNN.from_file(stored.save(folder)[1])
        self.still_true = cache(self._still_true)

    def _still_true(self, changed: Claim) -> bool:
        if changed.rest != self.claim.rest:
            return False
        try:
            return self._error(changed.pruned) <= changed.eps
        except (ValueError, TypeError, LookupError):  # filters that do not exist
            return False

    def _error(self, pruned: tuple[Any, ...]) -> Fraction:
        return largest_difference(self.target, pruned)


def run(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """Flip one drawn bit of a ticket at a time, in turns of all tickets."""
    rng, counts = random.Random(options.seed), Counter[str]()
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        path = Path(folder, "a.slth.safetensors")
        genuine = [_Genuine(stored, Path(folder)) for stored in _drawn()]
        start = time.perf_counter()
        for number in range(options.flips):
            of = genuine[number % len(genuine)]
            place = rng.randrange(8 * len(of.ticket))
            changed = _flipped(of.ticket, place)
            path.write_bytes(changed)
            told = _judged(path, of.target)
            if told == "VERIFIED":
                told = _decided(changed, of, f"bit {place} of ticket {number}")
            counts[told] += 1
        seconds = time.perf_counter() - start
    figures = {
        "flips": options.flips,
        "tickets": len(genuine),
        "seed": options.seed,
        "outcomes": dict(sorted(counts.items())),
        "wrongly verified": 0,
        "seconds": round(seconds, 1),
        "milliseconds per flip": round(1e3 * seconds / options.flips, 2),
    }
    return figures, {}


def _drawn() -> list[StoredTicket]:
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


def _judged(path: Path, target: TargetCNN) -> str:
    try:
        return check(path, target, cross_check=False).verdict.name
    except SlthVerifyError:
        return "refused"


def _decided(changed: bytes, of: _Genuine, name: str) -> str:
    """Why a changed ticket may be verified; raises where it must not be."""
    try:
        says = claim(changed)
    except (ValueError, LookupError, TypeError) as error:
        raise AssertionError(f"{name} is verified, and is no ticket") from error
    if says == of.claim:
        return "VERIFIED, only a label differs"
    if not of.still_true(says):
        raise AssertionError(f"{name} is verified: {says}, of {of.claim}")
    if says.pruned == of.claim.pruned:
        return "VERIFIED, another eps that is true"
    return "VERIFIED, another pruned network that is near enough"


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
