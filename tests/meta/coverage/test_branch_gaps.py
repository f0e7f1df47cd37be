"""A branch that no test takes has a name and a reason, or the gate is closed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[3]))  # where benchmarks/ lies

from benchmarks.coverage import branches

_FILE = "slth_verify/verdict.py"
_LINES = Path(__file__).parents[3].joinpath(_FILE).read_text().splitlines()
_START = next(i for i, x in enumerate(_LINES, 1) if x.startswith("    for worst in"))


def _report(missing: list[list[int]], lines: list[int]) -> dict[str, Any]:
    found = {"missing_branches": missing, "missing_lines": lines}
    totals = dict.fromkeys(("covered_branches", "num_branches"), 0)
    totals |= dict.fromkeys(("covered_lines", "num_statements"), 0)
    return {"files": {_FILE: {"functions": {"overall": found}}}, "totals": totals}


_OPEN = _report([[_START, _START + 3], [_START, -119]], [_START + 1])
_NAMES = "\n".join(
    f"{branches._toml(gap)}\nwhy = 'as a test'" for gap in branches.gaps(_OPEN)
)


def test_gaps_are_told_by_the_text_of_their_lines() -> None:
    found = list(branches.gaps(_OPEN))
    assert [gap.function for gap in found] == ["overall"] * 3
    assert (
        found[0].line
        == "for worst in (Verdict.REFUTED, Verdict.INCONCLUSIVE, Verdict.VACUOUS):"
    )
    assert found[0].to.startswith("return Verdict.VERIFIED")
    assert found[1].to == ""
    assert found[2].line == found[2].to != found[0].line
    # a line that only a missing branch leads to is one gap, not two
    once = list(branches.gaps(_report([[_START, _START + 1]], [_START + 1])))
    assert len(once) == 1


def test_named_gaps_pass_and_all_else_does_not() -> None:
    assert not branches.compare(_OPEN, _NAMES)
    assert "not named" in branches.compare(_OPEN, "")[0]
    (more,) = branches.compare(_report([], []), _NAMES.partition("\n\n")[0])[:1]
    assert "no gap any more" in more
    with pytest.raises(ValueError, match="without a reason"):
        branches.compare(_OPEN, _NAMES.replace("as a test", " "))


def test_the_command_fails_on_a_new_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names, report = tmp_path / "gaps.toml", tmp_path / "coverage.json"
    monkeypatch.setattr(branches, "NAMED", names)
    report.write_text(json.dumps(_OPEN))
    names.write_text("")
    assert branches.main([str(report)]) == 1
    assert "not named" in capsys.readouterr().out
    # one room alone
    assert branches.main([str(report), "graph", "enclosure"]) == 0
    assert branches.main([str(report), "graph", "verdict.py"]) == 1
    names.write_text(_NAMES)
    assert branches.main([str(report)]) == 0
    report.write_text(json.dumps(_report([], [])))
    assert branches.main([str(report), "graph"]) == 0
    assert branches.main([str(report), "verdict.py"]) == 1


def test_every_named_gap_is_of_a_file_and_has_a_reason() -> None:
    for gap in branches.named(branches.NAMED.read_text(encoding="utf-8")):
        lines = Path(__file__).parents[3].joinpath(gap.file).read_text().splitlines()
        assert gap.line in map(str.strip, lines)
