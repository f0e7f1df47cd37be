"""Files of graphs: equal bytes for equal graphs, and the digest as it is documented."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from slth_verify.errors import InvalidTargetError, UnusableFileError
from slth_verify.graph import BatchNorm, Clip, Dense, Input, Rectifier, TargetCNN
from slth_verify.limits import LAYERS
from slth_verify.strategies import target_graphs

KEY = "slth_verify_graph"


def header_of(data: bytes) -> tuple[dict[str, Any], bytes]:
    size = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def documented_digest(data: bytes) -> str:
    """docs/target-graphs.md, followed with nothing but the bytes of a file."""
    header, content = header_of(data)
    nodes = json.loads(header.pop("__metadata__")[KEY])["nodes"]
    stream = b""

    def text(value: str) -> None:
        nonlocal stream
        encoded = value.encode()
        stream += len(encoded).to_bytes(8, "little") + encoded

    def put(value: Any) -> None:
        if value is None or isinstance(value, bool):
            text({None: "null", True: "true", False: "false"}[value])
        elif isinstance(value, list):
            text(str(len(value)))
            for entry in value:
                put(entry)
        else:
            text(str(value))

    text("slth_verify_graph 1")
    text(str(len(nodes)))
    for node in nodes:
        for field in ["kind", *sorted(set(node) - {"kind"})]:
            text(field)
            put(node[field])
            tensor = header.pop(f"{node['name']}.{field}", None)
            if tensor is not None:
                put(tensor["shape"])
                start, end = tensor["data_offsets"]
                stream += content[start:end]
    assert not header
    return hashlib.sha256(stream).hexdigest()


@given(target_graphs())
def test_graphs_survive_a_file(
    tmp_path_factory: pytest.TempPathFactory, graph: TargetCNN
) -> None:
    path = tmp_path_factory.mktemp("graph") / "graph.safetensors"
    graph.save(path)
    again = TargetCNN.from_file(path)
    assert again.name == graph.name
    assert again.sha256 == graph.sha256 == documented_digest(path.read_bytes())
    for node, read in zip(graph.nodes, again.nodes, strict=True):
        assert type(node) is type(read)
        for field in fields(node):
            own, other = getattr(node, field.name), getattr(read, field.name)
            assert np.array_equal(own, other)
            assert getattr(own, "dtype", None) == getattr(other, "dtype", None)
    second = path.with_name("second.safetensors")
    again.save(second)
    assert second.read_bytes() == path.read_bytes()


def small(**changed: Any) -> TargetCNN:
    dense = Dense(name="dense", sources=("x",), weight=np.eye(2, dtype=np.float32))
    return TargetCNN(
        (
            Input(name="x", shape=(2,), low=(0, "-1/3"), high=(1, 1)),
            replace(dense, **changed),
            Rectifier(name="relu", sources=("dense",), slopes=("1/4", 0)),
        )
    )


def test_the_digest_is_that_of_the_document() -> None:
    """A value that must not change from one version to the next."""
    assert small().sha256 == DIGEST


DIGEST = "ac3032eb434b216c8e5e44c075e11c09447a8eca0887e3b773b10c942c0be3ee"

#: Graphs that differ from the small one, each in one thing.
OTHERS = {
    "dtype": small(weight=np.eye(2)),
    "a zero's sign": small(weight=np.array([[1, -0.0], [0, 1]], np.float32)),
    "a bias of zeros": small(bias=np.zeros(2, np.float32)),
    "a bias of another dtype": small(bias=np.zeros(2)),
    "a weight": small(weight=np.array([[1, 0], [0, 2]], np.float32)),
    "a slope": TargetCNN(
        (*small().nodes[:2], Rectifier(name="relu", sources=("dense",), slopes=(0, 0)))
    ),
    "a name": TargetCNN((*small().nodes[:2], replace(small().nodes[2], name="prelu"))),
    "a source": TargetCNN(
        (
            *small().nodes[:2],
            Rectifier(name="mid", sources=("dense",)),
            replace(small().nodes[2], sources=("mid",)),
        )
    ),
    "an end of the box": TargetCNN(
        (replace(small().nodes[0], low=(0, 0)), *small().nodes[1:])
    ),
}


def test_digests_differ_wherever_graphs_differ() -> None:
    digests = [small().sha256, *(graph.sha256 for graph in OTHERS.values())]
    assert len(set(digests)) == len(digests)
    renamed = TargetCNN(small().nodes, name="other")
    assert renamed.sha256 == small().sha256


def test_a_file_is_whole_or_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "graph.safetensors"
    small().save(path)
    old = path.read_bytes()
    with pytest.raises(UnusableFileError):
        small().save(tmp_path / "nowhere" / "graph.safetensors")
    far = Clip(name="clip", sources=("relu",), low=0, high=10**1001)
    graph = TargetCNN((*small().nodes, far))
    with pytest.raises(InvalidTargetError, match="digits"):
        graph.save(path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "graph.safetensors"
    tiny = (Fraction(1, 10**999),) * 5000
    wide = Input(name="x", shape=(5000,), low=tiny, high=tiny)
    with pytest.raises(InvalidTargetError, match="in parts"):
        TargetCNN((wide,)).save(path)
    assert not path.exists()


def test_the_largest_number_of_weights_is_read_again(tmp_path: Path) -> None:
    """Norms have four tensors each, more than any other node."""
    vectors = dict.fromkeys(("scale", "shift", "mean", "variance"), np.ones(1))
    norms = [
        BatchNorm(name=f"{i}", sources=(f"{i - 1}",), epsilon=1, **vectors)
        for i in range(1, LAYERS)
    ]
    first = Input(name="0", shape=(1,), low=(0,), high=(1,))
    path = tmp_path / "graph.safetensors"
    TargetCNN((first, *norms)).save(path)
    assert len(TargetCNN.from_file(path).nodes) == LAYERS


def test_reading_needs_neither_torch_nor_scipy(tmp_path: Path) -> None:
    path = tmp_path / "graph.safetensors"
    small().save(path)
    code = (
        "import sys; from slth_verify.graph import TargetCNN; "
        f"TargetCNN.from_file({str(path)!r}).sha256; "
        "print([m for m in ('torch', 'scipy', 'onnx', 'hypothesis') "
        "if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("suffix", "remedy"),
    [
        (".onnx", "TargetCNN.from_onnx"),
        (".pt2", "TargetCNN.from_pt2"),
        (".pt", "runs code when it is read"),
        (".ckpt", "runs code when it is read"),
        (".txt", "written by TargetCNN.save"),
    ],
)
def test_what_to_do_with_files_of_other_tools(
    suffix: str, remedy: str, tmp_path: Path
) -> None:
    path = tmp_path / f"network{suffix}"
    path.write_bytes(b"of another tool")
    with pytest.raises(InvalidTargetError, match=remedy):
        TargetCNN.from_file(path)
