"""Readers of the package's own networks: tickets and targets."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from safetensors.numpy import save

from benchmarks.support.fuzzing.forms import (
    SAFETENSORS,
)
from benchmarks.support.fuzzing.judging import Reader
from benchmarks.support.tickets_by_hand import claim, largest_difference
from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN
from slth_verify.graph.kernels import KERNELS_KEY
from slth_verify.graph.nodes import KINDS
from slth_verify.strategies import target_graphs
from slth_verify.strategies._tickets import _pruned
from slth_verify.ticket import Ticket, check
from slth_verify.verdict import Verdict

#: One accepted file in so many is checked as a whole, which takes long.
_CHECKED = 16
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


def files_of(write: Callable[[TargetCNN, Path], None]) -> list[bytes]:
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
    return (kernels, *files_of(TargetCNN.save))


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
    return shapes and plain[0].tobytes() == plain[1].tobytes() and finite(one)


def finite(array: Any) -> bool:
    """Whether all entries are."""
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


OWN = (
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
)
