"""Forged stored answers: how many were tried, and that none was confirmed wrongly.

``python -m benchmarks.forged_answers --documents 100000 --save`` writes
``reports/benchmarks/forged_answers.json``. The documents and the oracles are those of
`slth_verify.conformance.check_recheck`; a contradiction ends the run with its message.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from functools import lru_cache
from types import ModuleType
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings

from benchmarks._common import publish_with
from slth_verify.bounds._two_stage import TwoStageCertificate
from slth_verify.bounds.rechecking import all_targets, mrss, network, one_dim
from slth_verify.conformance import check_recheck

#: Documents of one Hypothesis run.
_ROUND = 1_000

#: Evaluators of recheck whose values a run remembers: functions of their arguments.
_REMEMBERED: tuple[tuple[ModuleType, str], ...] = (
    (mrss, "first_moment"),
    (mrss, "crude_lower"),
    (mrss, "sharp_lower"),
    (all_targets, "failure_of_measure"),
    (all_targets, "failure_of_sides"),
    (one_dim, "reach_probability"),
    (one_dim, "reserve_failure"),
    (network, "success_of_layer"),
)


def run(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """Try so many documents, in rounds with seeds of their own."""
    for module, name in _REMEMBERED:
        setattr(module, name, lru_cache(maxsize=50_000)(getattr(module, name)))
    one_dim.Growth.check = lru_cache(maxsize=5_000)(one_dim.Growth.check)  # type: ignore[method-assign]
    TwoStageCertificate.failure = lru_cache(maxsize=1_000)(TwoStageCertificate.failure)  # type: ignore[method-assign]
    # an unproved width that is certainly too small is REFUTED instead of INCONCLUSIVE:
    # neither confirms it, and deciding it would take most of the time
    mrss.is_refuted = lambda question, n: False
    base = settings(
        max_examples=_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    verdicts: Counter[str] = Counter()
    compared, start, rounds = 0, time.perf_counter(), 0
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
