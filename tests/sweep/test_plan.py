"""Plans: what they mean, and all that is wrong with them at once, by line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import InvalidParameterError, UnusableFileError
from slth_verify.network import TargetCNN
from slth_verify.sweep import MOST_RUNS, InvalidPlanError, load_plan
from slth_verify.sweep.lines import places_of

Write = Callable[[str], Path]

SEARCH = """
[[runs]]
kind = "search"
dimension = [2, 3]
samples = 10
eps = "0.10"
seed = "7..9"
"""

HOSTILE = {
    "no toml": ("name =", 0),
    "nothing": ("", 0),
    "no block": ("runs = []", 1),
    "no list of blocks": ("runs = 5", 1),
    "numbers for blocks": ("runs = [1, 2]", 1),
    "unknown field above": ("nmae = 'x'" + SEARCH, 1),
    "steering name": ('name = "\\u001b[2J"' + SEARCH, 1),
    "unknown kind": ("[[runs]]\nkind = 'serch'", 2),
    "kind of another type": ("[[runs]]\nkind = [1]", 2),
    "no kind": ("[[runs]]\nseed = 1", 1),
    "unknown field": (SEARCH + "sead = 1", 8),
    "nothing of a list": (SEARCH.replace("[2, 3]", "[]"), 4),
    "lists in a list": (SEARCH.replace("[2, 3]", "[[2]]"), 4),
    "a table": (SEARCH.replace("[2, 3]", "{a = 1}"), 4),
    "a date": (SEARCH.replace("10\n", "1979-05-27\n"), 5),
    "a bool": (SEARCH.replace("10\n", "true\n"), 5),
    "not a number": (SEARCH.replace("10\n", "nan\n"), 5),
    "no whole number": (SEARCH.replace("10\n", "1.5\n"), 5),
    "huge exponent": (SEARCH.replace("0.10", "1e999999999"), 6),
    "tiny exponent": (SEARCH.replace("0.10", "1e-999999999"), 6),
    "thousands of digits": (SEARCH.replace("10\n", "9" * 5000 + "\n"), 0),
    "digits in words": (SEARCH.replace("0.10", "0." + "9" * 5000), 6),
    "zero eps": (SEARCH.replace("0.10", "0"), 6),
    "falling range": (SEARCH.replace("7..9", "9..7"), 7),
    "range beyond seeds": (SEARCH.replace("7..9", f"0..{1 << 64}"), 7),
    "range of digits": (SEARCH.replace("7..9", "0.." + "9" * 5000), 7),
    "unknown solver": (SEARCH + "solver = 'x'", 8),
    "pool beyond memory": (SEARCH.replace("10\n", "67000000\n"), 2),
    "no time": (SEARCH + "time_limit = 0", 8),
    "no memory": (SEARCH + "memory_limit = 1", 8),
    "deep brackets": ("a = " + "[" * 20_000 + "]" * 20_000, 0),
    "deep inline tables": ("a = " + "{a = " * 5_000 + "1" + "}" * 5_000, 0),
    "missing file": (
        "[[runs]]\nkind = 'prune'\neps = '1%'\nseed = 1\ntarget = 'no'",
        5,
    ),
    "folder for a file": (
        "[[runs]]\nkind = 'prune'\neps = '1%'\nseed = 1\ntarget = '..'",
        5,
    ),
    "file and shape": (
        "[[runs]]\nkind='prune'\neps='1'\nseed=1\ntarget='plan.toml'\nkernel=1\n"
        "channels=1",
        1,
    ),
    "no target": ("[[runs]]\nkind = 'prune'\neps = '1%'\nseed = 1", 1),
    "shapes that differ": (
        "[[runs]]\nkind='bound'\neps=1\nprobability='1/2'\nkernel='3,3'\n"
        "channels='1,2,3'\ndepth=3",
        1,
    ),
    "impossible probability": (
        "[[runs]]\nkind='bound'\neps=1\nprobability=1\nkernel=3\nchannels='1,2'",
        4,
    ),
}


def test_grids_lists_and_ranges(write_plan: Write) -> None:
    plan = load_plan(write_plan(SEARCH))
    assert plan.name == "plan"
    inputs = [run.named() for run in plan.runs]
    assert len(inputs) == 6
    assert inputs[0] == {
        "dimension": 2,
        "samples": 10,
        "eps": "1/10",
        "seed": 7,
        "solver": "auto",
    }
    assert {(i["dimension"], i["seed"]) for i in inputs} == {
        (dimension, seed) for dimension in (2, 3) for seed in (7, 8, 9)
    }


def test_runs_that_are_asked_for_twice_are_one(write_plan: Write) -> None:
    other = SEARCH.replace("0.10", "1/10").replace("7..9", "8..20")
    assert len(load_plan(write_plan(SEARCH + other)).runs) == 2 * 14


def test_a_key_is_of_all_inputs_and_limits(write_plan: Write) -> None:
    changes = [
        ("", ""),
        ("0.10", "0.11"),
        ("7..9", "17..19"),
        ("10\n", "11\n"),
        ("[2, 3]", "[4, 5]"),
        ("[[runs]]", "[[runs]]\nsolver = 'ladder'"),
        ("[[runs]]", "[[runs]]\ntime_limit = 7"),
        ("[[runs]]", "[[runs]]\nmemory_limit = 700"),
    ]
    keys = set()
    for old, new in changes:
        keys |= {
            run.key for run in load_plan(write_plan(SEARCH.replace(old, new))).runs
        }
    assert len(keys) == 6 * len(changes)


def test_a_target_is_known_by_its_bytes(write_plan: Write, tmp_path: Path) -> None:
    text = "[[runs]]\nkind='prune'\neps='1%'\nseed=1\ntarget=['a', 'b', 'c']"
    for name, value in (("a", 1.0), ("b", 1.0), ("c", 2.0)):
        kernel = np.full((1, 1, 1, 1), value, dtype=np.float32)
        TargetCNN.from_kernels((kernel,), (1, 2, 2)).save(tmp_path / name)
    runs = load_plan(write_plan(text)).runs
    assert [os.path.basename(run.source) for run in runs] == ["b", "c"]


def test_outer_limits_hold_where_a_block_has_none(write_plan: Write) -> None:
    text = "time_limit = 5\nmemory_limit = 512" + SEARCH + SEARCH + "time_limit = inf"
    limits = {run.limits for run in load_plan(write_plan(text)).runs}
    assert {(limit.seconds, limit.memory) for limit in limits} == {
        (5.0, 512),
        (None, 512),
    }


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_plans_are_refused_by_line(kind: str, write_plan: Write) -> None:
    text, line = HOSTILE[kind]
    with pytest.raises(InvalidPlanError) as caught:
        load_plan(write_plan(text))
    assert {found for found, _ in caught.value.problems} == {line}
    assert str(caught.value).isascii()
    assert "\x1b" not in str(caught.value)


def test_all_mistakes_are_told_at_once(write_plan: Write) -> None:
    text = SEARCH.replace("10\n", "0\n").replace("0.10", "x")
    text += "\n[[runs]]\nkind = 'width'\n\n[[runs]]\nkind = 'nothing'\n"
    text += "[[runs]]\nkind='prune'\neps='1'\nseed=1\n"
    with pytest.raises(InvalidPlanError) as caught:
        load_plan(write_plan(text))
    assert [line for line, _ in caught.value.problems] == [5, 6, 9, 9, 13, 14]
    assert "6 mistakes" in str(caught.value)


def test_huge_grids_are_refused_with_their_count(write_plan: Write) -> None:
    text = SEARCH.replace("7..9", "0..99999999999999999")
    with pytest.raises(
        InvalidPlanError, match=f"2{'0' * 17} runs: at most {MOST_RUNS}"
    ):
        load_plan(write_plan(text))
    whole = SEARCH.replace("7..9", f"0..{(1 << 64) - 1}")
    with pytest.raises(InvalidPlanError, match=f"{1 << 65} runs"):
        load_plan(write_plan(whole))


def test_many_mistakes_are_cut(write_plan: Write) -> None:
    with pytest.raises(InvalidPlanError, match="and 350 more") as caught:
        load_plan(write_plan("[[runs]]\nkind = 5\n" * 400))
    assert len(caught.value.problems) == 400


def test_only_regular_files_of_bounded_size_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "large.toml").write_bytes(b"#" * (1 << 17))
    for name in ("pipe.toml", "large.toml", "missing.toml"):
        with pytest.raises(UnusableFileError):
            load_plan(tmp_path / name)
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(InvalidPlanError):
        load_plan(tmp_path / "latin.toml")


@given(st.text(alphabet="[]{}=\"'\\#ax1.,\n r", max_size=60))
def test_no_text_breaks_the_search_for_lines(text: str) -> None:
    places_of(text)


def test_lines_of_statements_that_go_on() -> None:
    text = (
        "a = 1 # [[runs]]\n\n[[runs]]\nb = [ # ]\n 1,\n]\n'c d' = '''\n[[runs]]\nx=1\n"
        '\'\'\'\n[[runs]]\n"e" = "]"\nf.g = {h = 1}\n'
    )
    assert places_of(text) == {
        (0, "a"): 1,
        (1, ""): 3,
        (1, "b"): 4,
        (1, "c d"): 7,
        (2, ""): 11,
        (2, "e"): 12,
        (2, "f"): 13,
    }


def test_an_invalid_plan_is_an_invalid_parameter() -> None:
    assert issubclass(InvalidPlanError, InvalidParameterError)
