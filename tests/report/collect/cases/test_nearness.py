"""Errors from both sides, and classes near images, in the document and on the page."""

from __future__ import annotations

import copy
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from slth_verify.comparison import LocalResult
from slth_verify.comparison.classes import Scores
from slth_verify.processes.background import BackgroundLostError
from slth_verify.report import render_html
from slth_verify.report.collect.cases import local_certificates
from slth_verify.report.model.contradictions import contradiction
from slth_verify.verdict import Verdict

_NONE = Scores((), ())


def _result(verdict: Verdict) -> LocalResult:
    return LocalResult(0, verdict, "", (0, 0), (_NONE, _NONE), None)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("VVVV", "VVVV"),
        ("RRRR", "RRRR"),
        ("VIII", "VIII"),
        ("VIRI", "VIRR"),
        ("VVIR", "VVIR"),
    ],
)
def test_a_radius_speaks_for_others(
    found: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is proved for a ball is proved for smaller ones; a witness stays one."""
    names = {"V": Verdict.VERIFIED, "R": Verdict.REFUTED, "I": Verdict.INCONCLUSIVE}
    asked = []

    def decided(_: Any, image: Any, radius: Any, index: int, **options: Any) -> Any:
        asked.append(radius)
        return _result(names[found[local_certificates.RADII.index(radius)]])

    monkeypatch.setattr(local_certificates, "certified_near", decided)
    results = local_certificates.by_radius(None, None, 0)  # type: ignore[arg-type]
    assert [result.verdict for result in results] == [names[x] for x in said]
    assert len(asked) == len(found.split("V")[-1]) + ("V" in found)


class _Second:
    """Has answered the first call, lost the second, and not begun with others."""

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []

    def call_first(self, function: Any, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if not self.futures:
            future.set_result(["there"])
        elif len(self.futures) == 1:
            future.set_running_or_notify_cancel()
            future.set_exception(BackgroundLostError("it ended"))
        self.futures.append(future)
        return future


def test_images_that_no_other_process_answers_are_looked_at_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(local_certificates, "near_image", lambda *asked: [asked[-1]])
    second: Any = _Second()
    found = local_certificates.LocalCertificates(tmp_path, tmp_path, "abcd", second)
    steps: list[int] = []
    assert found.results(lambda done, total: steps.append(done)) == [
        ["there"],
        [1],
        [2],
        [3],
    ]
    assert steps == [0, 1, 2, 2]


def test_images_that_nobody_asks_for_are_given_up(tmp_path: Path) -> None:
    second: Any = _Second()
    local_certificates.LocalCertificates(tmp_path, tmp_path, "abcd", second).give_up()
    assert [future.cancelled() for future in second.futures] == [
        False,
        False,
        True,
        True,
    ]


def test_the_document_has_brackets(document: dict[str, Any]) -> None:
    for case in document["cases"]:
        near = case["nearness"]
        low, high = near["attacked"]["interval"], near["certified"]["interval"]
        assert 0 <= float(low[0]) <= float(high[1])
        assert float(high[0]) <= float(near["by_intervals"]["interval"][1])


def test_the_page_shows_them(document: dict[str, Any]) -> None:
    page = render_html(document)
    assert 'id="nearness"' in page
    assert "Certified ÷ attacked" in page


def test_an_attack_above_the_certified_error_is_not_believed(
    document: dict[str, Any],
) -> None:
    lie = copy.deepcopy(document)
    case = lie["cases"][0]
    assert contradiction(case) == ""
    case["nearness"]["attacked"]["interval"] = ["1e9", "1e9"]
    assert "attack" in contradiction(case)
    assert "INCONCLUSIVE" in render_html(lie)
