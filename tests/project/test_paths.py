"""Whatever takes a path says in words that None or a number is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import slth_verify as sv
from slth_verify.errors import InvalidParameterError, SlthVerifyError, UnusableFileError
from slth_verify.report import load_profile, run_report, write_document
from slth_verify.subset_sum import Journal
from slth_verify.suite import read_suite
from slth_verify.sweep import Plan, Store, load_plan, run_sweep
from slth_verify.sweep.export import export

_TAKE_A_PATH: dict[str, Callable[[Any], Any]] = {
    "target": sv.TargetCNN.from_file,
    "ONNX": sv.TargetCNN.from_onnx,
    "pt2": sv.TargetCNN.from_pt2,
    "ticket": sv.Ticket.load,
    "plan": load_plan,
    "profile": load_profile,
    "store": Store,
    "journal": Journal,
    "suite": read_suite,
    "table": lambda path: export([], path),
    "report": lambda path: run_report(load_profile("quick"), output=path, seed=1),
    "document": lambda path: write_document({}, path),
    "sweep": lambda path: run_sweep(Plan(name="none", runs=()), path),
}


@pytest.mark.parametrize("wrong", [None, 3, 1.5, ["a"]], ids=repr)
@pytest.mark.parametrize("name", _TAKE_A_PATH)
def test_what_is_no_path_is_refused_in_words(name: str, wrong: Any) -> None:
    with pytest.raises(SlthVerifyError, match=r"path=|store=|output=|profile="):
        _TAKE_A_PATH[name](wrong)


@pytest.mark.parametrize("kind", [str, Path, lambda text: Path(text).as_posix()])
def test_texts_and_paths_name_the_same_file(kind: Any, tmp_path: Path) -> None:
    missing = kind(str(tmp_path / "missing.toml"))
    with pytest.raises(UnusableFileError, match=r"missing\.toml"):
        load_plan(missing)
    with pytest.raises(InvalidParameterError, match=r"missing\.toml"):
        load_profile(missing)
