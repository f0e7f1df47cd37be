"""Tickets of the better of two random networks, as if it had been the one given.

Who draws again until the search succeeds never sees the failures that a theorem bounds.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import Phase, settings

import slth_verify as sv
from slth_verify.conformance import run_conformance
from slth_verify.verdict import Verdict


def construct(target: Any, random_network: sv.RandomCNN, *, eps: Fraction) -> Any:
    """The ticket with the smaller certified error."""
    other = replace(random_network, seed=random_network.seed ^ 1)
    found = [
        sv.prune(target, network, eps=eps, time_limit=60.0)
        for network in (random_network, other)
    ]
    best = min(found, key=lambda ticket: float(ticket.certified_error))
    return replace(best, seed=random_network.seed)


if __name__ == "__main__":
    few = settings(max_examples=8, derandomize=True, phases=[Phase.generate])
    result = run_conformance(construction=construct, settings=few)
    print(result.to_text())
    sys.exit(result.verdict is Verdict.REFUTED)
