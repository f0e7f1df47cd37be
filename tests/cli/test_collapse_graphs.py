"""``slth-verify collapse`` of a graph's ticket."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from handmade.collapsed_graphs import FALSE

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.construction import collapse
from slth_verify.graph import TargetCNN

Maker = Callable[..., sv.Ticket]


Images = Callable[..., np.ndarray]


@pytest.fixture
def files(grouped: TargetCNN, hand_ticket: Maker, tmp_path: Path) -> dict[str, str]:
    found = {
        name: str(tmp_path / f"{name}.safetensors")
        for name in ("ticket", "target", "small")
    }
    hand_ticket(grouped).save(found["ticket"])
    grouped.save(found["target"])
    return found


@pytest.mark.parametrize("merge", [False, True])
def test_command_collapses(
    merge: bool,
    files: dict[str, str],
    grouped: TargetCNN,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["collapse", files["ticket"], "--target", files["target"]]
    arguments += ["--output", files["small"], *(["--merge"] if merge else [])]
    assert run(arguments) == 0
    assert "parameters" in capsys.readouterr().out
    assert run([*arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    small = collapse(files["ticket"], files["target"], merge=merge)
    assert document["parameters"] == {
        "random": small.before.parameters,
        "collapsed": small.after.parameters,
    }
    assert document["bytes"]["collapsed"] == small.bytes_after
    read = TargetCNN.from_file(files["small"])
    assert read.sha256 == small.graph.sha256
    assert read.output_shape == grouped.output_shape


def test_command_asks_for_the_target(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["collapse", files["ticket"], "--output", files["small"]]
    assert run(arguments) == 2
    assert "--target" in capsys.readouterr().err
    assert not Path(files["small"]).exists()
    arguments = ["collapse", files["ticket"], "--target", files["target"]]
    assert run([*arguments, "--output", files["target"]]) == 2
    assert "--target" in capsys.readouterr().err


def test_command_writes_nothing_from_a_false_ticket(
    files: dict[str, str],
    grouped: TargetCNN,
    hand_ticket: Maker,
    capsys: pytest.CaptureFixture[str],
) -> None:
    false = dataclasses.replace(hand_ticket(grouped), **FALSE["another target"])
    false.save(files["ticket"])
    arguments = ["collapse", files["ticket"], "--target", files["target"], "--json"]
    assert run([*arguments, "--output", files["small"]]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "REFUTED"
    assert not Path(files["small"]).exists()
