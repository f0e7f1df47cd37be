"""Options are read as what they say, or refused by name."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.cli.arguments.types import MEBIBYTES, SECONDS, integer, integers


def _read(kind: click.ParamType, text: str) -> object:
    return kind.convert(text, None, None)


@given(st.lists(st.integers(1, 10**30), min_size=1, max_size=5))
def test_integers_mean_what_is_written(numbers: list[int]) -> None:
    text = ",".join(map(str, numbers))
    assert _read(integers(1), text) == tuple(numbers)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("1e3,7.0", (1000, 7)), ("100000,2e6", (100_000, 2_000_000)),
     ("17,9007199254740993", (17, 9007199254740993)), (" 3 , 4", (3, 4))],
)  # fmt: skip
def test_forms_of_whole_numbers(text: str, numbers: tuple[int, ...]) -> None:
    assert _read(integers(1), text) == numbers


@pytest.mark.parametrize(
    "text",
    ["", ",", "1,,2", "1.7,9007199254740993", "1.9", "True", "0", "-1", "nan", "inf",
     "1e999999999", "9" * 5000, "0x10", "1_000", "1;2", "\u0663"],
)  # fmt: skip
def test_other_lists_are_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        _read(integers(1, 1 << 48), text)


@pytest.mark.parametrize("text", ["", "1.9", "x", "-1", "True", "9" * 5000, "1e99999"])
def test_other_integers_are_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        _read(integer(0, 10**9), text)


NO_LIMITS = ["0", "-1", "nan", "inf", "", "x", "1_0", "\u0663", "1e999999999"]


@pytest.mark.parametrize("text", NO_LIMITS)
@pytest.mark.parametrize("kind", [SECONDS, MEBIBYTES])
def test_other_limits_are_refused(kind: click.ParamType, text: str) -> None:
    with pytest.raises(click.BadParameter):
        _read(kind, text)


def test_mebibytes_are_bytes() -> None:
    assert _read(MEBIBYTES, "1/2") == 1 << 19
    assert _read(MEBIBYTES, "1024") == 1 << 30
    assert _read(MEBIBYTES, "1e-300") == 1
    assert _read(MEBIBYTES, "1e300") == sys.maxsize


@pytest.mark.parametrize("value", NO_LIMITS)
@pytest.mark.parametrize(
    ("command", "options"),
    [
        (["check", "{file}", "{file}"], ["--time-limit", "--memory-limit"]),
        (["bounds", "recheck", "{file}"], ["--time-limit", "--memory-limit"]),
        (["bounds", "mrss", "--dim", "2", "--eps", "0.1"], ["--time-limit"]),
        (["prune", "{file}", "--eps", "1", "--seed", "1", "--output", "{file}.o"],
         ["--time-limit", "--memory-limit"]),
    ],
)  # fmt: skip
def test_every_limit_is_read_alike(
    command: list[str],
    options: list[str],
    value: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "file"
    file.touch()
    words = [word.format(file=file) for word in command]
    for option in options:
        assert run([*words, option, value]) == 2
        said = capsys.readouterr().err
        assert option in said
        assert "Traceback" not in said


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (["bounds", "mrss", "--eps", "0.1", "--dim"], "dim"),
        (["bounds", "success", "--dim", "2", "--eps", "0.1", "--n"], "n"),
        (["bounds", "network", "--channels", "1,4", "--eps", "0.1", "--delta", "0.1",
          "--kernel"], "kernel"),
        (["bounds", "network", "--kernel", "3", "--eps", "0.1", "--delta", "0.1",
          "--channels"], "channels"),
        (["prune", "{target}", "--eps", "1", "--output", "{folder}/o", "--seed"],
         "seed"),
        (["prune", "{target}", "--eps", "1", "--output", "{folder}/o", "--seed", "1",
          "--widths"], "widths"),
        (["prune", "{target}", "--eps", "1", "--output", "{folder}/o", "--seed", "1",
          "--workers"], "workers"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["", "1.9", "True", "9" * 4000, "1e999999999"])
def test_every_option_refuses_the_same_numbers(
    command: list[str],
    option: str,
    value: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "net.safetensors"
    sv.TargetCNN.from_kernels((np.ones((1, 1, 1, 1), np.float32),), (1, 2, 2)).save(
        target
    )
    words = [word.format(target=target, folder=tmp_path) for word in command]
    assert run([*words, value]) == 2
    said = capsys.readouterr().err
    assert option in said
    assert len(said) < 600
    assert not (tmp_path / "o").exists()
