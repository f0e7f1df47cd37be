"""Documents of reports and suites, read again with nothing believed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

from slth_verify.errors import InvalidParameterError, UnusableFileError
from slth_verify.files import has_large_integer, read_json
from slth_verify.numbers import exact_number
from slth_verify.report.model.contradictions import contradictions
from slth_verify.report.model.document import schema
from slth_verify.report.model.report import SCHEMA_VERSION
from slth_verify.suite import is_suite, read_suite
from slth_verify.text import printable
from slth_verify.verdict import Verdict, overall

_TOLD = 200  # characters of what is wrong

#: Members that are numbers, and no figures: where charts have their points.
_PLACES = ("accuracy", "probability", "radius")


def read_suite_or_report(path: str | os.PathLike[str]) -> dict[str, Any]:
    """A document of either kind; `is_suite` tells which.

    Raises:
        UnusableFileError: As `read_report` and `read_suite`.
    """
    return read_suite(path) if is_suite(read_json(path)) else read_report(path)


def read_report(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a report's document; compare verdicts and counts with its findings.

    What it says about an older report is left out.

    Raises:
        UnusableFileError: If it is unreadable, too large, of another version of the
            schema, does not keep to the schema, or contradicts itself.
    """
    document = read_json(path)
    problem = _problem(document)
    if problem:
        raise UnusableFileError(
            f"path='{printable(os.fsdecode(path))}' is no document of a report: "
            f"{printable(problem, _TOLD)}. Give the slth-report.json that slth-verify "
            "report wrote, or what pytest --slth-report wrote."
        )
    found: dict[str, Any] = document
    found.pop("comparison", None)
    return found


def _problem(document: Any) -> str:
    """What is wrong with a document, or ""."""
    if not isinstance(document, dict) or document.get("schema") != "slth-report":
        return "its schema is not slth-report"
    version = document.get("schema_version")
    if type(version) is not int or version != SCHEMA_VERSION:
        return (
            f"its schema_version is {version!r}, and this version of slth-verify reads "
            f"{SCHEMA_VERSION}; make the report again with it"
        )
    return (
        _form(document) or _numbers(document) or _sums(document) or _figures(document)
    )


def _form(document: Any) -> str:
    """What is not as the schema wants it."""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(schema()).iter_errors(document):
        place = "/".join(map(str, error.absolute_path)) or "the document"
        return f"{printable(place, 100)} breaks {error.validator}"
    return ""


def _numbers(document: Any) -> str:
    """Numbers that are too long to be compared or drawn."""
    if has_large_integer(document):
        return "it holds an integer beyond 64 bits"
    try:
        for texts in _texts_of_figures(document):
            numbers = [exact_number(text) for text in texts]
            if numbers != sorted(numbers):
                return f"the figure {texts} ends before it begins"
    except InvalidParameterError as error:
        return str(error).rstrip(".")
    return ""


def _texts_of_figures(value: Any) -> Iterator[list[str]]:
    """The ends of every figure, and every place by itself."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending += item
        elif isinstance(item, dict):
            if {"kind", "direction", "unit"} <= item.keys():
                yield item.get("interval") or [item["value"]]
            places = (item.get(name) for name in _PLACES)
            yield from ([place] for place in places if isinstance(place, str))
            pending += item.values()


def _sums(document: dict[str, Any]) -> str:
    """Verdicts, counts and names that contradict one another."""
    cases = document["cases"]
    names = Counter(case["name"] for case in cases)
    if max(names.values()) > 1:
        return "two cases have one name"
    for case in cases:
        found = tuple(Verdict(item["verdict"]) for item in case["findings"])
        if Verdict(case["verdict"]) is not overall(found):
            return f"the verdict of {case['name']} is not that of its findings"
    if Verdict(document["verdict"]) is not overall(
        tuple(Verdict(case["verdict"]) for case in cases)
    ):
        return "its verdict is not that of its cases"
    counted = Counter(f["verdict"] for case in cases for f in case["findings"])
    if document["counts"] != {
        verdict.value: counted[verdict.value] for verdict in Verdict
    }:
        return "its counts are not those of its findings"
    return ""


def _figures(document: dict[str, Any]) -> str:
    """Figures that contradict a verdict, or one another."""
    found = contradictions(document)
    return ": ".join(found[0]) if found else ""
