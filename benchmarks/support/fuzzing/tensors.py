"""Readers of arrays and networks: tickets, targets, ONNX, exported programs, images."""

from __future__ import annotations

import ast
import io
import json
import logging
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.reference
import torch
from hypothesis import HealthCheck, Phase, given, settings
from safetensors.numpy import save
from torch import nn

from benchmarks.support.fuzzing.forms import (
    ARCHIVE,
    ONNX,
    SAFETENSORS,
    Form,
    Unwritable,
    zipped,
)
from benchmarks.support.fuzzing.judging import Reader
from benchmarks.support.tickets_by_hand import claim, largest_difference
from slth_verify.comparison.images import read_images
from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN, values
from slth_verify.graph.kernels import KERNELS_KEY
from slth_verify.graph.nodes import KINDS
from slth_verify.network.torch_graphs.pt2_program import module_of_file
from slth_verify.strategies import target_graphs
from slth_verify.strategies._tickets import _pruned
from slth_verify.ticket import Ticket, check
from slth_verify.verdict import Verdict

#: One accepted file in so many is checked as a whole, which takes long.
_CHECKED = 16
#: One exported program in so many is recorded, and compared with torch's own reader.
_IMPORTED = 40
_GRAPHS = 12
_MOST_WEIGHTS = 500


def _stored() -> list[Any]:
    return [_pruned(shape, seed) for shape in range(3) for seed in range(2)]


@cache
def _targets_of_tickets() -> dict[str, tuple[TargetCNN, str]]:
    """Targets and what else a ticket says, by the target's digest."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for stored in _stored():
            target = TargetCNN.from_file(stored.save(Path(folder))[1])
            found[target.sha256] = target, claim(stored.ticket).rest
    return found


def _read_ticket(path: Path) -> tuple[Ticket, Verdict | None]:
    ticket = Ticket.load(path)
    known = _targets_of_tickets().get(ticket.target["sha256"])
    if known is None or sum(path.read_bytes()) % _CHECKED:
        return ticket, None
    return ticket, check(path, known[0], cross_check=False).verdict


def _ticket_is_true(content: bytes, found: tuple[Ticket, Verdict | None]) -> bool:
    """It says what was read; and if it was verified, the claim holds."""
    ticket, verdict = found
    said = claim(content)
    parts = [(x.width, x.exponent, tuple(x.filters.tolist())) for x in ticket.stages]
    if (said.eps, said.pruned) != (ticket.eps, (ticket.seed, *parts)):
        return False
    if not _keeps_to_the_format(content):
        return False
    if verdict is not Verdict.VERIFIED:
        return True
    target, rest = _targets_of_tickets()[ticket.target["sha256"]]
    same = said.rest == rest or bool(json.loads(said.rest)[1]["weights"])
    return same and largest_difference(target, said.pruned) <= said.eps


def _keeps_to_the_format(content: bytes) -> bool:
    """The rules of docs/ticket-format.md for a file and its description."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length], object_pairs_hook=_once)
    about = json.loads(header["__metadata__"]["slth_ticket"], object_pairs_hook=_once)
    named = (about["target"], about["random_network"], *about["stages"])
    keys = [about.keys(), *(part.keys() for part in named)]
    stage = {"name", "width", "exponent"}
    told = [_TICKET, {"name", "sha256"}, {"generator", "seed"}]
    numbers = [
        (about["format"], 1, 1),
        (about["random_network"]["seed"], 0, (1 << 64) - 1),
        *((part["width"], 1, 1 << 48) for part in about["stages"]),
        *((part["exponent"], -1024, 1024) for part in about["stages"]),
    ]
    return (
        header["__metadata__"].keys() == {"slth_ticket"}
        and keys == [*told, *[stage] * len(about["stages"])]
        and all(type(x) is int and low <= x <= high for x, low, high in numbers)
        and type(about["weights"]) is bool
    )


_TICKET = {"format", "target", "random_network", "stages", "eps"}
_TICKET |= {"certified_error", "weights", "versions"}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


