"""Documents whose figures contradict what they say are refused in every form."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from handmade.example_report import EXAMPLE

from benchmarks.support.fuzzing.recorded import _report_is_true
from slth_verify.cli import run
from slth_verify.errors import UnusableFileError
from slth_verify.report import render_html
from slth_verify.report.comparing import reading
from slth_verify.report.comparing.reading import read_report
from slth_verify.report.model.contradictions import (
    believed,
    believed_verdict,
    contradictions,
)

Json = dict[str, Any]


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
def test_a_lying_document_is_not_read(
    lie: Callable[[Json], None], example: Json, tmp_path: Path
) -> None:
    lie(example)
    path = tmp_path / "lie.json"
    path.write_text(json.dumps(example))
    with pytest.raises(UnusableFileError):
        read_report(path)


@pytest.mark.parametrize(
    "lie",
    [_LIES[0], *(pytest.param(lie, marks=pytest.mark.nightly) for lie in _LIES[1:])],
)
def test_a_lying_document_is_refused_in_every_form(
    lie: Callable[[Json], None],
    example: Json,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lie(example)
    path, folder = tmp_path / "lie.json", tmp_path / "out"
    path.write_text(json.dumps(example))
    words = ["report", "--output", str(folder), "--from"]
    for form in ([], ["--json"]):
        assert run([*words, str(path), *form]) == 2
        assert "VERIFIED\n" not in capsys.readouterr().out
    assert run([*words, str(EXAMPLE), "--compare", str(path)]) == 2
    assert run([*words, str(path), "--compare", str(EXAMPLE)]) == 2
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
    example["cases"] = example["cases"][:1]  # fewer charts to draw
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
