"""Readers of what runs recorded: reports and suites of tests."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.support.fuzzing.forms import JSON
from benchmarks.support.fuzzing.judging import Reader
from slth_verify.errors import UnusableFileError
from slth_verify.report import Profile, render_html, render_suite, to_document
from slth_verify.report.collect.run import report_on
from slth_verify.report.collect.targets.generated import generated_subjects
from slth_verify.report.comparing import read_report
from slth_verify.report.model.observations import TARGET_AND_PRUNED
from slth_verify.suite import Recorder, read_suite, suite_document
from slth_verify.verdict import Statistical, Verdict

#: Verdicts, worst first.
_ORDER = ("REFUTED", "INCONCLUSIVE", "VACUOUS", "VERIFIED")

#: Of a ratio, whose numbers have 18 digits each.
_ROUNDED = Decimal("1e-15")

#: One accepted document in so many is made a page, which takes long.
_DRAWN = 50


def _drawn(content: bytes) -> bool:
    return sum(content) % _DRAWN == 0


def _reports() -> tuple[bytes, ...]:
    profile = Profile(
        name="tiny",
        digits=False,
        generated=1,
        dense=False,
        uniform_inputs=2,
        corner_inputs=2,
        samples=1,
        certified_dimension=0,
        law_dimension=0,
        success_trials=0,
        stored_answers=0,
    )
    with tempfile.TemporaryDirectory() as folder:
        subjects = generated_subjects(0, 1)
        report = report_on(subjects, profile, Path(folder), seed=0)
    document = to_document(report)
    for key in ("statements", "context"):
        document[key] = _short(document[key])
    for case in document["cases"]:
        case["masks"] = _short(case["masks"])
    return (json.dumps(document).encode(),)


def _short(value: Any) -> Any:
    """At most two entries of every list, so that changes meet each kind of entry."""
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    return [_short(item) for item in value[:2]] if isinstance(value, list) else value


def _draw(render: Callable[[Any], str], found: Any) -> None:
    """Draw what a reader admitted; what drawing stumbled over is a fault here."""
    try:
        render(found)
    except UnusableFileError as error:
        raise error.__cause__ or error from None


def _read_report(path: Path) -> dict[str, Any]:
    found = read_report(path)
    if _drawn(path.read_bytes()):
        _draw(render_html, found)
    return found


def _report_is_true(_: bytes, found: Mapping[str, Any]) -> bool:
    """Verdicts are the worst of what stands below them, and counts are counts.

    What is VERIFIED has a certified error that its other figures admit.
    """
    cases = found["cases"]
    listed = [item["verdict"] for case in cases for item in case["findings"]]
    return (
        all(
            case["verdict"] == _worst(item["verdict"] for item in case["findings"])
            for case in cases
        )
        and found["verdict"] == _worst(case["verdict"] for case in cases)
        and all(found["counts"][name] == listed.count(name) for name in _ORDER)
        and all(_is_borne_out(case) for case in cases if case["verdict"] == "VERIFIED")
    )


def _is_borne_out(case: Mapping[str, Any]) -> bool:
    """Whether a case's own figures admit that its claim was proved.

    Written apart from what the reader does, in fewer words: whatever was seen is at
    most the certified error, and that is at most the claim, but for its twelve digits.
    """
    error = case["ticket"]["certified_error"]
    if error["direction"] not in ("upper", "two-sided"):
        return False
    if error["kind"] not in ("exact", "enclosed") or case["witness"] is not None:
        return False
    least, most = _span(error)
    if most > _span(case["eps"])[0] * (1 + Fraction(1, 10**11)) or most < 0:
        return False
    seen = []
    for item in case["observations"]:
        rounding = item["rounding"]
        slack = _span(rounding)[1] if "absent" not in rounding else 0
        limit = most if item["subject"] == TARGET_AND_PRUNED else None
        top = _span(item["limit"])[1] if limit is None else limit
        seen.append(_span(item["difference"])[0] - slack <= top)
    near = case["nearness"]
    if near is not None:
        seen.append(_span(near["attacked"])[0] <= most)
        seen.append(_span(near["certified"]) == (least, most))
    for rung in case["ladder"]:
        if "absent" not in rung["necessary"] and "absent" not in rung["certified"]:
            seen.append(_span(rung["necessary"])[0] <= _span(rung["certified"])[1])
    for stage in case["ticket"]["stages"]:
        seen.append(_span(stage["kept"])[1] <= _span(stage["filters"])[0])
    return all(seen)


def _span(figure: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    low, high = figure.get("interval") or [figure["value"]] * 2
    return Fraction(low), Fraction(high)


def _worst(verdicts: Any) -> str:
    there = set(verdicts)
    return next((name for name in _ORDER if name in there), "INCONCLUSIVE")


#: First 8 bytes of SHA-256 of ``1:test_x.py::test_x`` and of ``1:y``.
_SEED_OF_X, _SEED_OF_Y = (
    str(int.from_bytes(hashlib.sha256(f"1:{name}".encode()).digest()[:8], "big"))
    for name in ("test_x.py::test_x", "y")
)


def _suites() -> tuple[bytes, ...]:
    recorder = Recorder(statement="thm:rss")
    for verdict in (*Verdict, *Statistical):
        recorder.verdict(verdict, claim="a claim", reason="a reason")
    recorder.bound("width", "1/3")
    recorder.ratio("1/3", 1, claim="small")
    test: dict[str, Any] = {"id": "test_x.py::test_x", "statement": "thm:rss"}
    test |= {"outcome": "passed", "seconds": 0.5, "seed": _SEED_OF_X, "reason": ""}
    failed = {"id": "y", "outcome": "failed", "reason": "no", "seed": _SEED_OF_Y}
    tests = [test | {"records": recorder.records}, test | failed | {"records": []}]
    document = suite_document(
        tests, options={"seed": "1"}, versions={"a": "1"}, platform={"system": "x"}
    )
    return (json.dumps(document).encode(),)


def _read_suite(path: Path) -> dict[str, Any]:
    found = read_suite(path)
    if _drawn(path.read_bytes()):
        _draw(render_suite, found)
    return found


def _suite_is_true(_: bytes, found: Mapping[str, Any]) -> bool:
    """Counts are counts, and a refuted record makes a refuted suite.

    A test that failed leaves it INCONCLUSIVE at most, and a ratio is a quotient.
    """
    verdicts = [
        record["verdict"]
        for test in found["tests"]
        for record in test["records"]
        if record["kind"] == "verdict"
    ]
    counted = all(n == verdicts.count(name) for name, n in found["counts"].items())
    worst = "REFUTED" in verdicts
    outcomes = [test["outcome"] for test in found["tests"]]
    told = all(n == outcomes.count(name) for name, n in found["outcomes"].items())
    failed = {"failed", "error"} & set(outcomes)
    passing = found["verdict"] in ("VERIFIED", "NOT_REJECTED", "VACUOUS")
    ratios = [
        [Decimal(record[name]) for name in ("observed", "allowed", "ratio")]
        for test in found["tests"]
        for record in test["records"]
        if record["kind"] == "ratio"
    ]
    divided = all(abs(x / y - z) <= abs(z) * _ROUNDED for x, y, z in ratios)
    refuted = (found["verdict"] == "REFUTED") == worst
    return counted and told and refuted and divided and not (failed and passing)


RECORDED = (
    Reader(
        name="reports",
        file="slth-report.json",
        make=_reports,
        form=JSON,
        read=_read_report,
        is_true=_report_is_true,
    ),
    Reader(
        name="suites",
        file="suite.json",
        make=_suites,
        form=JSON,
        read=_read_suite,
        is_true=_suite_is_true,
    ),
)
