"""The JSON document of a suite: made, and read again with nothing believed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from slth_verify.errors import UnusableFileError
from slth_verify.files import has_large_integer, read_json
from slth_verify.suite.contradictions import contradiction
from slth_verify.suite.judging import (
    TEST_OUTCOMES,
    count_tests,
    recorded,
    verdict_of,
)
from slth_verify.suite.outcomes import OUTCOMES, count_outcomes, worst_of
from slth_verify.verdict import Direction, Evidence

#: Version of the document's schema.
SCHEMA_VERSION = 2
#: Its verdict was that of the records alone, whatever tests failed.
_RECORDS_ALONE = 1

_TEST: dict[str, Any] = {
    "id": str,
    "statement": str | None,
    "outcome": str,
    "seconds": float | int,
    "seed": str,
    "reason": str,
    "records": list,
}
_RECORDS: dict[str, dict[str, Any]] = {
    "verdict": {
        "claim": str,
        "verdict": str,
        "reason": str,
        "replay": str | None,
    },
    "bound": {"name": str, "value": str, "direction": str, "evidence": str},
    "ratio": {"claim": str, "observed": str, "allowed": str, "ratio": str},
}
_DIRECTIONS = frozenset(direction.value for direction in Direction)
_EVIDENCE = frozenset(evidence.value for evidence in Evidence)
_NUMBERS = ("value", "observed", "allowed", "ratio")
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?(E[+-]?[0-9]{1,6})?", re.ASCII)
_TOP = {
    "schema": str,
    "schema_version": int,
    "verdict": str,
    "counts": dict,
    "outcomes": dict,
    "options": dict,
    "tests": list,
    "versions": dict,
    "platform": dict,
}


def suite_document(
    tests: Sequence[Mapping[str, Any]],
    *,
    options: Mapping[str, Any],
    versions: Mapping[str, str],
    platform: Mapping[str, str],
) -> dict[str, Any]:
    """The document that holds these tests, in order of their ids.

    Args:
        tests: What each test found, as plain data.
        options: How the suite was run.
        versions: Software.
        platform: Machine, as far as it matters.

    Returns:
        Its verdict is the worst of all records, and at most INCONCLUSIVE if a test
        failed without a contradiction of its own.
    """
    return {
        "schema": "slth-suite",
        "schema_version": SCHEMA_VERSION,
        "verdict": verdict_of(tests),
        "counts": count_outcomes(recorded(tests)),
        "outcomes": count_tests(tests),
        "options": dict(options),
        "tests": sorted((dict(test) for test in tests), key=lambda test: test["id"]),
        "versions": dict(versions),
        "platform": dict(platform),
    }


def suite_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of such documents."""
    source = files("slth_verify.suite") / "schema.json"
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


def is_suite(document: Any) -> bool:
    """Whether a document says of itself that it is of a suite."""
    return isinstance(document, Mapping) and document.get("schema") == "slth-suite"


def read_suite(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a document, and compare what it says with its records and outcomes.

    Documents of version 1, whose verdict was that of the records alone, are read too:
    verdict and outcomes are made anew.

    Raises:
        UnusableFileError: If it is unreadable, no document of these versions, or
            contradicts itself.
    """
    document = read_json(path)
    problem = _problem(document)
    if problem:
        raise UnusableFileError(
            f"path='{os.fsdecode(path)}' is no document of a suite: {problem}. Give "
            "the file that pytest --slth-report wrote."
        )
    found: dict[str, Any] = document
    if found["schema_version"] == _RECORDS_ALONE:
        tests = found["tests"]
        found |= {"verdict": verdict_of(tests), "outcomes": count_tests(tests)}
        found["schema_version"] = SCHEMA_VERSION
    return found


def _problem(document: Any) -> str:
    """What is wrong with a document, or ""."""
    if not is_suite(document):
        return "its schema is not slth-suite"
    version = document.get("schema_version")
    if version not in (SCHEMA_VERSION, _RECORDS_ALONE):
        return f"its schema_version is not {SCHEMA_VERSION}"
    wanted = {**_TOP}
    if version == _RECORDS_ALONE:
        del wanted["outcomes"]
    told = _fields("the document", document, wanted)
    for test in () if told else document["tests"]:
        told = told or _fields("a test", test, _TEST) or _test(test)
    texts = {} if told else document["versions"] | document["platform"]
    if not all(isinstance(text, str) for text in texts.values()):
        return "a version is no text"
    if not told and has_large_integer(document):
        return "it holds an integer beyond 64 bits"
    return told or _sums(document) or contradiction(document)


def _sums(document: Mapping[str, Any]) -> str:
    """A verdict or a count that is not that of the tests."""
    tests = document["tests"]
    outcomes = recorded(tests)
    if document["schema_version"] == _RECORDS_ALONE:
        verdict, sums = worst_of(outcomes), {"counts": count_outcomes(outcomes)}
    else:
        verdict = verdict_of(tests)
        sums = {"counts": count_outcomes(outcomes), "outcomes": count_tests(tests)}
    if document["verdict"] != verdict:
        return "its verdict is not that of its tests"
    for name, wanted in sums.items():
        found = document[name]
        whole = all(type(number) is int for number in found.values())  # True is none
        if not whole or found != wanted:
            return f"its {name} are not those of its tests"
    return ""


def _test(test: Mapping[str, Any]) -> str:
    if test["outcome"] not in TEST_OUTCOMES:
        return "a test has an unknown outcome"
    for record in test["records"]:
        kind = record.get("kind") if isinstance(record, dict) else None
        if not isinstance(kind, str) or kind not in _RECORDS:
            return "a record is of an unknown kind"
        wanted = _RECORDS[kind] | {"kind": str, "statement": str | None}
        told = _fields(f"a {kind}", record, wanted)
        if told:
            return told
        numbers = [record[name] for name in _NUMBERS if name in record]
        if not all(_NUMBER.fullmatch(number) for number in numbers):
            return "a number is none"
        if kind == "verdict" and record["verdict"] not in OUTCOMES:
            return "a verdict is unknown"
        if kind == "bound" and not (
            record["direction"] in _DIRECTIONS and record["evidence"] in _EVIDENCE
        ):
            return "a bound has an unknown direction or evidence"
    return ""


def _fields(what: str, value: Any, wanted: Mapping[str, Any]) -> str:
    if not isinstance(value, dict) or set(value) != set(wanted):
        return f"{what} has not the fields {', '.join(sorted(wanted))}"
    for name, kind in wanted.items():
        if not isinstance(value[name], kind) or isinstance(value[name], bool):
            return f"{what} has a {name} of another type"
    return ""
