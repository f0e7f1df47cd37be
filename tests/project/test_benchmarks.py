"""Every benchmark can be started, and what it reads lies where it looks."""

from __future__ import annotations

import importlib
import pkgutil
import runpy
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2]))  # where benchmarks/ lies

import benchmarks
from benchmarks.coverage import mutants

_ROOT = Path(__file__).resolve().parents[2]
_MODULES = sorted(
    found.name
    for found in pkgutil.walk_packages(benchmarks.__path__, "benchmarks.")
    if not found.ispkg
)
_PROGRAMS = [name for name in _MODULES if ".support." not in name]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # some import others
def test_every_benchmark_tells_its_options(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in _PROGRAMS:
        monkeypatch.setattr(sys, "argv", [name, "--help"])
        with pytest.raises(SystemExit) as ended:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        assert not ended.value.code, name
        text = capsys.readouterr().out
        assert text.startswith(f"usage: python -m {name} "), text[:80]
    assert len(_PROGRAMS) > 20


@pytest.mark.parametrize("name", _MODULES)
def test_every_path_that_a_benchmark_names_exists(name: str) -> None:
    module = importlib.import_module(name)
    for variable, value in vars(module).items():
        if isinstance(value, Path):
            assert value.exists(), f"{name}.{variable}: {value}"


def test_the_files_of_every_scope_of_mutants_exist() -> None:
    assert mutants._EXPLAINED.is_file()
    for name, scope in mutants._SCOPES.items():
        for pattern in scope.files:
            assert list((_ROOT / "slth_verify").glob(pattern)), (name, pattern)
        for place in scope.tests:
            assert (_ROOT / place).exists(), (name, place)
        assert mutants._near("", name)
