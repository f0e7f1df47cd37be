"""How near each claim is to being attained: the largest observed over allowed.

``python -m benchmarks.worst_ratios --save`` writes ``reports/benchmarks/
worst_ratios.json``: the ratios of `check_claims`, which Hypothesis drives up, on the
same points on every run. `slth_verify/suite/attacks.toml` repeats them, rounded up, and
a test compares the two.
"""

from __future__ import annotations

import argparse
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from benchmarks.support.common import publish_with
from slth_verify.conformance import check_claims
from slth_verify.conformance.claims import CLAIM_ATTACKS
from slth_verify.conformance.recording.ratios import worst_ratios
from slth_verify.statements import statement


def run(options: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """The worst ratio of each statement, by its id."""
    figures: dict[str, Any] = {}
    for name, attack in CLAIM_ATTACKS.items():
        if not attack.what:
            continue
        points = settings(
            max_examples=attack.cases * options.times,
            phases=(Phase.generate, Phase.target),
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        with worst_ratios() as found:
            check_claims(statement(name), settings=points)
        ratio = float(found[attack.what])
        figures[name] = {"points": points.max_examples, "ratio": ratio}
    return figures, {}


if __name__ == "__main__":
    publish_with(
        "worst_ratios",
        {"times": (8, "points of each attack, in units of what its lies need")},
        run,
        ("hypothesis", "python-flint", "sympy"),
    )
