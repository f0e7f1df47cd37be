"""Figures of the mutants of one scope, those of runs before this one among them.

Published figures name each mutant by a digest with its outcome, so that a run without
the journal of the run before adds to them. Figures of which sums alone were published
stand apart, with their own number of mutants, and are never added to others: whether
they tried the same mutants is not known.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks.support.mutation.trials import SURVIVED, UNLOADED

NOT_EXPLAINED = "not explained"


def digest(key: str) -> str:
    """A short name of a mutant."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def figures(
    keys: Sequence[str],
    done: dict[str, str],
    explained: dict[str, str],
    published: dict[str, Any],
) -> dict[str, Any]:
    """Add up one scope; of what was tried, only what still is a mutant.

    Args:
        keys: Every mutant of the scope.
        done: What became of those of the journal.
        explained: Reasons of survivors.
        published: The figures that stand; {} if there are none.
    """
    before = {
        name: outcome
        for outcome, names in published.get("by digest", {}).items()
        for name in names.split()
    }
    tried = {
        key: done.get(key) or before[digest(key)]
        for key in keys
        if key in done or digest(key) in before
    }
    survivors = [key for key, told in tried.items() if told in (SURVIVED, UNLOADED)]
    found: dict[str, Any] = {
        "mutants": len(keys),
        "tried": len(tried),
        "of runs before": sum(key not in done for key in tried),
        "outcomes": dict(Counter(tried.values())),
        "survivors": _reasons(survivors, explained),
        "by digest": {
            outcome: " ".join(sorted(map(digest, _of(outcome, tried))))
            for outcome in sorted(set(tried.values()))
        },
    }
    sums = published.get("sums alone") or (
        {} if "by digest" in published else published
    )
    if sums.get("tried", 0) > len(tried):
        left = [key for key in sums["survivors"] if key in keys and key not in done]
        found["sums alone"] = {
            "mutants": sums["mutants"],
            "tried": sums["tried"],
            "outcomes": sums["outcomes"],
            "survivors": _reasons(left, explained),
        }
    return found


def open_ones(found: dict[str, Any]) -> list[str]:
    """Survivors of a scope that nothing explains."""
    survivors = found["survivors"] | found.get("sums alone", {}).get("survivors", {})
    return [key for key, why in survivors.items() if why == NOT_EXPLAINED]


def _of(outcome: str, tried: dict[str, str]) -> list[str]:
    return [key for key, told in tried.items() if told == outcome]


def _reasons(survivors: list[str], explained: dict[str, str]) -> dict[str, str]:
    return {key: explained.get(key, NOT_EXPLAINED) for key in sorted(survivors)}
