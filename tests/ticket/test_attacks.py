"""Attacks on the checker: never VERIFIED, never an uncontrolled exception."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.errors import (
    InvalidParameterError,
    InvalidTargetError,
    InvalidTicketError,
)
from slth_verify.ticket import Ticket, TicketLayer
from slth_verify.verdict import Verdict


@pytest.fixture(scope="module")
def target() -> sv.TargetCNN:
    kernel = np.array([[[[0.25]], [[-0.5]]]], dtype=np.float32)
    return sv.TargetCNN((kernel,), (2, 3, 3), "pointwise")


@pytest.fixture(scope="module")
def ticket(target: sv.TargetCNN) -> Ticket:
    network = sv.RandomCNN(seed=1, widths=(300,))
    return sv.prune(target, network, eps="1/20")


def _layer(ticket: Ticket, **changes: np.ndarray) -> Ticket:
    return replace(ticket, layers=(replace(ticket.layers[0], **changes),))


def test_differences_of_indices_may_not_wrap(
    target: sv.TargetCNN, ticket: Ticket
) -> None:
    """[f, b, a - 2^63, f] has positive int64 differences and uses f twice."""
    network = sv.RandomCNN(ticket.seed, ticket.widths)
    first, second = (int(i) for i in ticket.layers[0].filters[:2])
    filters = np.array([first, second + 9, -(2**63) + second, first], dtype=np.int64)
    assert np.all(np.diff(filters) > 0)
    safe = np.abs(filters % 300)
    lie = replace(
        ticket,
        layers=(
            TicketLayer(
                filters,
                network.scalars(1, 0, safe),
                network.kernels(1, safe, (1, 1, 1)),
            ),
        ),
    )
    assert sv.check(lie, target, cross_check=False).verdict is Verdict.REFUTED


@pytest.mark.parametrize("dtype", [np.uint64, np.int32, np.float64])
def test_filters_of_another_dtype_are_refused(
    dtype: type, target: sv.TargetCNN, ticket: Ticket
) -> None:
    with pytest.raises(InvalidTicketError, match="dtype"):
        sv.check(_layer(ticket, filters=ticket.layers[0].filters.astype(dtype)), target)


def test_float64_weights_are_refused(target: sv.TargetCNN, ticket: Ticket) -> None:
    noisy = ticket.layers[0].kernels.astype(np.float64) * (1 + 2.0**-26)
    with pytest.raises(InvalidTicketError, match="float64"):
        sv.check(_layer(ticket, kernels=noisy), target)


def test_the_other_faithful_rounding_is_refuted(
    target: sv.TargetCNN, ticket: Ticket
) -> None:
    kernels = ticket.layers[0].kernels
    for side in (np.float32(np.inf), np.float32(-np.inf)):
        moved = kernels.copy()
        moved[0] = np.nextafter(moved[0], side)
        result = sv.check(_layer(ticket, kernels=moved), target)
        assert result.verdict is Verdict.REFUTED


BAD_OBJECTS: dict[str, Callable[[Ticket], Ticket]] = {
    "seed is a float": lambda t: replace(t, seed=1.0),
    "seed is a bool": lambda t: replace(t, seed=True),
    "eps is infinite": lambda t: replace(t, eps=float("inf")),
    "eps is NaN": lambda t: replace(t, eps=float("nan")),
    "eps is negative": lambda t: replace(t, eps=Fraction(-1)),
    "eps is missing": lambda t: replace(t, eps=None),
    "widths are floats": lambda t: replace(t, widths=(300.0,)),
    "exponents are huge": lambda t: replace(t, scale_exponents=(10**9,)),
    "scalars too long": lambda t: _layer(
        t, scalars=np.append(t.layers[0].scalars, np.float32(1))
    ),
    "filters in two dimensions": lambda t: _layer(
        t, filters=t.layers[0].filters[:, None]
    ),
}


@pytest.mark.parametrize("name", BAD_OBJECTS)
def test_bad_ticket_objects_are_refused(
    name: str, target: sv.TargetCNN, ticket: Ticket
) -> None:
    with pytest.raises(InvalidTicketError):
        sv.check(BAD_OBJECTS[name](ticket), target)


@pytest.mark.parametrize("exponent", [-1024, 1024])
def test_extreme_scales_do_not_overflow(
    exponent: int, target: sv.TargetCNN, ticket: Ticket
) -> None:
    result = sv.check(replace(ticket, scale_exponents=(exponent,)), target)
    assert result.verdict in (Verdict.REFUTED, Verdict.INCONCLUSIVE)


EPS_FORMS = [
    "nan",
    "abc",
    "",
    "1/0",
    "1e99999999",
    "1e-5000",
    "\u0660.\u0661",
    "1_0",
    "inf",
]


@pytest.mark.parametrize("eps", [*EPS_FORMS, float("nan"), float("inf"), True, 1j])
def test_bad_eps_is_named(eps: Any, target: sv.TargetCNN, ticket: Ticket) -> None:
    with pytest.raises(InvalidParameterError, match="eps="):
        sv.check(ticket, target, eps=eps)


def _rewritten(
    ticket: Ticket, path: Path, change: Callable[[dict[str, Any]], None]
) -> Path:
    good = path.with_suffix(".good")
    ticket.save(good)
    with safe_open(good, framework="numpy") as file:
        metadata = json.loads(file.metadata()["slth_verify_ticket"])
    change(metadata)
    save_file(load_file(good), path, {"slth_verify_ticket": json.dumps(metadata)})
    return path


def test_terminal_escapes_in_a_digest_are_not_printed(
    target: sv.TargetCNN,
    ticket: Ticket,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target.save(tmp_path / "target")
    for last, code in (("", 1), ("\ud800", 2)):  # an unpaired surrogate is no text

        def forge(metadata: dict[str, Any], last: str = last) -> None:
            metadata["target"]["sha256"] = f"x\nVERIFIED\x1b[2J\u202e{last}"

        path = _rewritten(ticket, tmp_path / "forged", forge)
        assert run(["check", str(path), str(tmp_path / "target")]) == code
        out = "".join(capsys.readouterr())
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "\nVERIFIED\n" not in out


def test_other_files_are_refused(
    target: sv.TargetCNN, ticket: Ticket, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "absent"):
        with pytest.raises(InvalidTicketError):
            Ticket.load(path)
        with pytest.raises(InvalidTargetError):
            sv.check(ticket, path)


def test_deep_json_is_refused(
    target: sv.TargetCNN, ticket: Ticket, tmp_path: Path
) -> None:
    ticket.save(tmp_path / "good")
    tensors = load_file(tmp_path / "good")
    save_file(tensors, tmp_path / "deep", {"slth_verify_ticket": "[" * 200_000})
    with pytest.raises(InvalidTicketError):
        Ticket.load(tmp_path / "deep")


@pytest.mark.parametrize(
    "shape", [[3, 3, 3], ["2", 3, 3], [2.5, 3, 3], "233", {}, [2, 0, 3], [2, 3], None]
)
def test_input_shape_must_fit(shape: Any, ticket: Ticket, tmp_path: Path) -> None:
    path = tmp_path / "target"
    description = {"schema_version": 1, "input_shape": shape}
    weights = {"layers.1.weight": np.array([[[[0.25]], [[-0.5]]]], dtype=np.float32)}
    save_file(weights, path, {"slth_verify_target": json.dumps(description)})
    with pytest.raises(InvalidTargetError):
        sv.check(ticket, path)


def test_other_dtypes_in_files_are_refused(
    target: sv.TargetCNN, ticket: Ticket, tmp_path: Path
) -> None:
    def doubled(tensors: dict[str, np.ndarray]) -> None:
        tensors["layers.1.kernels"] = tensors["layers.1.kernels"].astype(np.float16)

    def extra(tensors: dict[str, np.ndarray]) -> None:
        tensors["more"] = np.zeros(3)

    ticket.save(tmp_path / "good")
    with safe_open(tmp_path / "good", framework="numpy") as file:
        metadata = file.metadata()
    for change in (doubled, extra):
        tensors = load_file(tmp_path / "good")
        change(tensors)
        save_file(tensors, tmp_path / "bad", metadata)
        with pytest.raises(InvalidTicketError):
            Ticket.load(tmp_path / "bad")
