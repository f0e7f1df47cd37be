"""Documents of suites as the plugin writes them, drawn and made by hand."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from slth_verify.suite import OUTCOMES, Counterexample, Recorder, suite_document
from slth_verify.suite.judging import PASSED, TEST_OUTCOMES, seed_of
from slth_verify.verdict import Statistical, Verdict

Json = dict[str, Any]

BY_NAME: dict[str, Verdict | Statistical] = {
    x.name: x for x in (*Verdict, *Statistical)
}
STATEMENTS = (None, "thm:rss", "thm:structured-slth")


def entry(
    name: str, outcome: str, recorder: Recorder, *, seed: int = 1, reason: str = "why"
) -> Json:
    """One test of a document."""
    return {
        "id": name,
        "statement": recorder.statement,
        "outcome": outcome,
        "seconds": 0.5,
        "seed": str(seed_of(seed, name)),
        "reason": "" if outcome in PASSED else reason,
        "records": recorder.records,
    }


def document_of(*tests: Json, seed: int = 1, allow: bool = False) -> Json:
    """The document that holds these tests."""
    options = {
        "seed": str(seed),
        "precision_cap": 4096,
        "allow_inconclusive": allow,
        "statements": [],
    }
    return suite_document(tests, options=options, versions={}, platform={})


def suite_of(*tests: tuple[str, list[str]], allow: bool = False) -> Json:
    """A document from outcomes of tests, each with the verdicts that it recorded."""
    entries = []
    for number, (outcome, verdicts) in enumerate(tests):
        recorder = Recorder(statement="thm:rss")
        for name in verdicts:
            recorder.verdict(BY_NAME[name], claim=f"claim {number}", reason="so")
        entries.append(entry(f"test_x.py::test_{number}", outcome, recorder))
    return document_of(*entries, allow=allow)


_numbers = st.fractions(min_value=0, max_denominator=10**30) | st.builds(
    lambda x, e: x * Fraction(10) ** e, st.fractions(0, 9), st.integers(-300, 300)
)


@st.composite
def _recorders(draw: st.DrawFn) -> Recorder:
    recorder = Recorder(statement=draw(st.sampled_from(STATEMENTS)))
    for kind in draw(st.lists(st.sampled_from("vbrw"), max_size=3)):
        claim, reason = draw(st.text(min_size=1, max_size=9)), draw(st.text(max_size=9))
        if kind == "v":
            found = BY_NAME[draw(st.sampled_from(OUTCOMES))]
            recorder.verdict(found, claim=claim, reason=reason)
        elif kind == "b":
            recorder.bound(claim, draw(_numbers))
        elif kind == "w":
            recorder.worst({claim: draw(_numbers)})
        else:
            recorder.ratio(draw(_numbers), draw(_numbers), claim=claim)
    return recorder


@st.composite
def honest_documents(draw: st.DrawFn) -> Json:
    """Documents as the plugin could have written them."""
    seed = draw(st.integers(0, 1 << 60))
    names = draw(st.lists(st.text(max_size=9), max_size=3, unique=True))
    tests = [
        entry(
            name,
            draw(st.sampled_from(TEST_OUTCOMES)),
            draw(_recorders()),
            seed=seed,
            reason=draw(st.text(max_size=9)),
        )
        for name in names
    ]
    return document_of(*tests, seed=seed, allow=draw(st.booleans()))


def changed_documents(document: Json) -> Iterator[tuple[str, Json]]:
    """The document with one member changed that others contradict, every such member.

    The changed member is of the right form; free texts, bounds and times have nothing
    in the document that could contradict them.
    """
    for place, value in _changes(document):
        changed = copy.deepcopy(document)
        inner: Any = changed
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        yield "/".join(map(str, place)), changed


def _changes(document: Json) -> Iterator[tuple[tuple[Any, ...], Any]]:
    for name in OUTCOMES:
        if name != document["verdict"]:
            yield ("verdict",), name
        yield ("counts", name), document["counts"][name] + 1
    for name in TEST_OUTCOMES:
        yield ("outcomes", name), document["outcomes"][name] + 1
    if document["tests"]:
        yield ("options", "seed"), document["options"]["seed"] + "1"
        yield ("tests",), [*document["tests"], document["tests"][0]]
    for number, test in enumerate(document["tests"]):
        here = ("tests", number)
        yield (*here, "id"), test["id"] + "x"
        yield (*here, "seed"), str(int(test["seed"]) + 1)
        yield (*here, "seconds"), -1.0
        if test["statement"] is not None:
            yield ("options", "statements"), ["def:nsn"]
        if test["outcome"] in PASSED:
            yield (*here, "reason"), "it failed"
        for name in TEST_OUTCOMES:
            if name != test["outcome"]:
                yield (*here, "outcome"), name
        for place, record in enumerate(test["records"]):
            for key, value in _record_changes(record):
                yield (*here, "records", place, key), value


def _record_changes(record: Json) -> Iterator[tuple[str, Any]]:
    other = Counterexample("something else", "another reason").word
    if record["kind"] == "ratio":
        for key in ("observed", "allowed", "ratio"):
            number = record[key]
            mantissa, _, exponent = number.partition("E")
            if key == "allowed" and record["ratio"] == "0":
                continue  # nothing is nothing of whatever is allowed
            if any(x in mantissa for x in "123456789"):
                yield key, f"{mantissa}E{int(exponent or 0) + 1:+d}"
                yield key, f"-{number}"
        yield "ratio", "7" if record["ratio"] != "7" else "8"
    if record["kind"] == "verdict":
        for name in OUTCOMES:
            if name != record["verdict"]:
                yield "verdict", name
        yield "replay", other
        if record["replay"] is not None:
            yield "replay", None
            yield "replay", record["replay"][:-2]
            yield "claim", record["claim"] + "x"
            yield "reason", "!" + record["reason"]