@cache
def _graphs() -> tuple[TargetCNN, ...]:
    """Small graphs of many kinds of nodes."""
    found: list[TargetCNN] = []

    @settings(
        max_examples=25,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(graph=target_graphs())
    def draw(graph: TargetCNN) -> None:
        count = sum(np.size(getattr(node, "weight", 0)) for node in graph.nodes)
        if count <= _MOST_WEIGHTS:
            found.append(graph)

    draw()
    found.sort(key=lambda graph: -len({type(node) for node in graph.nodes}))
    return tuple(found[:_GRAPHS])


def _files_of(write: Callable[[TargetCNN, Path], None]) -> list[bytes]:
    """Files of all graphs that the format can hold."""
    contents = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        for graph in _graphs():
            try:
                write(graph, path)
            except InvalidTargetError:  # a slope that float32 cannot hold
                continue
            contents.append(path.read_bytes())
    return contents


def _targets() -> tuple[bytes, ...]:
    kernel = np.linspace(-1, 1, 18, dtype=np.float32).reshape(2, 1, 3, 3)
    about = {"schema_version": 1, "name": "k", "input_shape": [1, 3, 3]}
    text = json.dumps(about | {"readout": "none"})
    kernels = bytes(save({"layers.1.weight": kernel}, {KERNELS_KEY: text}))
    return (kernels, *_files_of(TargetCNN.save))


def _target_is_true(content: bytes, graph: TargetCNN) -> bool:
    """Every field of every node is what the file says, weights bit by bit."""
    length = int.from_bytes(content[:8], "little")
    header, body = json.loads(content[8 : 8 + length]), content[8 + length :]
    (key, text), *_ = sorted(header.pop("__metadata__").items(), reverse=True)
    arrays = {name: _array(entry, body) for name, entry in header.items()}
    about = json.loads(text)
    if key == KERNELS_KEY:
        layers = [node.weight for node in graph.nodes if hasattr(node, "weight")]
        told = [arrays[f"layers.{i}.weight"] for i in range(1, len(arrays) + 1)]
        shape = list(graph.input.shape) == about["input_shape"]
        return shape and all(map(_same, layers, told)) and len(layers) == len(told)
    kinds = {kind: name for name, kind in KINDS.items()}
    if graph.name != about["name"] or len(graph.nodes) != len(about["nodes"]):
        return False
    return all(
        kinds[type(node)] == entry["kind"]
        and entry.keys() == {"kind", *(field.name for field in fields(node))}
        and all(
            _field_is(
                getattr(node, field.name),
                entry[field.name],
                arrays.get(f"{node.name}.{field.name}"),
            )
            for field in fields(node)
        )
        for node, entry in zip(graph.nodes, about["nodes"], strict=True)
    )


def _array(entry: dict[str, Any], body: bytes) -> Any:
    start, stop = entry["data_offsets"]
    dtype = {"F32": "<f4", "F64": "<f8", "I64": "<i8"}[entry["dtype"]]
    return np.frombuffer(body[start:stop], dtype).reshape(entry["shape"])


def _same(one: Any, other: Any) -> bool:
    plain = np.ascontiguousarray(one), np.ascontiguousarray(other)
    shapes = plain[0].shape == plain[1].shape and plain[0].dtype == plain[1].dtype
    return shapes and plain[0].tobytes() == plain[1].tobytes() and _finite(one)


def _finite(array: Any) -> bool:
    return bool(np.isfinite(array).all())


def _field_is(value: Any, said: Any, array: Any) -> bool:
    if isinstance(value, np.ndarray):
        return array is not None and _same(value, array)
    if isinstance(value, tuple):
        pairs = zip(value, said, strict=True)
        return all(_field_is(one, other, None) for one, other in pairs)
    if isinstance(value, Fraction):
        return isinstance(said, str) and str(value) == said
    return type(value) is type(said) and value == said


def _models() -> tuple[bytes, ...]:
    make = onnx.helper
    weights = {
        "w": np.linspace(-1, 1, 18, dtype=np.float32).reshape(2, 1, 3, 3),
        "b": np.array([0.5, -0.5], np.float32),
        "d": np.linspace(1, -1, 16, dtype=np.float32).reshape(2, 8),
        "s": np.array([0, -1], np.int64),
    }
    nodes = [
        make.make_node("Conv", ["x", "w", "b"], ["c"], kernel_shape=[3, 3]),
        make.make_node("LeakyRelu", ["c"], ["r"], alpha=0.25),
        make.make_node("Reshape", ["r", "s"], ["f"]),
        make.make_node("Gemm", ["f", "d"], ["y"], transB=1),
    ]
    ends = [
        make.make_tensor_value_info(name, 1, shape)
        for name, shape in (("x", ["n", 1, 4, 4]), ("y", ["n", 2]))
    ]
    listed = [
        onnx.numpy_helper.from_array(array, name) for name, array in weights.items()
    ]
    listed[1] = make.make_tensor("b", 1, [2], [0.5, -0.5])
    graph = make.make_graph(nodes, "g", ends[:1], ends[1:], listed)
    model = make.make_model(
        graph, opset_imports=[make.make_opsetid("", 17)], ir_version=8
    )
    return (model.SerializeToString(), *_files_of(TargetCNN.to_onnx))


def _near(graph: TargetCNN, reference: Callable[[Any], Any]) -> bool | None:
    """Whether graph and file compute the same of an image; None if it rounds much."""
    rng = np.random.default_rng(0)
    image = rng.uniform(0, 1, (1, *graph.input.shape)).astype(np.float32)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mine, theirs = values(graph, image), np.asarray(reference(image), np.float64)
    sizes = [
        np.abs(node.weight).max() for node in graph.nodes if hasattr(node, "weight")
    ]
    scale = max([1.0, float(np.abs(mine).max(initial=0))])
    large = max([1.0, *map(float, sizes)])
    if not (_finite(mine) and _finite(theirs) and large * scale < 1e6):
        return None
    if mine.shape != theirs.shape:
        return False
    return bool(np.abs(mine - theirs).max(initial=0) <= 1e-3 * large * scale)


def _model_is_true(content: bytes, graph: TargetCNN) -> bool | None:
    """The reference implementation of the operators computes the same."""
    model = onnx.load_model_from_string(content)
    try:
        evaluator = onnx.reference.ReferenceEvaluator(model)
        name = next(
            x.name
            for x in model.graph.input
            if x.name not in {tensor.name for tensor in model.graph.initializer}
        )
        return _near(graph, lambda image: evaluator.run(None, {name: image})[0])
    except Exception:  # what it does not implement cannot be compared
        return None


@cache
def _program() -> bytes:
    logging.getLogger("torch").setLevel(logging.CRITICAL)
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        batch = [{0: torch.export.Dim("batch", min=2)}]
        image = (torch.zeros(2, 1, 4, 4),)
        program = torch.export.export(module.eval(), image, dynamic_shapes=batch)
        stream = io.BytesIO()
        torch.export.save(program, stream)
    return stream.getvalue()


def _inside() -> str:
    return next(x for x in ARCHIVE.apart(_program()) if x.endswith("models/model.json"))


def _with_program(description: bytes) -> bytes:
    return zipped(ARCHIVE.apart(_program()) | {_inside(): description})


def _program_of(content: bytes) -> bytes:
    found: bytes = zip_record(content, _inside())
    return found


def zip_record(content: bytes, name: str) -> bytes:
    """One record of an archive."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def _read_program(path: Path) -> TargetCNN | None:
    """The module of a file; of some files, its graph."""
    module_of_file(path)
    return None if sum(path.read_bytes()) % _IMPORTED else TargetCNN.from_pt2(path)


def _program_is_true(content: bytes, graph: TargetCNN | None) -> bool | None:
    """Torch's own reader gives a module that computes the same."""
    if graph is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = torch.export.load(io.BytesIO(content)).module()
        with torch.no_grad():
            return _near(
                graph, lambda x: module(torch.from_numpy(x).repeat(2, 1, 1, 1))[:1]
            )
    except Exception:  # torch refuses, or demands more of the file
        return None


def _npy_apart(content: bytes) -> Any:
    length = int.from_bytes(content[8:10], "little")
    header = ast.literal_eval(content[10 : 10 + length].decode("latin-1").strip())
    header["shape"] = list(header["shape"])
    start = content[:8]
    return {"start": start, "header": header, "body": content[10 + length :]}


def _npy_together(tree: Any) -> bytes:
    start, header, body = (tree.get(key) for key in ("start", "header", "body"))
    if not isinstance(start, bytes) or not isinstance(body, bytes):
        raise Unwritable
    if isinstance(header, dict) and isinstance(header.get("shape"), list):
        header = header | {"shape": tuple(header["shape"])}
    try:
        text = repr(header).encode("latin-1", "replace") + b"\n"
        return start + len(text).to_bytes(2, "little") + text + body
    except (OverflowError, ValueError) as error:
        raise Unwritable from error


NPY = Form(_npy_apart, _npy_together)


def _arrays() -> tuple[bytes, ...]:
    found = []
    for array in (np.arange(8, dtype=np.uint8).reshape(2, 4), np.eye(3), np.eye(2) > 0):
        stream = io.BytesIO()
        np.save(stream, array if array.dtype != bool else array.astype("<f2"))
        found.append(stream.getvalue())
    return tuple(found)


def _array_is_true(content: bytes, found: Any) -> bool | None:
    """Bytes, shape and dtype are those that the file names; nothing is an object."""
    try:
        tree, major = _npy_apart(content), content[6]
    except SyntaxError:  # numpy reads headers of old Pythons as well
        return None
    if major != 1:  # longer headers; the same content behind them
        return found.dtype.kind in "iuf" and found.ndim >= 2
    order = "F" if tree["header"]["fortran_order"] else "C"
    dtype = np.dtype(tree["header"]["descr"])
    count = int(np.prod(tree["header"]["shape"], dtype=object))
    told = np.frombuffer(tree["body"][: count * dtype.itemsize], dtype)
    return _equal(found, told.reshape(tree["header"]["shape"], order=order))


def _equal(one: Any, other: Any) -> bool:
    return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=True))


