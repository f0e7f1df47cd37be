"""Mutants are single changes, each another program; tests notice them or do not."""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[3]))  # where benchmarks/ lies

from benchmarks.coverage import mutants
from benchmarks.support.mutation import reach
from benchmarks.support.mutation.mutants import mutants_of
from benchmarks.support.mutation.trials import put_in_place

_SOURCE = '''
def f(x: int = 3, y: "a < b" = None) -> "c + 1":
    """Text + 1."""
    if not x < 2 and y:
        raise ValueError(f"{x}" + "text")
    require(x)
    return -max(x.low, 2) if x is y else True
'''

_CHANGES = (
    *("3 becomes 4", "3 becomes 2", "the condition is false", "the condition is true"),
    *("and/or", "not is dropped", "Lt becomes LtE", "Lt becomes Gt", "2 becomes 3"),
    *("2 becomes 1", "an exception is not raised", "a call is dropped"),
    *("the condition is false", "the condition is true", "minus is dropped"),
    *("max becomes min", ".low becomes .high", "2 becomes 3", "2 becomes 1"),
    *("Is becomes IsNot", "True becomes False"),
)


def test_every_change_is_one_and_no_text_is_changed() -> None:
    found = mutants_of(_SOURCE)
    assert sorted(mutant.change for mutant in found) == sorted(_CHANGES)
    plain = ast.unparse(ast.parse(_SOURCE))
    wrong = [mutant.source(_SOURCE) for mutant in found]
    assert len(set(wrong)) == len(wrong)
    assert plain not in wrong
    for source in wrong:
        compile(source, "x", "exec")
        assert "Text + 1" in source
        assert "a < b" in source


_CLASSES = """
from dataclasses import dataclass
from functools import cached_property, lru_cache
FACTOR = 3
ONCE = tuple(x + 1 for x in range(3)), lambda x: x + 1
@dataclass(frozen=True, slots=True)
class A:
    x: int = 1
    @property
    def double(self):
        return sum(self.x for _ in range(2))
    @classmethod
    def three(cls):
        return cls(3)
    @staticmethod
    def four():
        return 4
    @lru_cache
    def five(self):
        def inner():
            return self.x * FACTOR
        return inner() + 5
class B:
    @cached_property
    def seven(self):
        return 7
    def __init__(self):
        self.kept = sum(x for x in (1, 2))
def six(y=6):
    return y + 6
"""


def test_functions_are_changed_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("told_in_place")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(_CLASSES, "told", "exec"), vars(module))
    kept, one, six = module.A.five, module.A(), module.six

    def told() -> list[int]:
        kept.cache_clear()
        more = [module.B().seven, module.B().kept]
        return [one.double, one.three().x, one.four(), one.five(), six(), *more]

    truth = [2, 3, 4, 8, 12, 7, 3]
    assert told() == truth
    inside = [mutant for mutant in mutants_of(_CLASSES) if mutant.inside]
    assert len(inside) == 19
    for mutant in inside:
        put_in_place(module, compile(mutant.source(_CLASSES), "told", "exec"))
        assert told() != truth, mutant
    put_in_place(module, compile(_CLASSES, "told", "exec"))
    assert told() == truth
    with pytest.raises((LookupError, AttributeError)):
        put_in_place(module, compile("def seven():\n    pass", "told", "exec"))


def test_mutants_know_their_lines_and_statements() -> None:
    found = mutants_of("x = f(\n    1,\n    2 < 3,\n)\n")
    assert {(mutant.line, mutant.statement) for mutant in found} == {(2, 1), (3, 1)}


_HERE = """
import os
from pathlib import Path
from benchmarks.support.mutation import trials
name = "slth_verify.bounds.rechecking.one_target"
path = Path(*name.split(".")).with_suffix(".py").absolute()
test = ["tests/bounds/rechecking/test_recheck_others.py"]
source = path.read_text()
trials._HEAVY = ("pytest",)
trials.prepare(())
told = [
    trials.try_mutant(name, path, text, test, 60)
    for text in ("raise SystemError", source)
]
assert told == ["killed", "survived"], told
"""


@pytest.mark.nightly
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_a_module_of_the_package_is_changed_indeed() -> None:
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", _HERE], cwd=root, check=True)


@pytest.mark.nightly  # seconds in a process of its own
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_a_wrong_module_is_noticed_by_its_test_alone(tmp_path: Path) -> None:
    """In a process of its own, which forks before the module is loaded."""
    (tmp_path / "told.py").write_text("def double(x):\n    return 2 * x\n")
    test = tmp_path / "test_told.py"
    test.write_text(
        "def test_two():\n    import told\n    assert told.double(2) == 4\n"
        "def test_nothing():\n    import told\n    assert told.double(0) == 0\n"
        "def test_endless():\n    import told\n    while told.double(1) != 2:\n"
        "        pass\n"
        "def test_else():\n    pass\n"
    )
    code = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(tmp_path)!r})
