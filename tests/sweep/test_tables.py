"""What is made of rows: tables, and one page."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from slth_verify.errors import (
    InvalidParameterError,
    MissingExtraError,
    UnusableFileError,
)
from slth_verify.report.page.drawing.heat_maps import heat_map
from slth_verify.report.page.sweeps import render_sweep
from slth_verify.sweep import Row, document
from slth_verify.sweep.document import to_document
from slth_verify.sweep.export import export, table

_DRAWN = {"target": "", "kernel": "1", "widths": "9", "eps": "1/9", "seed": 1}
_TICKET = {"used_widths": "9", "verdict": "VERIFIED", "certified_error": 0.1, "kept": 7}

_NO_TICKET = {"used_widths": "9", "found": False, "certified_error": 3.0}


def _row(kind: str, inputs: dict[str, Any], result: dict[str, Any], **more: Any) -> Row:
    known: dict[str, Any] = {
        "key": json.dumps([kind, inputs]),
        "kind": kind,
        "inputs": inputs,
        "source": "",
        "outcome": "done",
        "reason": "",
        "result": result,
        "seconds": 0.5,
        "versions": {"slth-verify": "1.0", "numpy": "2.0"},
    }
    return Row(**known | more)


def _searches() -> list[Row]:
    return [
        _row(
            "search",
            {"dimension": m, "samples": n, "eps": "1/999", "seed": s, "solver": "auto"},
            {"found": False, "residual": (1 + s) * 2 * m**1.5 / n, "size": 3},
        )
        for m in (4, 16)
        for n in (100, 1000)
        for s in (0, 1)
    ]


def _everything() -> list[Row]:
    question = {"dimension": 2, "samples": 5, "eps": "1/4", "norm": "1"}
    width = {"dimension": 2, "eps": "1/10", "probability": "1/2", "norm": "1"}
    return [
        *_searches(),
        _row("success", {**question, "trials": 10, "seed": 0}, {"hits": 4}),
        _row("success", {**question, "trials": 20, "seed": 1}, {"hits": 5}),
        _row("success-bound", question, {"lower": "0.1", "upper": "0.5"}),
        _row("width", {**width, "side": "certified"}, {"width": 30}),
        _row("width", {**width, "side": "necessary"}, {"width": 10}),
        _row("prune", _DRAWN, {"found": True, **_TICKET}),
        _row("prune", {**_DRAWN, "seed": 2}, _NO_TICKET),
        _row(
            "width",
            {**width, "side": "certified", "eps": "1/99"},
            {},
            outcome="failed",
            reason="<script>\x1b[2J",
        ),
    ]


def test_a_table_has_the_columns_of_all_kinds() -> None:
    head, body = table(_everything())
    assert len(set(head)) == len(head)
    assert {"key", "outcome", "dimension", "residual", "seconds"} <= set(head)
    assert all(len(line) == len(head) for line in body)
    assert body[0][head.index("hits")] is None
    clash, _ = table([_row("prune", {"widths": ""}, {"widths": "3"})])
    assert {"widths", "result_widths"} <= set(clash)


def test_csv_is_read_again(tmp_path: Path) -> None:
    export(_everything(), tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(_everything())
    assert float(lines[0]["residual"]) == _searches()[0].result["residual"]


def test_parquet_without_pyarrow_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"slth-verify\[parquet\]"):
        export(_everything(), tmp_path / "t.parquet")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(
    importlib.util.find_spec("pyarrow") is None, reason="needs the extra parquet"
)
def test_parquet_is_read_again(tmp_path: Path) -> None:
    from pyarrow import parquet

    mixed = _row("width", {"dimension": 1 << 80}, {"width": "many"})
    export([*_everything(), mixed], tmp_path / "t.parquet")
    lines = parquet.read_table(tmp_path / "t.parquet").to_pylist()
    assert len(lines) == len(_everything()) + 1
    assert lines[0]["residual"] == _searches()[0].result["residual"]
    assert lines[-1]["dimension"] == str(1 << 80)


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterError, match=r"\.csv or \.parquet"):
        export([], tmp_path / "t.xlsx")


def test_a_document_sums_up() -> None:
    found = to_document("all", _everything())
    json.dumps(found, allow_nan=False)
    assert found["runs"] == len(_everything())
    assert found["outcomes"] == {"done": len(_everything()) - 1, "failed": 1}
    # residuals 2 and 4 times the law: C is their geometric mean
    assert found["law"]["constant"] == pytest.approx(8**0.5)
    (curve,) = found["success"]
    (point,) = curve["points"]
    assert (point["hits"], point["trials"]) == (9, 30)
    assert 0 < point["low"] < 0.3 < point["high"] < 1
    assert (point["lower"], point["upper"]) == ("0.1", "0.5")
    (widths,) = found["widths"]
    assert widths["points"] == [{"eps": "1/10", "certified": 30, "necessary": 10}]
    (prune,) = found["prune"]
    assert (prune["found"], prune["runs"], prune["kept"]) == (1, 2, 7)
    assert prune["verdicts"] == {"VERIFIED": 1}
    assert len(found["problems"]) == 1


@pytest.mark.parametrize(
    "row",
    [
        _row("search", {}, {}),
        _row("success", {"dimension": 1}, {"hits": "many"}),
        _row("width", {"eps": "x", "side": []}, {"width": 1}),
        _row("width", {"eps": "1e999999999", "side": "certified"}, {"width": 1}),
        _row("prune", _DRAWN | {"eps": "1e999999999%"}, {"found": False}),
        _row("prune", {"eps": 1}, {"found": True}),
    ],
)
def test_rows_of_another_version_make_no_page(row: Row) -> None:
    with pytest.raises(UnusableFileError, match="rows=1"):
        to_document("other", [row])


def test_searches_that_determine_no_law_have_none() -> None:
    assert to_document("few", _searches()[:2])["law"] is None
    assert to_document("none", [])["law"] is None


@pytest.mark.parametrize("rows", [_everything(), _searches()[:1], []])
def test_a_page_is_the_same_bytes_and_escapes_all(rows: list[Row]) -> None:
    made = to_document("<b>&\u202e", rows)
    page = render_sweep(made)
    assert page == render_sweep(made)
    assert re.findall("<script[^>]*>", page) == [
        '<script type="application/json" id="slth-sweep">'
    ]
    assert not re.search("style=|<b>|\x1b|\u202e|https?://(?!www.w3.org)", page)
    data = page.split('id="slth-sweep">')[1].split("</script>")[0]
    assert json.loads(data) == made


def test_what_is_left_out_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = to_document("x", _grid())
    assert whole["left_out"] == {}
    monkeypatch.setattr(document, "_MOST", dict.fromkeys(document._MOST, 1))
    cut = to_document("x", [*_grid(), *_everything()])
    left = {"searches": 3, "success": 5, "widths": 2, "maps": 3}
    assert cut["left_out"] == left
    page = render_sweep(cut)
    assert page.count("Not shown here: ") == len(left)
    assert "Not shown here: 5 curves" in page


def test_the_headline_is_the_worst() -> None:
    done, last = _everything()[:-1], _everything()[-1]
    refuted = _row("prune", {**_DRAWN, "seed": 9}, {"found": True, **_TICKET})
    refuted.result.update(verdict="REFUTED", certified_error=0.3)
    for rows, said in (
        ([], "<h1>Nothing was run</h1>"),
        (done, "<h1>Every run has a result</h1>"),
        ([*done, last], "<h1>1 run without a result</h1>"),
        ([*done, refuted, last], "REFUTED</span> 1 ticket with a claim that is false"),
    ):
        assert said in render_sweep(to_document("x", rows))


def _grid() -> list[Row]:
    shape = {"kernel": "3", "depth": 0, "probability": "1/2"}
    widths = [
        _row(
            "bound",
            {**shape, "channels": c, "eps": eps, "side": side},
            _network(100 * n + len(c), list(map(int, c.split(",")[:-1]))),
        )
        for c in ("1,4", "1,8,8")
        for n, eps in enumerate(("1/2", "1/10"))
        for side in ("certified", "necessary")
    ]
    hits = [
        _row(
            "success",
            {
                "dimension": m,
                "samples": n,
                "eps": e,
                "norm": "1",
                "trials": 4,
                "seed": s,
            },
            {"hits": m + s},
        )
        for m in (1, 2, 3)
        for n in (10, 9)
        for e in ("1/4", "1/5")
        for s in (0, 1)
    ]
    return [*widths, *hits][:-1]


def _network(width: int, entering: list[int]) -> dict[str, Any]:
    widths = ",".join([str(width)] * len(entering))
    return {"widths": widths, "widest": width, "filters": 2 * width * sum(entering)}


def test_heat_maps_hold_every_cell_and_nothing_else() -> None:
    maps = to_document("x", _grid())["maps"]
    told = [(m["what"], m["question"], m["x"], m["y"]) for m in maps]
    assert told == [
        ("certified width", "kernel=3, probability=1/2", "eps", "channels"),
        ("necessary width", "kernel=3, probability=1/2", "eps", "channels"),
        ("share of hits", "eps=1/4, norm=1", "samples", "dimension"),
        ("share of hits", "eps=1/5, norm=1", "samples", "dimension"),
    ]
    assert maps[0]["xs"] == ["1/10", "1/2"]
    assert maps[0]["cells"] == [[103, 3], [105, 5]]
    assert maps[2]["ys"] == ["1", "2", "3"]
    assert maps[2]["xs"] == ["9", "10"]
    assert maps[2]["cells"] == [[[3, 8], [3, 8]], [[5, 8], [5, 8]], [[7, 8], [7, 8]]]
    assert maps[3]["cells"][2] == [[3, 4], [7, 8]]  # one run is missing
    assert to_document("x", _everything())["maps"] == []


def test_the_page_draws_heat_maps() -> None:
    (shares,) = to_document("x", _grid())["maps"][3:]
    drawn = heat_map(shares, "m")
    assert ">3/4<" in drawn
    assert "dimension = 3: 3/4, 7/8." in drawn
    shares["cells"][0][0] = None
    assert "dimension = 1: \u2013, 3/8;" in heat_map(shares, "m")
    page = render_sweep(to_document("x", _grid()[:8:2]))
    assert page.count("<figcaption>certified width by eps and channels") == 1
    assert ">103<" in page
