"""What changed from one report to another, from their documents alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slth_verify.report.comparing.changes import Changes, Claimed
from slth_verify.report.comparing.figures import (
    case_figures,
    context_figures,
    law_figures,
)
from slth_verify.report.model.comparison import Comparison

Document = Mapping[str, Any]


def compare_reports(before: Document, after: Document) -> Comparison:
    """What changed, and where it leads.

    Cases are paired by name, claims by their keys, figures by what they are of. Figures
    in the units of an output say nothing about another target, widths nothing about
    another accuracy; they are then only different. A case that is gone is worse if it
    was verified, and never better.

    Args:
        before: The document of the older report, as `read_report` reads it.
        after: That of the newer one.
    """
    changes = Changes()
    changes.verdict("", "verdict", before["verdict"], after["verdict"])
    old = {case["name"]: case for case in before["cases"]}
    new = {case["name"]: case for case in after["cases"]}
    for name in dict.fromkeys([*old, *new]):
        if name in old and name in new:
            _compare_cases(changes, name, old[name], new[name])
        else:
            first = old[name]["verdict"] if name in old else None
            last = new[name]["verdict"] if name in new else None
            changes.verdict(name, "verdict", first, last)
    changes.figure_lists("", law_figures(before["law"]), law_figures(after["law"]))
    changes.figure_lists(
        "", context_figures(before["context"]), context_figures(after["context"])
    )
    changes.seconds("", "wall time", before["seconds"], after["seconds"])
    changes.texts("", _asked(before), _asked(after))
    version = before["versions"].get("slth-verify", "an unknown version")
    return changes.comparison(
        f"profile {before['profile']['name']}, seed {before['seed']}, {version}"
    )


def _compare_cases(
    changes: Changes, name: str, before: Document, after: Document
) -> None:
    changes.verdict(name, "verdict", before["verdict"], after["verdict"])
    keyed = _has_keys(before) and _has_keys(after)  # documents had none at first
    changes.verdict_lists(name, _claims(before, keyed), _claims(after, keyed))
    changes.figure_lists(name, case_figures(before), case_figures(after))
    for stage in dict.fromkeys([*before["seconds"], *after["seconds"]]):
        first = before["seconds"].get(stage, 0.0)
        changes.seconds(name, stage, first, after["seconds"].get(stage, 0.0))
    changes.texts(name, _case_asked(before), _case_asked(after))


def _has_keys(case: Document) -> bool:
    return any(found.get("key") for found in case["findings"])


def _claims(case: Document, keyed: bool) -> Iterator[Claimed]:
    """Claims by their keys; what has none is named by its words, numbers included."""
    for found in case["findings"]:
        key = (found.get("key") if keyed else "") or found["claim"]
        yield Claimed(key, found["claim"], found["verdict"])


def _asked(document: Document) -> dict[str, str]:
    """What was asked of a report, and what it ran on."""
    profile = {f"profile: {k}": str(v) for k, v in document["profile"].items()}
    versions = {f"version of {k}": v for k, v in document["versions"].items()}
    machine = {f"machine: {k}": v for k, v in document["platform"].items()}
    return {"seed": document["seed"], **profile, **versions, **machine}


def _case_asked(case: Document) -> dict[str, str]:
    return {
        "target": case["target"]["sha256"],
        "asked error": case["asked"],
        "seed of the random network": case["network"]["seed"],
        "widths of the random network": ", ".join(map(str, case["network"]["widths"])),
    }