from benchmarks.support.mutation import trials
trials._HEAVY = ("pytest", "hypothesis.strategies", "slth_verify.suite")
trials.prepare(())
path = Path({str(tmp_path)!r}, "told.py")
wrong = "def double(x):\\n    return 2 + x + x\\n"
for source, name in (
    (wrong, "test_two"), (path.read_text(), "test_two"),
    (wrong.replace("2 +", "0 +"), "test_two"),
    ("def double(x):\\n    return 3 * x", "test_nothing"),
    (wrong, "test_endless"),
    (wrong, "test_else"),
):
    tests = [f"{test}::{{name}}"]
    seconds = 0.1 if name == "test_endless" else 60
    print(trials.try_mutant("told", path, source, tests, seconds))
def broken(name, tests):
    try:
        print(trials.try_mutant(name, path, wrong, tests, 5))
    except RuntimeError as error:
        print("cannot be run" in str(error))
broken("told", ["nowhere.py"])
import told
print(trials.try_mutant("told", path, wrong, [{str(test)!r} + "::test_two"], 5))
broken("told", [{str(test)!r} + "::test_gone"])
told.double = max
broken("told", [{str(test)!r} + "::test_two"])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    expected = ["killed", "survived", "survived", "survived", "out of time"]
    # what cannot be changed in place, or has no tests, is not taken for noticed
    expected += ["not loaded by its tests", "True", "killed", "True", "True"]
    assert done.stdout.split("\n")[:-1] == expected, done.stderr


def test_a_survivor_without_a_reason_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = mutants._Scope(("bounds/rechecking/proved.py",), (), ())
    monkeypatch.setattr(mutants, "_SCOPES", {"proved": scope})
    monkeypatch.setattr(mutants, "_EXPLAINED", tmp_path / "survivors.toml")
    monkeypatch.setattr(mutants, "_PUBLISHED", tmp_path / "mutants.json")
    monkeypatch.setattr(mutants, "prepare", lambda below: None)
    monkeypatch.chdir(tmp_path)
    every = [key for key, *_ in mutants._every("proved")]
    assert len(set(every)) == len(every) > 5
    first, second, *rest = every
    told = {first: "survived", second: "not loaded by its tests", "moved": "survived"}
    told |= dict.fromkeys(rest, "killed")
    journal = tmp_path / "journal"
    journal.write_text("\n".join(json.dumps([key, [x]]) for key, x in told.items()))

    tried: list[str] = []

    def noticed(name: str, path: Path, source: str, *more: Any) -> str:
        tried.append(source)
        return "killed"

    monkeypatch.setattr(mutants, "try_mutant", noticed)
    monkeypatch.setattr(mutants, "warm", lambda tests: None)
    monkeypatch.setattr(mutants, "_near", lambda path, scope: ["a test"])

    def sums(*explained: str, save: bool, again: bool = False) -> dict[str, Any]:
        lines = (f"{json.dumps(key)} = 'equivalent'\n" for key in explained)
        mutants._EXPLAINED.write_text("".join(lines))
        options = argparse.Namespace(
            tests="", journal=str(journal), scope="proved", sample=10**6, seed=1,
            seconds=1e9, save=save, functions=False, again=again, more="",
        )  # fmt: skip
        return dict(mutants.run(options)[0]["scopes"]["proved"])

    found = sums(first, save=False)
    assert found["survivors"] == {first: "equivalent", second: "not explained"}
    assert (found["mutants"], found["tried"]) == (len(every), len(every))
    with pytest.raises(AssertionError) as told_so:
        sums(first, save=True)
    assert second in str(told_so.value)
    assert first not in str(told_so.value)
    assert sums(first, second, save=True)["outcomes"]["survived"] == 1
    assert not tried
    # those that nothing explains are tried once more, and no others
    assert sums(first, save=True, again=True)["survivors"] == {first: "equivalent"}
    assert len(tried) == 1


def test_tests_that_reach_least_come_first(tmp_path: Path) -> None:
    here = "tests.meta.coverage.test_mutants"
    narrow, wide = f"{here}.test_narrow", f"{here}.test_wide"
    contexts = {"3": ["", wide, narrow, "gone.test_x"], "4": [wide], "5": [""]}
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"files": {"a.py": {"contexts": contexts}}}))
    found = reach.reached(report)["a.py"]
    first, second = (
        f"tests/meta/coverage/test_mutants.py::{name}"
        for name in ("test_narrow", "test_wide")
    )
    assert found == {0: [first, second], 3: [first, second], 4: [second], 5: []}


def test_what_hypothesis_runs_is_all_that_it_may_be(tmp_path: Path) -> None:
    engine = "hypothesis.internal.conjecture.engine.ConjectureRunner.test_function"
    narrow = "tests.meta.coverage.test_mutants.test_narrow"
    report = tmp_path / "report.json"
    contexts = {"3": [engine, narrow], "4": [engine]}
    report.write_text(json.dumps({"files": {"a.py": {"contexts": contexts}}}))
    found = reach.reached(report)["a.py"]
    assert found[4] == [reach.GIVEN]
    # what is known to reach the line goes first
    assert found[3] == ["tests/meta/coverage/test_mutants.py::test_narrow", reach.GIVEN]
    gates = "tests/forms/relaxations/test_gates.py"
    assert reach.drawn_tests([gates, "tests/forms/joint/test_joint_rows.py"]) == [
        f"{gates}::test_a_gate_is_between_its_bounds",
        f"{gates}::test_the_positive_part_is_between_its_bounds",
    ]