def _images() -> tuple[bytes, ...]:
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    two = {"images": array, "labels": np.zeros(3, np.int64)}
    return bytes(save({"x": array})), bytes(save(two))


def _images_are_true(content: bytes, found: Any) -> bool:
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    entry = header["images"] if "images" in header else next(iter(header.values()))
    start, stop = entry["data_offsets"]
    data = content[8 + length :][start:stop]
    return list(found.shape) == entry["shape"] and np.asarray(found).tobytes() == data


TENSORS = (
    Reader(
        name="tickets",
        file="a.slth.safetensors",
        make=lambda: tuple(stored.ticket for stored in _stored()),
        form=SAFETENSORS,
        read=_read_ticket,
        is_true=_ticket_is_true,
    ),
    Reader(
        name="targets",
        file="net.safetensors",
        make=_targets,
        form=SAFETENSORS,
        read=TargetCNN.from_file,
        is_true=_target_is_true,
    ),
    Reader(
        name="ONNX models",
        file="net.onnx",
        make=_models,
        form=ONNX,
        read=TargetCNN.from_onnx,
        is_true=_model_is_true,
    ),
    Reader(
        name="exported programs",
        file="net.pt2",
        make=lambda: (_program(),),
        form=ARCHIVE,
        read=_read_program,
        is_true=_program_is_true,
        inner=_with_program,
        outer=_program_of,
    ),
    Reader(
        name="images, npy",
        file="images.npy",
        make=_arrays,
        form=NPY,
        read=read_images,
        is_true=_array_is_true,
    ),
    Reader(
        name="images, safetensors",
        file="images.safetensors",
        make=_images,
        form=SAFETENSORS,
        read=read_images,
        is_true=_images_are_true,
    ),
)
