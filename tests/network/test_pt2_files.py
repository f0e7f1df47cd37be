"""Exported programs that nobody vouches for: read, and never run."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from handmade.architectures import graph_of
from handmade.nightly import nightly_but
from handmade.pt2_files import PROGRAM, changed, exported, written
from torch import nn

from slth_verify.conformance.torch_modules.architectures import ARCHITECTURES, made
from slth_verify.errors import InvalidTargetError
from slth_verify.graph import values
from slth_verify.network.torch_graphs import (
    graph_from_pt2,
    pt2_program,
)

Records = dict[str, bytes]
#: Read by default from programs for batches of any size; `ONE_SIZE` for one size.
ANY_SIZE = ("ResNet with option A", "Keras style", "Fire", "one-dimensional")
ANY_SIZE += ("perceptron", "reflecting", "dilated", "LeNet-5")
ONE_SIZE = [("strided", 1), ("shuffled", 1), ("DCGAN", 1), ("global average", 1)]
ONE_SIZE += [("MNIST example", 3)]


@pytest.mark.parametrize("name", nightly_but(ANY_SIZE, ARCHITECTURES))
def test_files_are_read_as_their_modules(name: str, tmp_path: Path) -> None:
    module, shape = ARCHITECTURES[name]
    original = made(module)
    path = exported(original, tuple(shape), tmp_path / "net.pt2")
    graph, wanted = graph_from_pt2(path, box=(-1, 1)), graph_of(name)
    assert graph.name == "net"
    images = np.random.default_rng(0).uniform(-1, 1, (3, *wanted.input.shape))
    assert np.array_equal(values(graph, images), values(wanted, images))


def first_node(key: str, value: Any) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        data["graph_module"]["graph"]["nodes"][0][key] = value

    return change


def first_argument(value: Any) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        node = data["graph_module"]["graph"]["nodes"][-1]
        node["inputs"].append({"name": "bias", "arg": value, "kind": 1})

    return change


def padding(value: int) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        for node in data["graph_module"]["graph"]["nodes"]:
            if "conv2d" in node["target"]:
                argument = {"name": "padding", "arg": {"as_ints": [value, value]}}
                node["inputs"].append(argument)

    return change


def twice(data: Any) -> None:
    nodes = data["graph_module"]["graph"]["nodes"]
    nodes[1]["outputs"] = nodes[0]["outputs"]


def doubled(data: Any) -> None:
    node = data["graph_module"]["graph"]["nodes"][0]
    node["inputs"].append(node["inputs"][0])


RUNS = "__import__('pathlib').Path('{}').touch()"


HOSTILE: dict[str, Callable[[Any], None]] = {
    "a function of torch": first_node("target", "torch.os.system"),
    "a function of math": first_node("target", "math.exp"),
    "a builtin operator": first_node("target", "_operator.call"),
    "a file reader": first_node("target", "torch.ops.aten.from_file.default"),
    "another library": first_node("target", "torch.ops.higher_order.cond.default"),
    "no such overload": first_node("target", "torch.ops.aten.relu.__class__"),
    "a dunder": first_node("target", "torch.ops.aten.__class__.default"),
    "an expression": first_argument({"as_sym_int": {"as_expr": {"expr_str": RUNS}}}),
    "an operator argument": first_argument({"as_operator": "torch.os.system"}),
    "a graph argument": first_argument({"as_graph": {}}),
    "an unknown tensor": first_argument({"as_tensor": {"name": "nothing"}}),
    "an endless image": padding(1 << 40),
    "a padding beyond integers": padding(1 << 70),
    "a name twice": twice,
    "an argument twice": doubled,
    "no nodes": lambda data: data["graph_module"]["graph"].update(nodes=None),
    "no signature": lambda data: data["graph_module"].update(signature=[]),
    "another schema": lambda data: data["schema_version"].update(major=7),
    "no graph": lambda data: data.update(graph_module=3),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_programs_are_refused(
    name: str, honest: Records, tmp_path: Path
) -> None:
    records = changed(honest, PROGRAM, HOSTILE[name])
    with pytest.raises(InvalidTargetError):
        graph_from_pt2(written(records, tmp_path / "net.pt2"))


@pytest.mark.parametrize("place", ["name", "string", "target", "tensor"])
def test_no_text_is_run(place: str, honest: Records, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    code = RUNS.format(trace)

    def change(data: Any) -> None:
        graph = data["graph_module"]["graph"]
        node = next(n for n in graph["nodes"] if "conv2d" in n["target"])
        if place == "name":
            node["inputs"].append({"name": f"x={code}", "arg": {"as_int": 1}})
        elif place == "string":
            node["inputs"].append(
                {"name": "padding", "arg": {"as_string": f"'+{code}"}}
            )
        elif place == "target":
            node["target"] = f"torch.ops.aten.relu.{code}"
        else:
            node["outputs"][0]["as_tensor"]["name"] = code

    path = written(changed(honest, PROGRAM, change), tmp_path / "net.pt2")
    with pytest.raises(InvalidTargetError):
        graph_from_pt2(path)
    assert not trace.exists()


def meta(key: str, value: Any) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        data["config"]["0.weight"]["tensor_meta"][key] = value

    return change


WEIGHTS: dict[str, Callable[[Any], None]] = {
    "another dtype": meta("dtype", 13),
    "past the end": meta("storage_offset", {"as_int": 1}),
    "a negative stride": meta("strides", [{"as_int": -1}] * 4),
    "a negative offset": meta("storage_offset", {"as_int": -8}),
    "endless": meta("sizes", [{"as_int": 1 << 30}] * 4),
    "an expression": meta("sizes", [{"as_expr": {"expr_str": RUNS}}] * 4),
    "no strides": meta("strides", []),
    "another path": lambda data: data["config"]["0.weight"].update(path_name="../x"),
    "no weight": lambda data: data["config"].pop("0.weight"),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_hostile_weights_are_refused(
    name: str, honest: Records, tmp_path: Path
) -> None:
    config = "data/weights/model_weights_config.json"
    records = changed(honest, config, WEIGHTS[name])
    with pytest.raises(InvalidTargetError):
        graph_from_pt2(written(records, tmp_path / "net.pt2"))


def test_a_weight_that_is_stretched_without_end_is_refused(
    honest: Records, tmp_path: Path
) -> None:
    config = "data/weights/model_weights_config.json"
    records = changed(honest, config, meta("strides", [{"as_int": 0}] * 4))
    graph_from_pt2(written(records, tmp_path / "net.pt2"))
    records = changed(records, config, meta("sizes", [{"as_int": 1 << 9}] * 4))
    with pytest.raises(InvalidTargetError, match="shape"):
        graph_from_pt2(written(records, tmp_path / "net.pt2"))


def test_damaged_archives_are_refused(honest: Records, tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    whole = written(honest, path).read_bytes()
    broken = [b"", b"PK", whole[:-30], whole[: len(whole) // 2], whole[100:]]
    for data in broken:
        path.write_bytes(data)
        with pytest.raises(InvalidTargetError, match=r"\.pt2"):
            graph_from_pt2(path)
    for absent in ("archive_format", "byteorder", PROGRAM):
        records = {name: data for name, data in honest.items() if name != absent}
        with pytest.raises(InvalidTargetError, match=r"\.pt2"):
            graph_from_pt2(written(records, path))
    with pytest.raises(InvalidTargetError, match="compressed"):
        graph_from_pt2(written(honest, path, compression=zipfile.ZIP_DEFLATED))
    with pytest.raises(InvalidTargetError, match="compiled"):
        graph_from_pt2(written({**honest, "data/aotinductor/x.so": b""}, path))
    with pytest.raises(InvalidTargetError, match=r"\.pt2"):
        graph_from_pt2(tmp_path / "absent.pt2")


def test_deep_and_long_descriptions_are_refused(
    honest: Records, tmp_path: Path
) -> None:
    for data in (b"[" * 100_000, b'{"a": 1' + b"0" * 5000 + b"}", b"{} {}"):
        with pytest.raises(InvalidTargetError, match=r"\.pt2"):
            graph_from_pt2(written({**honest, PROGRAM: data}, tmp_path / "net.pt2"))


SIZES = [*((name, 1) for name in ARCHITECTURES), ("MNIST example", 3), ("VGG block", 3)]


@pytest.mark.parametrize("sized", nightly_but(ONE_SIZE, SIZES), ids=str)
def test_programs_for_batches_of_one_size_are_read(
    sized: tuple[str, int], tmp_path: Path
) -> None:
    name, size = sized
    module, shape = ARCHITECTURES[name]
    original = made(module)
    path = exported(original, tuple(shape), tmp_path / "net.pt2", size=size)
    graph, wanted = graph_from_pt2(path, box=(-1, 1)), graph_of(name)
    images = np.random.default_rng(0).uniform(-1, 1, (3, *wanted.input.shape))
    assert np.array_equal(values(graph, images), values(wanted, images))


MIXED: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "all in one": lambda x: x.view(1, -1),
    "one for all": lambda x: x.reshape(1, 3, 27).sum(1),
    "channels first": lambda x: x.permute(1, 0, 2, 3).reshape(3, -1),
    "another first axis": lambda x: x.view(9, 9),
}


@pytest.mark.parametrize("name", MIXED)
def test_programs_that_mix_the_images_of_a_batch_are_refused(
    name: str, tmp_path: Path
) -> None:
    class Mixed(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return MIXED[name](x)

    path = exported(Mixed(), (3, 3, 3), tmp_path / "net.pt2", size=3)
    with pytest.raises(InvalidTargetError):
        graph_from_pt2(path)


class Pair(nn.Module):
    """A module that answers two tensors."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.relu(x), x


