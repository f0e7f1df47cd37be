"""prune and check of networks with biases, pooling and dense layers."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.graph import Convolution, Dense, Input, MaxPool, Rectifier, Reshape


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("targets") / "net.safetensors"
    sv.TargetCNN(
        (
            Input(name="image", shape=(1, 6, 6), low=(0,), high=(1,)),
            Convolution(
                name="conv",
                sources=("image",),
                weight=(rng.standard_normal((2, 1, 3, 3)) / 3).astype(np.float32),
                bias=np.array([0.1, -0.2], np.float32),
            ),
            Rectifier(name="relu", sources=("conv",)),
            MaxPool(name="pool", sources=("relu",), window=(2, 2), stride=(2, 2)),
            Reshape(name="flat", sources=("pool",), shape=(8,)),
            Dense(
                name="dense",
                sources=("flat",),
                weight=(rng.standard_normal((2, 8)) / 3).astype(np.float32),
            ),
        )
    ).save(path)
    return path


def _run(*arguments: object, code: int = 0) -> str:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        found = run([str(argument) for argument in arguments])
    assert found == code, out.getvalue() + err.getvalue()
    return out.getvalue() or err.getvalue()


@pytest.fixture(scope="module")
def ticket(target: Path) -> Path:
    path = target.with_name("net.ticket")
    content = json.loads(
        _run("prune", target, "--eps", "30%", "--seed", 1, "--output", path, "--json")
    )
    assert len(content["kept"]) == len(content["widths"]) == 2
    assert "target" not in content
    return path


def test_a_graph_is_pruned_and_checked(target: Path, ticket: Path) -> None:
    told = _run("check", ticket, target)
    assert told.startswith("VERIFIED")
    assert "conv" in told
    assert "dense" in told
    assert "every image" in told
    content = json.loads(_run("check", ticket, target, "--json"))
    assert [stage["stage"] for stage in content["per_stage"]] == ["conv", "dense"]
    assert content["verdict"] == "VERIFIED"
    assert content["trivial"] is not True


def test_a_smaller_eps_is_not_verified(target: Path, ticket: Path) -> None:
    for eps, code in (("1e-9", 1), ("1000", 3)):
        told = _run("check", ticket, target, "--eps", eps, "--json", code=code)
        content = json.loads(told)
        assert content["verdict"] == ("REFUTED" if code == 1 else "VACUOUS")
        assert ("witness" in content) is (code == 1)


def test_a_box_beside_the_graphs_own_is_refused(target: Path, ticket: Path) -> None:
    told = _run(
        *("prune", target, "--eps", 1, "--seed", 1, "--box", "0,1"),
        *("--output", ticket.with_name("x")),
        code=2,
    )
    assert "--box" in told


def test_budgets_cap_the_whole(target: Path, ticket: Path) -> None:
    arguments = "prune", target, "--eps", "30%", "--seed", 1, "--budget"
    output = ticket.with_name("y")
    told = _run(*arguments, 10, "--output", output, code=2)
    assert "budget=10" in told
    assert not output.exists()
    _run(*arguments, 10**6, "--output", output)
    assert output.read_bytes() == ticket.read_bytes()


def test_weights_are_stored_when_asked_for(target: Path, ticket: Path) -> None:
    arguments = "prune", target, "--eps", "30%", "--seed", 1, "--with-weights"
    output = ticket.with_name("z")
    _run(*arguments, "--output", output)
    stored = sv.Ticket.load(output)
    assert all(stage.weights is not None for stage in stored.stages)
    assert _run("check", output, target).startswith("VERIFIED")


def test_pickles_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(b"\x80\x04.")
    told = _run(
        *("prune", path, "--eps", 1, "--seed", 1, "--output", tmp_path / "t"), code=2
    )
    assert "pickle" in told


def test_files_in_each_other_s_place_are_named(target: Path, ticket: Path) -> None:
    told = _run("check", target, ticket, code=2)
    assert "it is a target; the ticket comes first, then its target" in told
    told = _run("check", ticket, ticket, code=2)
    assert "It is a ticket: give the ticket first, then its target" in told


@pytest.mark.parametrize(
    ("ending", "word"),
    [("onnx", "from_onnx"), ("PT2", "from_pt2"), ("pt", "pickle"), ("x", "save")],
)
def test_files_of_other_tools_are_told_how_they_are_read(
    ending: str, word: str, ticket: Path
) -> None:
    path = ticket.with_name(f"model.{ending}")
    path.write_bytes(b"\x80\x04.")
    assert word in _run("check", ticket, path, code=2)


def test_another_target_is_refuted(ticket: Path, tmp_path: Path) -> None:
    plain = sv.TargetCNN.from_kernels(
        (np.ones((1, 1, 1, 1), np.float32),), (1, 2, 2), name="one"
    )
    path = tmp_path / "plain.safetensors"
    plain.save(path)
    assert "made for this target" in _run("check", ticket, path, code=1)


def test_onnx_files_need_a_box(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"")
    arguments = "prune", path, "--eps", 1, "--seed", 1, "--output", tmp_path / "t"
    assert "--box" in _run(*arguments, code=2)
    assert "LOW,HIGH" in _run(*arguments, "--box", "0", code=2)
