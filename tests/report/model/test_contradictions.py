"""Documents whose figures contradict what they say: refused, whichever figure it is."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.support.fuzzing.documents import _report_is_true
from slth_verify.cli import run
from slth_verify.errors import UnusableFileError
from slth_verify.report import render_html
from slth_verify.report.comparing import reading
from slth_verify.report.comparing.reading import read_report
from slth_verify.report.model import contradicted_errors
from slth_verify.report.model.contradictions import (
    believed,
    believed_verdict,
    contradiction,
    contradictions,
)
from slth_verify.report.model.ends import Document, ends, is_bound, is_within
from slth_verify.report.model.quantity import enclosed
from slth_verify.verdict import Direction

Json = dict[str, Any]
Place = tuple[str | int, ...]

_EXAMPLE = Path(__file__).parents[3] / "examples" / "report" / "slth-report.json"

#: Which moves of a figure are refused: beyond all bounds up, down, both, or none
#: because nothing that is proved bounds it.
_MOVES = {
    "eps": "up down",  # a large claim is met by constants
    "target/low": "",
    "target/high": "",
    "target/weights": "",
    "target/output_range": "up down",
    "target/widest": "up down",
    "target/largest_output": "up down",
    "ticket/certified_error": "up down",
    "ticket/share_of_range": "up down",
    "ticket/relative_error": "up down",
    "ticket/stages/width": "up down",
    "ticket/stages/filters": "up down",
    "ticket/stages/kept": "up down",
    "ticket/stages/budget": "",
    "ticket/stages/own_error": "down",
    "ticket/stages/carried_error": "down",
    "ticket/stages/error": "up down",
    "ticket/stages/output": "",
    "ticket/stages/needed": "",  # of half of all networks, not of this one
    "ticket/stages/alone": "",
    "observations/difference": "up",
    "observations/rounding": "down",
    "observations/limit": "down",
    "accuracy/target_correct": "up down",
    "accuracy/pruned_correct": "up down",
    "accuracy/same_class": "up down",
    "accuracy/certified_same_class": "up down",
    "collapse/parameters": "down",
    "collapse/multiply_adds": "down",
    "collapse/filters": "up down",
    "nearness/attacked": "up down",
    "nearness/certified": "up down",
    "nearness/by_intervals": "down",
    "nearness/looseness": "up down",
    "nearness/shares/proved": "up down",
    "nearness/shares/refuted": "up down",
    "nearness/open/margin": "up",
    "ladder/accuracy": "",
    "ladder/probability": "",
    "ladder/necessary": "up",
    "ladder/certified": "down",
    "ladder/used": "up down",
    "ladder/found": "",
    "law/constant": "up",
    "law/worst": "down",
    "law/dim_exponent": "",
    "law/accuracy_exponent": "",
    "law/accuracy": "",
    "law/probability": "",
    "law/rows/necessary": "up",
    "law/rows/certified": "down",
    "law/rows/found": "",
    "law/known/widths/width": "",
    "context/success/accuracy": "",
    "context/success/confidence": "",
    "context/success/points/lower": "up",
    "context/success/points/upper": "down",
    "context/success/points/interval": "up down",
    "context/explorer/necessary": "up",
    "context/explorer/certified": "down",
    "context/explorer/found": "",
    "context/benchmarks/better": "",
}
#: Rows of which more is held: what pruning leaves, and limits of the certified error.
_ALSO = {("collapse", 1): "up down", ("observations", 0): "up down"}


@pytest.fixture(scope="module")
def honest() -> Json:
    found: Json = read_report(_EXAMPLE)
    return found


@pytest.fixture
def example(honest: Json) -> Json:
    return copy.deepcopy(honest)


def _figures(value: Any, place: Place = ()) -> Iterator[tuple[Place, Json]]:
    if isinstance(value, dict):
        if {"kind", "direction", "unit"} <= set(value):
            yield place, value
        for key, item in value.items():
            yield from _figures(item, (*place, key))
    elif isinstance(value, list):
        for key, item in enumerate(value):
            yield from _figures(item, (*place, key))


def _moved(figure: Json, way: str) -> Json:
    low, high = ends(figure)
    far = 1000 * max(abs(low), abs(high), 1)
    text = str(far if way == "up" else -far)
    key = "interval" if "interval" in figure else "value"
    return {**figure, key: [text, text] if key == "interval" else text}


def _wrongly_judged(
    document: Json, look: Json, refused: Callable[[], bool]
) -> set[str]:
    """Moves of figures that are refused though they may be, or the other way."""
    wrong = set()
    for place, figure in list(_figures(look)):
        name = "/".join(key for key in place if isinstance(key, str))
        expected = _MOVES[name]
        if place[-1] in ("parameters", "multiply_adds", "limit"):
            expected = _ALSO.get(place[:2], expected)  # type: ignore[call-overload]
        before = dict(figure)
        for way in ("up", "down"):
            figure.clear()
            figure.update(_moved(before, way))
            if refused() is not (way in expected):
                wrong.add(f"{way} {'/'.join(map(str, place))}")
        figure.clear()
        figure.update(before)
    return wrong


def _shortened(case: Json) -> Json:
    """Without what is like the rest of it, so that fewer figures are moved."""
    del case["observations"][1:-1]
    case["masks"] = []
    return case


def test_every_figure_of_a_case_is_held_to_its_verdict(example: Json) -> None:
    case = _shortened(example["cases"][0])
    assert contradiction(case) == ""
    assert _wrongly_judged(example, case, lambda: bool(contradiction(case))) == set()


def test_every_figure_beside_the_cases_is_held_to_the_others(example: Json) -> None:
    example["cases"] = []
    beside = {"law": example["law"], "context": example["context"]}
    del example["law"]["known"][1:]
    del example["context"]["explorer"][7:]
    del example["context"]["benchmarks"][2:]
    assert (
        _wrongly_judged(example, beside, lambda: bool(contradictions(example))) == set()
    )


def test_lie_the_lower_end_of_a_bound_is_compared(
    example: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was once done: an error of at most 5 kept to a claim of 0.013."""
    case = example["cases"][0]
    figures = [
        case["ticket"]["certified_error"],
        case["nearness"]["certified"],
        case["nearness"]["by_intervals"],
        *(seen["limit"] for seen in case["observations"][:-1]),
    ]
    for figure in figures:
        figure["interval"] = ["0", "5"]
    assert "within the claim" in contradiction(case)
    monkeypatch.setattr(
        contradicted_errors, "is_within", lambda figure, limit: ends(figure)[0] <= limit
    )
    assert contradiction(case) == ""  # nothing else sees it


