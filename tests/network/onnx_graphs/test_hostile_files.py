"""ONNX files that are damaged or hostile: refused in words."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from handmade.onnx_nodes import CONV, ONES, RELU, node, onnx, refused

from slth_verify.errors import InvalidTargetError, MissingExtraError
from slth_verify.limits import LAYERS, WEIGHTS
from slth_verify.network.onnx_graphs import graph_from_onnx, wire


def test_onnx_is_asked_for_when_it_is_needed(monkeypatch, tmp_path: Path) -> None:
    for name in ("onnx", "onnxruntime"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, name, None)
            with pytest.raises(MissingExtraError, match=r"slth-verify\[onnx\]"):
                graph_from_onnx(tmp_path / "net.onnx")
    code = "import sys, slth_verify.network.onnx_graphs as room; room.graph_from_onnx\n"
    code += "assert not {'onnx', 'onnxruntime'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_nothing_is_left_in_the_home_folder(onnx_model, tmp_path: Path) -> None:
    home, path = tmp_path / "home", tmp_path / "net.onnx"
    home.mkdir()
    path.write_bytes(onnx_model(CONV, {"w": ONES}).SerializeToString())
    code = "import sys, slth_verify as sv; sv.TargetCNN.from_onnx(sys.argv[1])"
    kept = {
        name: value for name, value in os.environ.items() if "TELEMETRY" not in name
    }
    environment = {**kept, "HOME": str(home), "XDG_CACHE_HOME": ""}
    words = [sys.executable, "-c", code, str(path)]
    subprocess.run(words, check=True, env=environment)
    assert list(home.iterdir()) == []


def test_damaged_files(onnx_model, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    data = onnx_model(CONV, {"w": ONES}).SerializeToString()
    path.write_bytes(data)
    graph_from_onnx(path)
    for part in (b"", b"\0" * 64, data[:-1], data[: len(data) // 2], b"PK\3\4" + data):
        path.write_bytes(part)
        refused(path, "no ONNX network that is read")
    rng = np.random.default_rng(0)
    for _ in range(100):
        changed = bytearray(data)
        for place in rng.integers(0, len(data), 3):
            changed[place] = rng.integers(256)
        path.write_bytes(bytes(changed))
        with contextlib.suppress(InvalidTargetError):  # some changes are other weights
            graph_from_onnx(path)


def test_no_regular_file(tmp_path: Path) -> None:
    refused(tmp_path / "missing.onnx", "No such file")
    refused(tmp_path, "no regular file")
    refused("/dev/zero", "no regular file")
    refused("a\0b", "cannot be read")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "no regular file")


def test_bombs_are_refused_before_they_are_parsed(onnx_model, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    model = onnx_model(RELU)
    path.write_bytes(
        model.SerializeToString() + b"\x3a\x80\x80\x20" + b"\x0a\0" * 2**18
    )
    refused(path, "fields")
    model.doc_string = "x" * (9 << 20)
    path.write_bytes(model.SerializeToString())
    refused(path, "besides weights")
    with path.open("wb") as file:
        file.truncate(1 << 30)
    refused(path, "too large")
    with pytest.raises(ValueError, match="part of one"):
        wire.require_small(b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")


def test_too_many_nodes_and_weights(onnx_model, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    names = ["x", *map(str, range(10 * LAYERS)), "y"]
    pairs = pairwise(names)
    model = onnx_model([node("Relu", [a], [b]) for a, b in pairs])
    path.write_bytes(model.SerializeToString())
    refused(path, "nodes")
    model = onnx_model(CONV, {"w": ONES})
    for sides in ([WEIGHTS + 1], [2**40, 2**40, 2**40], [-1, 3], [1] * 20):
        model.graph.initializer[0].dims[:] = sides
        path.write_bytes(model.SerializeToString())
        refused(path, "'w'")
    model.graph.initializer[0].dims[:] = [3, 2, 3, 4]
    path.write_bytes(model.SerializeToString())
    refused(path, "'w'", "not its own")


def test_more_than_one_graph_of_standard_operators(onnx_model, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    helper = onnx.helper

    def save(change) -> Path:
        model = onnx_model(CONV, {"w": ONES})
        change(model)
        path.write_bytes(model.SerializeToString())
        return path

    def functions(model) -> None:
        versions = [helper.make_opsetid("", 17)]
        model.functions.append(
            helper.make_function(
                "d", "f", ["a"], ["b"], [node("Relu", ["a"], ["b"])], versions
            )
        )

    refused(save(functions), "functions")
    refused(save(lambda m: m.training_info.add()), "training")
    refused(save(lambda m: m.graph.sparse_initializer.add()), "sparse")
    refused(save(lambda m: m.graph.output.add(name="x")), "outputs")
    refused(save(lambda m: m.graph.input.add(name="second")), "'second'")
    refused(save(lambda m: m.opset_import.add(domain="", version=9)), "opset")
    refused(save(lambda m: m.graph.initializer.append(m.graph.initializer[0])), "two")
    refused(save(lambda m: m.graph.initializer[0].ClearField("name")), "constants")
    refused(save(lambda m: m.graph.initializer[0].float_data.append(1)), "two sets")

    def twice(model) -> None:
        for _ in range(2):
            model.graph.node[0].attribute.append(helper.make_attribute("group", 1))

    refused(save(twice), "twice")

    def refers(model) -> None:
        entry = model.graph.node[0].attribute.add(name="group", type=2, i=1)
        entry.ref_attr_name = "other"

    refused(save(refers), "type that it must have")

    def branches(model) -> None:
        inner = onnx_model(RELU).graph
        model.graph.node[0].CopyFrom(
            node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
        )

    refused(save(branches), "control flow")

    def steers(model) -> None:
        model.graph.node[0].name = "a\x1b[2J\u202e"
        model.graph.node[0].op_type = "\x1b[2J"

    refused(save(steers), r"\x1b[2J\u202e")


def external(model, **entries: str):
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=value)
    return model


def test_weights_beside_the_file(onnx_model, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "inner").mkdir(parents=True)
    path = home / "net.onnx"
    weights = np.random.default_rng(0).standard_normal(ONES.shape).astype(np.float32)
    for place in (home / "w.bin", home / "inner" / "w.bin", tmp_path / "w.bin"):
        place.write_bytes(b"\0" * 8 + weights.tobytes())

    def save(**entries: str) -> Path:
        model = external(onnx_model(CONV, {"w": ONES}), **entries)
        path.write_bytes(model.SerializeToString())
        return path

    for location in ("w.bin", "inner/w.bin", "./w.bin"):
        graph = graph_from_onnx(save(location=location, offset="8", length="216"))
        np.testing.assert_array_equal(graph.nodes[1].weight, weights)
    for location in (
        "../w.bin", str(tmp_path / "w.bin"), "inner/../../w.bin", "..\\w.bin", "",
        "/etc/passwd", "C:\\w.bin", "file:w.bin", "w\0.bin",
    ):  # fmt: skip
        refused(save(location=location, offset="8"), "folder")
    (home / "link.bin").symlink_to(tmp_path / "w.bin")
    (home / "way").symlink_to(tmp_path)
    refused(save(location="link.bin", offset="8"), "outside")
    refused(save(location="way/w.bin", offset="8"), "outside")
    os.mkfifo(home / "pipe")
    refused(save(location="pipe"), "no regular file")
    refused(save(location="inner"), "cannot be read")
    refused(save(location="missing.bin"), "cannot be read")
    refused(save(location="w.bin", offset="9"), "ends before")
    refused(save(location="w.bin", offset="-8"), "not its own")
    refused(save(location="w.bin", offset="x"), "number")
    refused(save(location="w.bin", length="4"), "not its own")
    refused(save(location="w.bin", basepath="/"), "unknown")
    attribute = external(onnx_model(CONV, {"w": ONES}), location="w.bin", offset="8")
    tensor = attribute.graph.initializer.pop()
    attribute.graph.node.insert(0, node("Constant", [], ["w"], value=tensor))
    path.write_bytes(attribute.SerializeToString())
    refused(path, "only initialisers")
