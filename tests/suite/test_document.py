"""The document of a suite: written, and read with nothing believed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import UnusableFileError
from slth_verify.suite import (
    OUTCOMES,
    Recorder,
    passes,
    read_suite,
    suite_document,
    suite_schema,
    worst_of,
)
from slth_verify.suite.judging import seed_of
from slth_verify.verdict import Verdict


def _document() -> dict[str, Any]:
    recorder = Recorder(statement="thm:rss")
    recorder.verdict(Verdict.VERIFIED, claim="one is one")
    recorder.verdict(Verdict.REFUTED, claim="one is two")
    recorder.bound("n", 3)
    recorder.ratio(1, 2, claim="half")
    test = {
        "id": "test_x.py::test_x",
        "statement": "thm:rss",
        "outcome": "passed",
        "seconds": 0.5,
        "seed": str(seed_of(1, "test_x.py::test_x")),
        "reason": "",
        "records": recorder.records,
    }
    options = {
        "seed": "1",
        "precision_cap": 4096,
        "allow_inconclusive": False,
        "statements": [],
    }
    return suite_document([test], options=options, versions={}, platform={})


def _read(folder: Path, document: object) -> dict[str, Any]:
    path = folder / "out.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return read_suite(path)


def test_documents_are_read_as_they_were_written(tmp_path: Path) -> None:
    document = _document()
    jsonschema.validate(document, suite_schema())
    assert _read(tmp_path, document) == document
    assert document["verdict"] == "REFUTED"
    assert document["counts"]["VERIFIED"] == 1


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(suite_schema())


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        found += _places(item, (*path, key))
    return found


FREE = {"options", "versions", "platform"}


@given(data=st.data(), value=st.sampled_from([None, True, -1, [], {}, [[]], {"x": 1}]))
def test_no_damaged_document_is_read(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, value: object
) -> None:
    document = copy.deepcopy(_document())
    places = [path for path in _places(document) if path[0] not in FREE]
    path = data.draw(st.sampled_from(places))
    inner: Any = document
    for key in path[:-1]:
        inner = inner[key]
    old = inner[path[-1]]
    inner[path[-1]] = value
    schema = jsonschema.Draft202012Validator(suite_schema())
    valid = schema.is_valid(document) and (old == value or path[-1] == "statement")
    folder = tmp_path_factory.mktemp("suite")
    if valid or path[-1] in {"statement", "replay", "seconds"}:
        return
    with pytest.raises(UnusableFileError, match="is no document of a suite"):
        _read(folder, document)


@pytest.mark.parametrize("one", [True, 1.0])
def test_what_only_equals_a_count_is_refused(tmp_path: Path, one: object) -> None:
    document = _document()
    assert document["counts"]["REFUTED"] == one
    document["counts"]["REFUTED"] = one
    with pytest.raises(UnusableFileError, match="counts"):
        _read(tmp_path, document)


@pytest.mark.parametrize(
    ("key", "value"),
    [("verdict", "VERIFIED"), ("counts", {"VERIFIED": 2}), ("schema_version", 3)],
)
def test_a_document_that_contradicts_itself_is_refused(
    tmp_path: Path, key: str, value: object
) -> None:
    with pytest.raises(UnusableFileError, match="is no document of a suite"):
        _read(tmp_path, _document() | {key: value})


@pytest.mark.parametrize("number", ["", "x", "NaN", "Infinity", "1e", "٣", "1E9999999"])
@pytest.mark.parametrize(("place", "name"), [(2, "value"), (3, "ratio")])
def test_numbers_that_are_none_are_refused(
    tmp_path: Path, place: int, name: str, number: str
) -> None:
    document = _document()
    document["tests"][0]["records"][place][name] = number
    with pytest.raises(UnusableFileError, match="a number is none"):
        _read(tmp_path, document)


def test_outcomes_are_ordered_worst_first() -> None:
    assert worst_of([]) == "INCONCLUSIVE"
    for number, name in enumerate(OUTCOMES):
        assert worst_of(OUTCOMES[number:]) == name
        assert worst_of(reversed(OUTCOMES[number:])) == name


@pytest.mark.parametrize(
    ("name", "strict", "allowed"),
    [
        ("REFUTED", False, False),
        ("REJECTED", False, False),
        ("INCONCLUSIVE", False, True),
        ("VACUOUS", False, True),
        ("NOT_REJECTED", True, True),
        ("VERIFIED", True, True),
    ],
)
def test_what_passes(name: str, strict: bool, allowed: bool) -> None:
    assert passes([name, "VERIFIED"]) is strict
    assert passes([name, "VERIFIED"], allow_inconclusive=True) is allowed