_UNPROVED: tuple[Place, ...] = (
    ("ticket", "certified_error"),
    ("ticket", "share_of_range"),
    ("ticket", "relative_error"),
    ("ticket", "stages", 0, "error"),
    ("nearness", "by_intervals"),
    ("nearness", "looseness"),
    ("ladder", 0, "certified"),
    ("ladder", 0, "necessary"),
)


def _unnoticed(case: Json) -> list[tuple[Place, Json]]:
    found = []
    for place in _UNPROVED:
        figure: Any = case
        for key in place:
            figure = figure[key]
        other = {"upper": "lower", "lower": "upper"}[figure["direction"]]
        for change in (
            {"kind": "heuristic"},
            {"direction": "none"},
            {"direction": other},
        ):
            before = dict(figure)
            figure.update(change)
            if not contradiction(case):
                found.append((place, change))
            figure.update(before)
    return found


def test_a_bound_that_nothing_guarantees_is_none(
    example: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _unnoticed(example["cases"][0]) == []

    def lie(figure: Document, side: str) -> bool:
        return is_bound({**figure, "direction": side}, side)

    monkeypatch.setattr(contradicted_errors, "is_bound", lie)
    assert _unnoticed(example["cases"][0])


_NUMBERS = st.fractions(
    min_value=Fraction(1, 10**9), max_value=10**6, max_denominator=10**15
)


@given(limit=_NUMBERS, share=st.fractions(min_value=0, max_value=1))
def test_rounding_for_display_refuses_no_proved_claim(
    limit: Fraction, share: Fraction
) -> None:
    for bound in (limit, limit * share, limit * (1 - share / 10**14)):
        shown = enclosed(bound, bound, Direction.UPPER)
        assert is_within({"interval": [shown.lower, shown.upper]}, limit)
    beyond = limit * (1 + Fraction(3, 10**11))
    shown = enclosed(beyond, beyond, Direction.UPPER)
    assert not is_within({"interval": [shown.lower, shown.upper]}, limit)
    assert not is_within({"interval": ["0", shown.upper]}, limit)


def _error_beyond(document: Json) -> None:
    document["cases"][0]["ticket"]["certified_error"]["interval"] = ["0", "5"]


def _attack_beyond(document: Json) -> None:
    document["cases"][0]["nearness"]["attacked"]["interval"] = ["7", "7"]


def _smaller_claim_in_words(document: Json) -> None:
    for finding in document["cases"][0]["findings"]:
        finding["claim"] = finding["claim"].replace("<= 0.013", "<= 1e-300")


def _widths_cross(document: Json) -> None:
    document["law"]["rows"][0]["certified"]["value"] = "1"


def _ends_in_disorder(document: Json) -> None:
    document["cases"][0]["ticket"]["stages"][0]["output"]["interval"] = ["1", "-1"]


_LIES = (
    _error_beyond,
    _attack_beyond,
    _smaller_claim_in_words,
    _widths_cross,
    _ends_in_disorder,
)


@pytest.mark.parametrize("lie", _LIES)
def test_a_lying_document_is_refused_in_every_form(
    lie: Callable[[Json], None],
    example: Json,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lie(example)
    path, folder = tmp_path / "lie.json", tmp_path / "out"
    path.write_text(json.dumps(example))
    with pytest.raises(UnusableFileError):
        read_report(path)
    words = ["report", "--output", str(folder), "--from"]
    for form in ([], ["--json"]):
        assert run([*words, str(path), *form]) == 2
        assert "VERIFIED\n" not in capsys.readouterr().out
    assert run([*words, str(_EXAMPLE), "--compare", str(path)]) == 2
    assert run([*words, str(path), "--compare", str(_EXAMPLE)]) == 2
    assert not folder.exists()


def test_the_judge_of_fuzzed_reports_sees_such_lies(honest: Json) -> None:
    assert _report_is_true(b"", honest)
    for lie in (_error_beyond, _attack_beyond):
        document = copy.deepcopy(honest)
        lie(document)
        assert not _report_is_true(b"", document)


def test_lie_a_reader_that_compares_nothing(
    example: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _error_beyond(example)
    path = tmp_path / "lie.json"
    path.write_text(json.dumps(example))
    monkeypatch.setattr(reading, "contradictions", lambda document: ())
    with pytest.raises(pytest.fail.Exception), pytest.raises(UnusableFileError):
        read_report(path)
    # what does not come from the reader is not shown as verified all the same
    assert believed_verdict(example) == "INCONCLUSIVE"
    assert believed(example["cases"][0]) == "INCONCLUSIVE"
    headline = render_html(example).split("</h1>")[0]
    assert "INCONCLUSIVE" in headline


@pytest.mark.parametrize("verdict", ["REFUTED", "INCONCLUSIVE"])
def test_what_is_not_proved_stays_so(example: Json, verdict: str) -> None:
    case = example["cases"][0]
    case["verdict"] = example["verdict"] = verdict
    case["ladder"][0]["certified"]["value"] = "1"
    assert believed(case) == believed_verdict(example) == verdict


def test_documents_of_reports_contradict_nothing(
    made: Any, made_again: Any, graph_made: Any
) -> None:
    for report in (made, made_again, graph_made):
        assert contradictions(report.document) == ()


def test_a_page_says_whether_anything_was_proved_for_it(
    made: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = (made.folder / "slth-report.html").read_text(encoding="utf-8")
    claims = (
        "<p>Each ticket was written to a file, read back",
        "were evaluated again for this report",
        "Proved again here",
    )
    assert all(claim in fresh for claim in claims)
    assert "nothing was proved again" not in fresh
    source = str(made.folder / "slth-report.json")
    words = ["report", "--from", source, "--output", str(tmp_path)]
    run(words)
    assert "nothing was proved again (slth-verify check" in capsys.readouterr().out
    run([*words, "--format", "markdown"])
    assert "nothing was proved again (slth-verify check" in capsys.readouterr().out
    page = (tmp_path / "slth-report.html").read_text(encoding="utf-8")
    assert page == render_html(made.document)
    assert not [claim for claim in claims if claim in page]
    top = page[: page.index("</header>")]
    assert "nothing was proved again" in top
    assert made.document["replay"][0] in top
    assert "nothing was proved again" in page[page.index("<footer") :]


def test_a_command_of_a_document_that_is_no_check_is_not_recommended(
    example: Json,
) -> None:
    example["replay"] = [
        "slth-verify check a b; echo lost",
        "echo slth-verify check a b",
    ]
    top = render_html(example).split("</header>")[0]
    assert "slth-verify check TICKET TARGET" in top
    assert "echo" not in top
