"""What commands and pages say of rows that were only read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from handmade.stored_rows import SIMULATED_PLAN, row_of

from slth_verify.cli import run as command
from slth_verify.report.page.sweeps import render_sweep
from slth_verify.sweep import Row, Store
from slth_verify.sweep.contradictions import judge
from slth_verify.sweep.document import to_document


def test_exit_code_and_page_agree_on_what_is_refuted(
    edited: Callable[[str], Path],
) -> None:
    told = '{"used_widths":"32","found":true,"verdict":"REFUTED",'
    store = edited(
        f"""UPDATE runs SET result = '{told}"certified_error":0.9,"kept":1}}'
        WHERE kind = 'prune' AND inputs LIKE '%"widths": "32"%'"""
    )
    page = store.with_suffix(".html")
    with Store(store) as there:
        assert len(there.refuted()) == to_document("x", there.rows())["refuted"] == 1
    assert command(["sweep", str(store.with_suffix(".toml"))]) == 1
    assert command(["sweep", "report", str(store), "--output", str(page)]) == 1
    assert command(["sweep", "export", str(store), "--output", f"{page}.csv"]) == 1
    assert "1 ticket with a claim that is false" in page.read_text()


def test_contradicting_rows_are_exit_code_3_and_named(
    edited: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    store = edited(
        """UPDATE runs SET result = '{"width": 777}' WHERE kind = 'width' AND
        inputs LIKE '%necessary%' AND inputs LIKE '%"dimension": 4, "eps": "1/10"%'"""
    )
    page, plan = store.with_suffix(".html"), store.with_suffix(".toml")
    assert command(["sweep", str(plan)]) == 3
    said = capsys.readouterr().out
    assert "19 done; 0 ran now, 19 read from the store and not proved again" in said
    assert "INCONCLUSIVE: 2 rows of the store cannot be believed" in said
    assert "with width=777" in said
    assert command(["sweep", str(plan), "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert (answer["read"], answer["contradictory"]) == (19, 2)
    assert len(answer["contradictions"]) == 1
    assert command(["sweep", "report", str(store), "--output", str(page)]) == 3
    assert "exclude each other" in capsys.readouterr().err
    text = page.read_text()
    assert "INCONCLUSIVE</span> 2 rows that cannot be believed" in text
    assert "<td>777</td>" not in text  # among widths
    table = store.with_suffix(".csv")
    assert command(["sweep", "export", str(store), "--output", str(table)]) == 3
    assert "exclude each other" in capsys.readouterr().err
    assert ",777," in table.read_text()  # as it is stored
    plan.write_text(SIMULATED_PLAN)
    assert command(["sweep", str(plan)]) == 0  # not about rows of this plan


def test_no_page_says_proved_of_what_was_only_read(rows: list[Row]) -> None:
    page = render_sweep(to_document("x", rows))
    assert "<strong>Nothing was proved again for this page</strong>" in page
    assert "Proved" not in page
    assert "proved lower end" not in page
    assert "--store NEW.sqlite" in page


def test_a_simulation_outside_of_stored_ends_asks_for_a_look(rows: list[Row]) -> None:
    row = row_of(rows, "success-bound", {"samples": 3})
    low = replace(row, result={"lower": "0", "upper": "0.001"})
    seen = row_of(rows, "success", {})
    hits = replace(seen, result={"hits": 9})
    document = to_document("x", [low, hits])
    assert document["contradictory"] == 0
    said = "n = 3: the simulation lies above the stored upper end"
    assert said in render_sweep(document)


def test_a_refuted_ticket_is_refuted_whatever_its_error(rows: list[Row]) -> None:
    row = row_of(rows, "prune", {"widths": "32"})
    refuted = replace(row, result=row.result | {"verdict": "REFUTED"})
    assert refuted.result["certified_error"] <= 1 / 2  # another claim is false
    assert not judge([refuted]).keys
    assert to_document("x", [refuted])["refuted"] == 1
