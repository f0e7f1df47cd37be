"""The recipe for CI jobs does what it says, in a project of somebody else."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

RECIPE = Path(__file__).resolve().parents[2] / "examples" / "ci"
PLUGIN = (
    ()
    if any(entry.name == "slth_verify" for entry in entry_points(group="pytest11"))
    else ("-p", "slth_verify.pytest_plugin")
)
SUITE = """
from slth_verify import Verdict

def test_width(slth):
    slth.verdict(Verdict.{verdict}, claim="it is wide enough", reason="a proof")
    slth.bound("width", {width})
"""


def _verify(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    known = {
        "PYTHON": sys.executable,
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_ACTIONS": "true",
    }
    words = ["bash", str(RECIPE / "verify.sh"), "-q", "-p", "no:cacheprovider", *PLUGIN]
    return subprocess.run(
        words,
        cwd=folder,
        env=os.environ | known | more,
        capture_output=True,
        text=True,
        check=False,
    )


def _suite(folder: Path, verdict: str, width: int) -> None:
    text = SUITE.format(verdict=verdict, width=width)
    (folder / "test_mine.py").write_text(text, encoding="utf-8")


def test_the_recipe_reports_compares_and_fails(tmp_path: Path) -> None:
    _suite(tmp_path, "VERIFIED", 12)
    first = _verify(tmp_path, SLTH_OLDER="missing.json")
    assert first.returncode == 0, first.stdout + first.stderr
    summary = tmp_path / "summary.md"
    assert summary.read_text().startswith("## VERIFIED: slth-verify report")
    assert (tmp_path / "slth-pages" / "slth-suite.html").is_file()
    assert "::error" not in first.stdout
    older = (tmp_path / "slth-suite.json").rename(tmp_path / "older.json")
    _suite(tmp_path, "REFUTED", 13)
    refuted = _verify(tmp_path, SLTH_OLDER=older.name)
    assert refuted.returncode == 1  # a verdict's own code comes before that of worse
    assert "::error file=test_mine.py,title=REFUTED" in refuted.stdout
    assert "## REFUTED" in summary.read_text()
    assert "| worse | test\\_mine.py::test\\_width | width |" in summary.read_text()


def test_what_is_compared_with_is_not_replaced(tmp_path: Path) -> None:
    kept = tmp_path / "slth-suite.json"
    kept.write_text("{}")
    done = _verify(tmp_path, SLTH_OLDER=str(kept))
    assert done.returncode == 2
    assert "keep a copy" in done.stderr
    assert kept.exists()


def test_the_action_runs_the_recipe_with_all_its_inputs() -> None:
    yaml = pytest.importorskip("yaml")
    text = (RECIPE / "action.yml").read_text(encoding="utf-8")
    action: dict[str, Any] = yaml.safe_load(text)
    assert action["runs"]["using"] == "composite"
    (step,) = action["runs"]["steps"]
    # a value that stood in the script could become a command
    assert "${{" not in step["run"]
    assert "verify.sh" in step["run"]
    passed = set(step["env"].values())
    assert passed == {f"${{{{ inputs.{name} }}}}" for name in action["inputs"]}
    script = (RECIPE / "verify.sh").read_text(encoding="utf-8")
    for name in step["env"]:
        assert name in script + step["run"]
    assert "://" not in text + script
