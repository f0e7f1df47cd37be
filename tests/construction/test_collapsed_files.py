"""Files of collapsed networks: written as they are, read again or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save
from torch import nn

import slth_verify as sv
from slth_verify.construction import Collapsed, collapse
from slth_verify.errors import InvalidParameterError, UnusableFileError
from slth_verify.network import GENERATOR
from slth_verify.strategies import random_networks
from slth_verify.ticket import Ticket

KEY = "slth_verify_collapsed"


def weights(module: nn.Sequential) -> list[bytes]:
    return [part.detach().numpy().tobytes() for part in module.parameters()]


@given(random_networks(max_width=3, min_depth=2, max_depth=2), st.integers(0, 99))
def test_counts_are_those_of_the_file(
    tmp_path_factory: pytest.TempPathFactory,
    true_ticket: Callable[..., Ticket],
    network: sv.RandomCNN,
    seed: int,
) -> None:
    path = tmp_path_factory.mktemp("counts") / "small.safetensors"
    ticket = true_ticket(network, (2, 1, 2), (1, 2), seed)
    for merge in (False, True):
        collapsed = collapse(ticket, merge=merge)
        collapsed.save(path)
        numbers = list(load_file(str(path)).values())
        assert collapsed.after.parameters == sum(part.numel() for part in numbers)
        assert collapsed.zeros == sum(int((part == 0).sum()) for part in numbers)
        assert collapsed.after.multiply_adds == 20 * collapsed.after.parameters
        again = Collapsed.load(path)
        assert weights(again.module) == weights(collapsed.module)
        assert str(again.module) == str(collapsed.module)
        assert (again.origin, again.before, again.after, again.output_scale) == (
            collapsed.origin,
            collapsed.before,
            collapsed.after,
            collapsed.output_scale,
        )


@pytest.mark.parametrize("dtype", ["float32", torch.float32, "float64", None])
@pytest.mark.parametrize("merge", [False, True])
def test_files_load_in_other_precisions(
    dtype: Any, merge: bool, ticket: Ticket, tmp_path: Path
) -> None:
    path = tmp_path / "small.safetensors"
    collapsed = collapse(ticket, merge=merge)
    collapsed.save(path)
    again = Collapsed.load(path, dtype=dtype)
    own = torch.float64 if merge else torch.float32
    named = {"float32": torch.float32, "float64": torch.float64}
    wanted = own if dtype is None else named.get(dtype, dtype)
    pairs = zip(again.module.parameters(), collapsed.module.parameters(), strict=True)
    for now, then in pairs:
        assert now.dtype is wanted
        assert torch.equal(now, then.to(wanted))
    again.save(path)
    assert weights(Collapsed.load(path).module) == weights(again.module)
    image = torch.ones(1, 2, 5, 4, dtype=wanted)
    assert again.module(image).shape == (1, 2, 5, 4)


@pytest.mark.parametrize("dtype", ["float16", torch.bfloat16, 32, "", np.float32])
def test_other_precisions_are_refused(
    dtype: Any, ticket: Ticket, tmp_path: Path
) -> None:
    path = tmp_path / "small.safetensors"
    collapse(ticket).save(path)
    with pytest.raises(InvalidParameterError, match="dtype="):
        Collapsed.load(path, dtype=dtype)


def test_the_file_describes_itself(ticket: Ticket, tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    collapsed = collapse(ticket)
    collapsed.save(path)
    with safe_open(path, framework="pt") as file:
        description = json.loads(file.metadata()[KEY])
    parts: list[nn.Module] = []
    for layer in description["modules"]:
        if layer["type"] == "ReLU":
            parts.append(nn.ReLU())
            continue
        sides = layer["in_channels"], layer["out_channels"], layer["kernel_size"]
        parts.append(nn.Conv2d(*sides, padding="same", bias=False))
    module = nn.Sequential(*parts)
    module.load_state_dict(load_file(str(path)))
    assert weights(module) == weights(collapsed.module)


def test_a_changed_module_is_not_written(ticket: Ticket, tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    for spoil in (
        lambda module: module.append(nn.Tanh()),
        lambda module: module.append(nn.ReLU()),
        lambda module: module.half(),
        lambda module: module[0].double(),
        lambda module: module.__delitem__(0),
    ):
        collapsed = collapse(ticket)
        spoil(collapsed.module)
        with pytest.raises(InvalidParameterError, match="module="):
            collapsed.save(path)
        assert not path.exists()


def _conv(c_in: Any, c_out: Any, size: Any) -> dict[str, Any]:
    sides = {"in_channels": c_in, "out_channels": c_out, "kernel_size": size}
    return {"type": "Conv2d"} | sides


RELU = {"type": "ReLU"}
GOOD = {
    "schema_version": 1,
    "modules": [_conv(1, 2, 1), RELU, _conv(2, 1, 3), RELU],
    "dtype": "F32",
    "output_scale_exponent": 0,
    "input_shape": [1, 4, 4],
    "random_network": {"generator": GENERATOR, "seed": 1, "widths": [2]},
    "target_sha256": "none",
    "versions": {},
}
TENSORS = {"0.weight": torch.ones(2, 1, 1, 1), "2.weight": torch.ones(1, 2, 3, 3)}
DEEP = [_conv(1, 1, 1), RELU] * 4000


def file_of(tensors: dict[str, torch.Tensor] | None = None, **changes: Any) -> bytes:
    metadata = {KEY: json.dumps(GOOD | changes)}
    return bytes(save(TENSORS if tensors is None else tensors, metadata))


def _network(**changes: Any) -> dict[str, Any]:
    return {"random_network": GOOD["random_network"] | changes}  # type: ignore[operator]


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "a pickle": b"\x80\x04\x95",
    "no description": bytes(save(TENSORS)),
    "text": bytes(save(TENSORS, {KEY: "Sequential()"})),
    "nested": bytes(save(TENSORS, {KEY: "[" * 100_000})),
    "unknown key": file_of(extra=1),
    "schema": file_of(schema_version=2),
    "dtype": file_of(dtype="F16"),
    "dtype is a list": file_of(dtype=["F32"]),
    "dtype of the other": file_of(dtype="F64"),
    "no modules": file_of(modules=[]),
    "modules null": file_of(modules=None),
    "8,000 modules": file_of(modules=DEEP),
    "unknown module": file_of(modules=[*GOOD["modules"], {"type": "Tanh"}]),  # type: ignore[misc]
    "module is text": file_of(modules=["Conv2d"]),
    "type is a list": file_of(modules=[{"type": []}]),
    "code as module": file_of(modules=[{"type": "os.system"}, RELU] * 2),
    "bias": file_of(modules=[_conv(1, 2, 1) | {"bias": True}, RELU] * 2),
    "not alternating": file_of(modules=[_conv(1, 2, 1), _conv(2, 1, 3), RELU, RELU]),
    "channels do not continue": file_of(
        modules=[_conv(1, 3, 1), RELU, _conv(2, 1, 3), RELU]
    ),
    "first kernel not 1x1": file_of(
        modules=[_conv(1, 2, 3), RELU, _conv(2, 1, 3), RELU]
    ),
    "parts in the middle": file_of(
        modules=[_conv(1, 2, 1), RELU, {"type": "PositiveNegativeParts"}, RELU]
    ),
    "odd parts": file_of(
        {"1.weight": torch.ones(1, 1, 1, 1)},
        modules=[{"type": "PositiveNegativeParts"}, _conv(1, 1, 1), RELU],
    ),
    "channels of text": file_of(modules=[_conv("1", 2, 1), RELU] * 2),
    "channels negative": file_of(
        modules=[_conv(1, -2, 1), RELU, _conv(-2, 1, 3), RELU]
    ),
    "channels huge": file_of(
        modules=[_conv(1, 10**30, 1), RELU, _conv(10**30, 1, 3), RELU]
    ),
    "another shape": file_of(TENSORS | {"0.weight": torch.ones(2, 1, 3, 3)}),
    "missing tensor": file_of({"0.weight": TENSORS["0.weight"]}),
    "strange tensor": file_of(TENSORS | {"4.weight": torch.ones(1)}),
    "bfloat16": file_of({k: v.bfloat16() for k, v in TENSORS.items()}),
    "NaN": file_of({k: v * torch.nan for k, v in TENSORS.items()}),
    "scale of text": file_of(output_scale_exponent="1e999999999"),
    "scale huge": file_of(output_scale_exponent=10**9),
    "image": file_of(input_shape=[1, 0, 4]),
    "image huge": file_of(input_shape=[1, 1 << 60, 4]),
    "image of other channels": file_of(input_shape=[2, 4, 4]),
    "network null": file_of(random_network=None),
    "network short": file_of(random_network={"seed": 1}),
    "generator": file_of(**_network(generator="other")),
    "seed": file_of(**_network(seed=-1)),
    "seed true": file_of(**_network(seed=True)),
    "widths": file_of(**_network(widths=[1 << 60])),
    "widths of floats": file_of(**_network(widths=[1.5])),
    "more widths": file_of(**_network(widths=[2, 2])),
    "digest": file_of(target_sha256="\x1b[2J" * 16),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(UnusableFileError, match="no readable collapsed") as caught:
        Collapsed.load(path)
    assert "\x1b" not in str(caught.value)


def test_the_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    path.write_bytes(file_of())
    assert Collapsed.load(path).after.parameters == 20


def test_weights_that_leave_float32_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    large = {key: part.double() * 1e300 for key, part in TENSORS.items()}
    path.write_bytes(file_of(large, dtype="F64"))
    Collapsed.load(path)
    with pytest.raises(UnusableFileError, match="no numbers"):
        Collapsed.load(path, dtype="float32")
