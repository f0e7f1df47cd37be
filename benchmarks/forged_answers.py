"""Forged stored answers: how many were tried, and that none was confirmed wrongly.

``python -m benchmarks.forged_answers --documents 100000 --save`` writes
``reports/benchmarks/forged_answers.json``. The documents and the oracles are those of
`slth_verify.conformance.check_recheck`; a contradiction ends the run with its message.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings

from benchmarks.support.common import publish_with
from slth_verify.conformance import check_recheck
from slth_verify.conformance.oracles.remembered import evaluated_once

#: Documents of one Hypothesis run.
_ROUND = 1_000


def run(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """Try so many documents, in rounds with seeds of their own."""
    base = settings(
        max_examples=_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    verdicts: Counter[str] = Counter()
    compared, start, rounds = 0, time.perf_counter(), 0
    with evaluated_once():
        while verdicts.total() < options.documents:
            with hypothesis.core.deterministic_PRNG(options.seed + rounds):
                counts = check_recheck(settings=base)
            verdicts += counts.verdicts
            compared += counts.compared
            rounds += 1
            print(f"{verdicts.total()} documents, {dict(verdicts)}", flush=True)
    figures = {
        "documents": verdicts.total(),
        "rounds": rounds,
        "first seed": options.seed,
        "verdicts": dict(sorted(verdicts.items())),
        "verified and compared with an oracle": compared,
        "wrongly verified": 0,
        "seconds": round(time.perf_counter() - start, 1),
    }
    return figures, {}


if __name__ == "__main__":
    publish_with(
        "forged_answers",
        {
            "documents": (100_000, "documents to try"),
            "seed": (1, "seed of the first round"),
        },
        run,
        ("hypothesis", "python-flint"),
    )
