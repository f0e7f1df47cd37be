"""What changed from one suite of tests to another, from their documents alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slth_verify.report.comparing.changes import Changes, Claimed
from slth_verify.report.comparing.courses import Wanted
from slth_verify.report.comparing.figures import Compared
from slth_verify.report.model.comparison import Comparison
from slth_verify.report.model.quantity import Quantity
from slth_verify.verdict import Direction, Evidence

Document = Mapping[str, Any]

_WANTED = {"upper": Wanted.SMALL, "lower": Wanted.LARGE}


def compare_suites(before: Document, after: Document) -> Comparison:
    """What changed, and where it leads.

    Tests are paired by their ids; one that passed and now does not is worse. Claims are
    paired within a test by statement and words. An upper bound is better when it is
    smaller, a lower one when it is larger, a ratio of what was seen to what is allowed
    when it is smaller.

    Args:
        before: The document of the older suite, as `read_suite` reads it.
        after: That of the newer one.
    """
    changes = Changes()
    changes.verdict("", "verdict", before["verdict"], after["verdict"])
    old = {test["id"]: test for test in before["tests"]}
    new = {test["id"]: test for test in after["tests"]}
    nothing: Document = {"records": ()}
    for name in dict.fromkeys([*old, *new]):
        first, last = old.get(name, nothing), new.get(name, nothing)
        changes.outcome(name, first.get("outcome"), last.get("outcome"))
        changes.verdict_lists(name, _verdicts(first), _verdicts(last))
        changes.figure_lists(name, _figures(first), _figures(last))
        if name in old and name in new:
            changes.seconds(name, "wall time", first["seconds"], last["seconds"])
    seconds = [sum(test["seconds"] for test in d["tests"]) for d in (before, after)]
    changes.seconds("", "time of all tests", *seconds)
    changes.texts("", _asked(before), _asked(after))
    version = before["versions"].get("slth-verify", "an unknown version")
    return changes.comparison(f"a suite of {len(old)} tests, {version}")


def _verdicts(test: Document) -> list[Claimed]:
    return [
        Claimed(
            (record["statement"], record["claim"]), record["claim"], record["verdict"]
        )
        for record in test["records"]
        if record["kind"] == "verdict"
    ]


def _figures(test: Document) -> Iterator[Compared]:
    for record in test["records"]:
        own = record["statement"] in (None, test["statement"])
        about = "" if own else f" ({record['statement']})"
        if record["kind"] == "bound":
            side = record["direction"]
            wanted = _WANTED.get(side, Wanted.EITHER)
            known = Evidence(record["evidence"])
            quantity = Quantity(
                record["value"], record["value"], known, Direction(side)
            )
            yield Compared(f"{record['name']}{about}", quantity, wanted)
        elif record["kind"] == "ratio":
            text = record["ratio"]
            quantity = Quantity(text, text, Evidence.EXACT, Direction.UPPER)
            name = f"seen / allowed: {record['claim']}{about}"
            yield Compared(name, quantity, Wanted.SMALL)


def _asked(document: Document) -> dict[str, str]:
    options = {f"option {name}": str(v) for name, v in document["options"].items()}
    versions = {f"version of {name}": v for name, v in document["versions"].items()}
    return {**options, **versions}
