"""What failed tests do to a suite, and that no member of a document is believed."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from handmade.suites import (
    changed_documents,
    document_of,
    entry,
    honest_documents,
    suite_of,
)
from hypothesis import HealthCheck, given, settings

from slth_verify.errors import UnusableFileError
from slth_verify.suite import (
    Counterexample,
    Recorder,
    contradictions,
    document,
    judging,
    loose_ends,
    read_suite,
    suite_exit_code,
    suite_schema,
    worst_of,
)
from slth_verify.suite.annotations import annotation_lines, suite_marks
from slth_verify.verdict import Verdict

FAILS = ("failed", "error")
#: Records of a failed test: the suite's verdict, the exit code, with open claims
#: allowed, and whether the failure is told beside the records.
TABLE = [
    ([], "INCONCLUSIVE", 3, 3, True),
    (["VERIFIED"], "INCONCLUSIVE", 3, 3, True),
    (["NOT_REJECTED"], "INCONCLUSIVE", 3, 3, True),
    (["VACUOUS"], "INCONCLUSIVE", 3, 3, True),
    (["INCONCLUSIVE"], "INCONCLUSIVE", 3, 3, True),
    (["REJECTED"], "REJECTED", 1, 1, False),
    (["REFUTED"], "REFUTED", 1, 1, False),
    (["VERIFIED", "REFUTED"], "REFUTED", 1, 1, False),
]
#: Of a test that passed, or shows nothing.
OTHERS = [
    ([], "VERIFIED", 0, 0),
    (["VERIFIED"], "VERIFIED", 0, 0),
    (["NOT_REJECTED"], "NOT_REJECTED", 0, 0),
    (["VACUOUS"], "VACUOUS", 3, 0),
    (["INCONCLUSIVE"], "INCONCLUSIVE", 3, 0),
    (["REJECTED"], "REJECTED", 1, 1),
    (["REFUTED"], "REFUTED", 1, 1),
]


def _read(folder: Path, written: object) -> dict[str, Any]:
    path = folder / "out.json"
    path.write_text(json.dumps(written), encoding="utf-8")
    return read_suite(path)


def _judged(folder: Path, outcome: str, records: list[str]) -> tuple[str, int, int]:
    codes = []
    for allow in (False, True):
        tests = (("passed", ["VERIFIED"]), (outcome, records))
        written = suite_of(*tests, allow=allow)
        jsonschema.validate(written, suite_schema())
        found = _read(folder, written)
        assert found == written
        codes.append(suite_exit_code(found))
    return found["verdict"], codes[0], codes[1]


@pytest.mark.parametrize("outcome", FAILS)
@pytest.mark.parametrize(("records", "verdict", "code", "allowed", "told"), TABLE)
def test_a_failed_test_keeps_a_suite_from_verified(
    tmp_path: Path,
    outcome: str,
    records: list[str],
    verdict: str,
    code: int,
    allowed: int,
    told: bool,
) -> None:
    assert _judged(tmp_path, outcome, records) == (verdict, code, allowed)
    found = suite_of(("passed", ["VERIFIED"]), (outcome, records))
    ends = [(test["id"], name, why) for test, name, why in loose_ends(found["tests"])]
    assert ends == ([("test_x.py::test_1", outcome, "why")] if told else [])
    lines = annotation_lines(suite_marks(found["tests"]))
    mark = (
        f"::error file=test_x.py,title={outcome}%3A thm%3Arss::test_x.py::test_1: why"
    )
    assert (mark in lines) is told


@pytest.mark.parametrize("outcome", ["passed", "xpassed", "skipped", "xfailed"])
@pytest.mark.parametrize(("records", "verdict", "code", "allowed"), OTHERS)
def test_other_tests_are_judged_by_their_records(
    tmp_path: Path,
    outcome: str,
    records: list[str],
    verdict: str,
    code: int,
    allowed: int,
) -> None:
    assert _judged(tmp_path, outcome, records) == (verdict, code, allowed)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        ("passed", "INCONCLUSIVE"),
        ("xpassed", "INCONCLUSIVE"),
        ("xfailed", "VERIFIED"),
        ("failed", "INCONCLUSIVE"),
    ],
)
def test_a_ratio_above_one_must_be_judged(
    tmp_path: Path, outcome: str, verdict: str
) -> None:
    recorder = Recorder()
    recorder.worst({"seen / allowed": Fraction(7)})
    proved = suite_of(("passed", ["VERIFIED"]))["tests"]
    written = document_of(*proved, entry("y", outcome, recorder), allow=True)
    assert written["verdict"] == verdict
    assert suite_exit_code(_read(tmp_path, written)) == (verdict != "VERIFIED") * 3
    recorder.ratio(8, 1, claim="judged")
    assert document_of(entry("y", outcome, recorder))["verdict"] == "REFUTED"


_FEW = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)


@given(written=honest_documents())
@_FEW
def test_honest_documents_are_read_and_changed_ones_refused(
    tmp_path_factory: pytest.TempPathFactory, written: dict[str, Any]
) -> None:
    assert _read(tmp_path_factory.mktemp("suite"), written) == written
    for place, changed in changed_documents(written):
        assert document._problem(changed), f"{place} is believed"


@pytest.mark.parametrize("letter", ["x", "\n", "\u00e9", "\U0001f600", "\ud800"])
@pytest.mark.parametrize("length", [3_999, 4_000, 4_001, 25_000])
def test_long_texts_are_recorded_and_replayed(
    tmp_path: Path, letter: str, length: int
) -> None:
    recorder = Recorder()
    recorder.verdict(Verdict.REFUTED, claim=letter * length, reason=letter * length)
    written = document_of(entry("x", "passed", recorder))
    assert _read(tmp_path, written) == written
    word = recorder.records[0]["replay"]
    found = Counterexample.from_word(word).reason
    shown = letter if letter != "\ud800" else "\\ud800"
    assert (shown * length).startswith(found)
    assert len(found) >= min(length, 4_000)


def _older(written: dict[str, Any]) -> dict[str, Any]:
    """The same as version 1 wrote it."""
    verdict = worst_of(judging.recorded(written["tests"]))
    found = written | {"schema_version": 1, "verdict": verdict}
    del found["outcomes"]
    return found


@given(written=honest_documents())
@_FEW
def test_older_documents_are_judged_anew(
    tmp_path_factory: pytest.TempPathFactory, written: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("suite")
    assert _read(folder, _older(written)) == written


def test_older_documents_that_contradict_themselves_are_refused(tmp_path: Path) -> None:
    written = _older(suite_of(("passed", ["REFUTED"])))
    for lie in ({"verdict": "VERIFIED"}, {"outcomes": {}}):
        with pytest.raises(UnusableFileError):
            _read(tmp_path, written | lie)


def _rich() -> dict[str, Any]:
    recorder = Recorder(statement="thm:rss")
    recorder.ratio(10, 10**9, claim="small")
    recorder.ratio("10/3", 7, claim="smaller")
    proved = entry("test_y.py::test_y", "passed", recorder)
    tests = suite_of(("passed", ["VERIFIED", "REFUTED"]), ("failed", []))["tests"]
    return document_of(proved, *tests)


def _believed(folder: Path) -> list[str]:
    """Changed members that are read."""
    found = []
    for place, changed in changed_documents(_rich()):
        try:
            _read(folder, changed)
        except UnusableFileError:
            continue
        found.append(place)
    return found


def _ignored(tests: Any) -> str:
    return worst_of(judging.recorded(tests))


_LIES: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "records": (contradictions, "_is_quotient", lambda record: True),
    "replay": (contradictions, "_is_replayed", lambda record: True),
    "seed": (contradictions, "_of_test", lambda *_: iter(())),
    "outcome": (document, "_sums", lambda document: ""),
}


def test_no_changed_member_is_believed(tmp_path: Path) -> None:
    assert _read(tmp_path, _rich()) == _rich()
    assert _believed(tmp_path) == []


@pytest.mark.parametrize("name", _LIES)
def test_a_reader_that_believes_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(*_LIES[name])
    assert any(name in place for place in _believed(tmp_path))


def test_a_judge_that_ignores_failures_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner in (document, judging):
        monkeypatch.setattr(owner, "verdict_of", _ignored)
    monkeypatch.setattr(judging, "loose_ends", lambda tests: iter(()))
    for records, *wanted, told in TABLE:
        if told and records != ["INCONCLUSIVE"]:
            assert _judged(tmp_path, "failed", records) != tuple(wanted)
