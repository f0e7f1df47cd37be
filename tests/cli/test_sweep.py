"""``slth-verify sweep``: what it prints, and its exit codes."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from slth_verify import sweep
from slth_verify.cli import run
from slth_verify.cli._signals import EndedBySignal
from slth_verify.cli.printing.plain_progress import plain_progress

_GOOD = """
[[runs]]
kind = "success"
dimension = 1
samples = 3
eps = "1/4"
seed = [0, 1]
"""
_FAILS = """
[[runs]]
kind = "search"
dimension = 2
samples = 3
eps = "1/4"
seed = 0
solver = "one-dim"
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(_GOOD, encoding="utf-8")
    return path


def _json(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_sweep_its_table_and_its_page(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sweep", "--dry-run", str(plan)]) == 0
    assert "2 runs (2 success), 0 of them finished" in capsys.readouterr().out
    assert not plan.with_suffix(".sqlite").exists()
    assert run(["sweep", str(plan), "--resume"]) == 2
    assert run(["sweep", str(plan), "--workers", "1"]) == 0
    assert "plan.sqlite: 2 done; 2 ran now" in capsys.readouterr().out
    assert run(["sweep", str(plan), "--resume", "--json"]) == 0
    answer = _json(capsys)
    assert answer["outcomes"] == {"done": 2}
    assert (answer["ran"], answer["refuted"]) == (0, 0)
    assert run(["sweep", str(plan), "--dry-run", "--json"]) == 0
    assert _json(capsys)["finished"] == 2
    store = str(plan.with_suffix(".sqlite"))
    for command, name in (("export", "t.csv"), ("report", "t.html")):
        output = plan.with_name(name)
        assert run(["sweep", command, store, "--output", str(output)]) == 0
        assert output.stat().st_size > 100
        assert run(["sweep", command, store, "--output", store]) == 2
    assert run(["sweep", str(plan), "--resume"]) == 0


def test_runs_without_a_result_are_exit_code_3(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.write_text(_GOOD + _FAILS, encoding="utf-8")
    assert run(["sweep", str(plan), "--workers", "1", "--json"]) == 3
    assert _json(capsys)["outcomes"] == {"done": 2, "failed": 1}
    plan.write_text(_GOOD, encoding="utf-8")
    assert run(["sweep", str(plan), "--json"]) == 0
    assert _json(capsys)["outcomes"] == {"done": 2}


def test_a_wrong_plan_runs_nothing(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.write_text(_GOOD + _FAILS.replace("seed", "sead"), encoding="utf-8")
    assert run(["sweep", str(plan), "--json"]) == 2
    captured = capsys.readouterr()
    assert "line 9" in captured.err
    assert "2 mistakes" in json.loads(captured.out)["error"]
    assert not plan.with_suffix(".sqlite").exists()


def test_files_that_are_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "text.sqlite").write_text("no store" * 999)
    assert run(["sweep", str(tmp_path / "pipe.toml")]) == 2
    assert run(["sweep", str(tmp_path / "missing.toml")]) == 2
    for command in ("export", "report"):
        for name in ("pipe.toml", "text.sqlite"):
            output = str(tmp_path / "o.csv")
            given = ["sweep", command, str(tmp_path / name), "--output", output]
            assert run(given) == 2
    assert run(["sweep", str(tmp_path)]) == 2
    assert sorted(os.listdir(tmp_path)) == ["pipe.toml", "text.sqlite"]


def test_a_refuted_ticket_is_exit_code_1(plan: Path) -> None:
    from slth_verify.sweep import Answer, Row, Store, load_plan

    drawn = "[[runs]]\nkind='prune'\nkernel=1\nchannels='1,1'\neps=1\nseed=0\n"
    plan.write_text(drawn, encoding="utf-8")
    ticket = {"found": True, "used_widths": "9"}
    said = ticket | {"verdict": "REFUTED", "certified_error": None, "kept": 1}
    answer = Answer("done", result=said)
    with Store(plan.with_suffix(".sqlite"), create=True) as store:
        store.put(Row.of(load_plan(plan).runs[0], answer))
    assert run(["sweep", str(plan)]) == 1
    store, page = str(plan.with_suffix(".sqlite")), str(plan.with_suffix(".html"))
    assert run(["sweep", "report", store, "--output", page]) == 1


def test_plain_progress_says_what_is_left() -> None:
    said: list[str] = []
    with plain_progress(said.append, 0.0, 0.01, remaining=True) as advance:
        advance("runs", 1, 3)
        while not said:
            continue
    assert "runs 1/3, about 0 s left" in said[0]


def test_a_sweep_that_is_ended_says_how_it_goes_on(
    plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    true = sweep.run_sweep

    def ended(*arguments: Any, **options: Any) -> None:
        def end(*_: int) -> None:
            raise EndedBySignal(signal.SIGTERM)

        true(*arguments, **{**options, "progress": end})

    monkeypatch.setattr(sweep, "run_sweep", ended)
    words = ["sweep", str(plan), "--workers", "1"]
    assert run(words) == 143
    said = capsys.readouterr().err
    store = plan.with_suffix(".sqlite")
    assert f"1 of 2 runs have a row in {store}; the same command goes on" in said
    monkeypatch.undo()
    assert run(words) == 0
    assert "1 ran now" in capsys.readouterr().out


def test_a_sweep_that_is_refused_says_nothing_of_going_on(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.with_suffix(".sqlite").write_text("a letter")
    assert run(["sweep", str(plan)]) == 2
    assert "goes on" not in capsys.readouterr().err


@pytest.mark.parametrize("address", ["nonsense", "tcp://host", "", "a b:1", "host:x"])
def test_an_address_that_is_none_is_refused_at_once(
    address: str, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sweep", str(plan), "--scheduler", address]) == 2
    assert "an address such as tcp://host:8786" in capsys.readouterr().err
    assert not plan.with_suffix(".sqlite").exists()