@pytest.mark.parametrize(
    ("module", "word"),
    [
        (Pair(), "2 outputs, and one is read"),
        (nn.Sequential(nn.Conv2d(1, 1, 1), nn.Tanh()), r"tanh.*Hardtanh\(-1, 1\)"),
        (nn.Sequential(nn.BatchNorm2d(1)).train(), r"training mode.*module.eval\(\)"),
    ],
    ids=["outputs", "tanh", "training"],
)
def test_programs_that_are_refused_in_words(
    module: nn.Module, word: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.pt2"
    torch.export.save(torch.export.export(module, (torch.zeros(2, 1, 2, 2),)), path)
    with pytest.raises(InvalidTargetError, match=word):
        graph_from_pt2(path)


def test_a_program_without_a_batch_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    program = torch.export.export(nn.Conv2d(1, 1, 1), (torch.zeros(1, 2, 2),))
    torch.export.save(program, path)
    with pytest.raises(InvalidTargetError, match="export it on a batch of images"):
        graph_from_pt2(path)


def test_a_reading_that_admits_every_operation_is_seen(
    mutant: Callable[..., Any],
) -> None:
    """Without the list of operations a file could have another one read."""
    wrong = mutant(
        pt2_program, 'if not {parts[3], parts[3].removesuffix("_")} & _KNOWN:', "if 0:"
    )
    target = "torch.ops.aten.from_file.default"
    assert wrong._operation(target) is torch.ops.aten.from_file.default
    with pytest.raises(ValueError, match="not admitted"):
        pt2_program._operation(target)
