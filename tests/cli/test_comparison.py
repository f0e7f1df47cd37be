"""attack, certify, compare and check --bracket."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.graph import Dense, Input, Rectifier


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier, a rounded copy, a ticket, and images in grey levels."""
    path = tmp_path_factory.mktemp("compared")
    rng = np.random.default_rng(2)
    weights = [rng.standard_normal(s).astype(np.float32) for s in ((5, 4), (3, 5))]
    for name, digits in (("net", 9), ("rounded", 2)):
        first, last = (np.round(w, digits).astype(np.float32) for w in weights)
        graph = sv.TargetCNN(
            (
                Input(name="image", shape=(4,), low=(0,) * 4, high=(1,) * 4),
                Dense(name="first", sources=("image",), weight=first),
                Rectifier(name="relu", sources=("first",)),
                Dense(name="last", sources=("relu",), weight=last),
            )
        )
        graph.save(path / f"{name}.safetensors")
        if name == "net":
            widths = sv.suggested_widths(graph, "5%")
            sv.prune(graph, sv.RandomCNN(1, widths), eps="5%").save(path / "net.ticket")
    np.save(path / "grey.npy", rng.integers(0, 256, (9, 4), dtype=np.uint8))
    return path


def _run(folder: Path, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
    out, err = io.StringIO(), io.StringIO()
    names = {path.name: str(path) for path in folder.iterdir()}
    with redirect_stdout(out), redirect_stderr(err):
        found = run([names.get(argument, argument) for argument in arguments])
    assert found in codes, out.getvalue() + err.getvalue()
    return out.getvalue() or err.getvalue()


def test_the_bracket(folder: Path) -> None:
    attacked = json.loads(
        _run(folder, "attack", "net.ticket", "net.safetensors", "--json")
    )
    assert attacked["direction"] == "lower bound"
    assert attacked["seed"] == 0
    assert len(attacked["image"]) == 4
    checked = json.loads(
        _run(folder, "check", "net.ticket", "net.safetensors", "--bracket", "--json")
    )
    bracket = checked["bracket"]
    assert bracket["attacked"]["difference"] == attacked["difference"]
    low = Fraction(attacked["difference"])
    assert (
        low <= Fraction(bracket["certified"]) <= Fraction(checked["error_by_intervals"])
    )
    assert float(bracket["ratio"]) >= 1
    text = _run(folder, "check", "net.ticket", "net.safetensors", "--bracket")
    assert "certified / attacked = " in text
    assert "sup ||f - g||_max >= " in _run(
        folder, "attack", "net.ticket", "net.safetensors", "--seed", "1"
    )


def test_local_certificates(folder: Path) -> None:
    arguments = ("certify", "net.ticket", "net.safetensors", "grey.npy")
    found = json.loads(
        _run(folder, *arguments, "--scale", "1/255", "--json", codes=(0, 1, 3))
    )
    assert found["radius"] == "0"
    assert sum(found["counts"].values()) == len(found["images"]) == 9
    near = _run(
        folder, *arguments, "--scale", "1/255", "--radius", "1/255", codes=(0, 1, 3)
    )
    assert "of 9 proved" in near
    assert "outside the target's box" in _run(folder, *arguments, codes=(2,))


def test_networks_are_compared(folder: Path) -> None:
    both = ("compare", "net.safetensors", "rounded.safetensors")
    assert "VERIFIED: within 1" in _run(folder, *both, "--eps", "1")
    assert "REFUTED" in _run(folder, *both, "--eps", "1e-6", codes=(1,))
    found = json.loads(_run(folder, *both, "--json"))  # only measured
    assert found["verdict"] is None
    assert found["certified"] is not None
    assert [stage["stage"] for stage in found["per_stage"]] == ["first", "last"]
    images = ("--top1", "grey.npy", "--scale", "1/255")
    local = json.loads(_run(folder, *both, *images, "--json", codes=(0, 1, 3)))
    assert len(local["top1"]["images"]) == 9
    assert "same class" in _run(folder, *both, "--eps", "1", *images, codes=(0, 1, 3))
