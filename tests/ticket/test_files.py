"""Damaged and hostile ticket and target files are refused with a clear error."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.errors import InvalidTargetError, InvalidTicketError
from slth_verify.ticket import Ticket

_DESCRIPTION = '{"schema_version": 1, "input_shape": [1, 6, 6]}'


@pytest.fixture(scope="module")
def ticket() -> Ticket:
    rng = np.random.default_rng(6)
    shapes = [(2, 1, 3, 3), (2, 2, 1, 1)]
    kernels = tuple(
        (rng.standard_normal(shape) / 4).astype(np.float32) for shape in shapes
    )
    target = sv.TargetCNN(kernels, (1, 6, 6), "toy")
    widths = sv.suggested_widths(target, "1/2")
    return sv.prune(target, sv.RandomCNN(seed=21, widths=widths), eps="1/2")


@pytest.mark.parametrize("cut", [10, 100, -1])
def test_truncated_file_is_refused(cut: int, ticket: Ticket, tmp_path: Path) -> None:
    path = tmp_path / "cut.ticket"
    path.write_bytes(ticket.to_bytes()[:cut])
    with pytest.raises(InvalidTicketError, match="slth-verify prune"):
        Ticket.load(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema_version", 2),
        ("eps", "nan"),
        ("eps", "1e999999999"),
        ("eps", "1/0"),
        ("eps", 0.25),
        ("scale_exponents", [10**9, 0]),
        ("random_network", {"generator": "x", "seed": True, "widths": [1, 1]}),
        ("random_network", {"generator": "x", "seed": 1}),
        ("versions", None),
    ],
)
def test_bad_metadata_is_refused(
    key: str, value: object, ticket: Ticket, tmp_path: Path
) -> None:
    good = tmp_path / "good.ticket"
    ticket.save(good)
    from safetensors import safe_open

    with safe_open(good, framework="numpy") as file:
        metadata = json.loads(file.metadata()["slth_verify_ticket"])
    metadata[key] = value
    bad = tmp_path / "bad.ticket"
    save_file(load_file(good), bad, {"slth_verify_ticket": json.dumps(metadata)})
    with pytest.raises(InvalidTicketError, match="no readable ticket"):
        Ticket.load(bad)
    assert run(["check", str(bad), str(good)]) == 2


def test_target_with_nan_is_refused(ticket: Ticket, tmp_path: Path) -> None:
    path = tmp_path / "nan.safetensors"
    kernels = {
        "layers.1.weight": np.full((2, 1, 3, 3), np.nan, np.float32),
        "layers.2.weight": np.ones((2, 2, 1, 1), np.float32),
    }
    save_file(kernels, path, {"slth_verify_target": _DESCRIPTION})
    with pytest.raises(InvalidTargetError, match="NaN"):
        sv.check(ticket, path)
