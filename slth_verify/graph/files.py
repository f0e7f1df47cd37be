"""Files and digests of target graphs; docs/target-graphs.md describes both.

A file is safetensors: weights by node and field, and one JSON description of all else.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import fields
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
from safetensors.numpy import save

from slth_verify.errors import InvalidTargetError
from slth_verify.files import IMPORTED, PICKLES, write_atomically
from slth_verify.graph.fields import axes_of
from slth_verify.graph.kernels import KERNELS_KEY, read_kernels
from slth_verify.graph.nodes import KINDS, Node, Weights
from slth_verify.limits import DIGITS, DOCUMENT_BYTES, LAYERS, TENSOR_FILE_BYTES
from slth_verify.numbers import exact_number, shown
from slth_verify.tensors import (
    READING_ERRORS,
    exact_keys,
    has_metadata,
    integer,
    read_tensors,
)
from slth_verify.text import printable

GRAPH_KEY = "slth_verify_graph"
#: What tickets have in that place.
_TICKET_KEY = "slth_ticket"
GRAPH_SCHEMA = 1

_KIND_NAMES = {kind: name for name, kind in KINDS.items()}
_KEYS = frozenset({"schema_version", "name", "nodes"})
#: How safetensors spells the dtypes of weights.
_DTYPES = {np.dtype(np.float32): "F32", np.dtype(np.float64): "F64"}

_Graph = TypeVar("_Graph")


def write_graph(path: str | os.PathLike[str], nodes: Sequence[Node], name: str) -> None:
    """Write a graph; see `TargetCNN.save`."""
    tensors = {
        f"{node.name}.{field}": value
        for node in nodes
        for field, value in _values(node)
        if isinstance(value, np.ndarray)
    }
    listed = [
        {field: _written(value) for field, value in _values(node)} for node in nodes
    ]
    description = {"schema_version": GRAPH_SCHEMA, "name": name, "nodes": listed}
    metadata = {GRAPH_KEY: json.dumps(description, sort_keys=True)}
    data = bytes(save(tensors, metadata))
    header = int.from_bytes(data[:8], "little")
    if header > DOCUMENT_BYTES or len(data) > TENSOR_FILE_BYTES:
        raise InvalidTargetError(
            f"graph {shown(name)}: its file would have {len(data)} bytes, {header} of "
            f"them for all but the weights; at most {TENSOR_FILE_BYTES} and "
            f"{DOCUMENT_BYTES} are read. Certify the network in parts."
        )
    write_atomically(path, data)


def read_graph(
    path: str | os.PathLike[str],
    make: Callable[[tuple[Node, ...], str], _Graph],
    chain: Callable[..., _Graph],
) -> _Graph:
    """Read a graph; see `TargetCNN.from_file`.

    Args:
        path: The file.
        make: From nodes and a name.
        chain: From kernels, an input shape and ``name=``, where the file holds these.
    """
    try:
        if has_metadata(path, KERNELS_KEY):
            kernels, shape, name = read_kernels(path)
            return chain(kernels, shape, name=name)
        description, tensors = read_tensors(path, GRAPH_KEY, _expected)
        nodes = tuple(_node(entry, tensors) for entry in description["nodes"])
        return make(nodes, description["name"])
    except READING_ERRORS as error:
        absent = isinstance(error, FileNotFoundError)
        reason = "no such file" if absent else printable(str(error), 400)
        raise InvalidTargetError(
            f"path='{printable(str(path), 400)}' is no readable target graph "
            f"({reason}). {_remedy(path)}"
        ) from error


def _remedy(path: str | os.PathLike[str]) -> str:
    """What to do instead with a file that is no target graph."""
    with suppress(*READING_ERRORS):
        if has_metadata(path, _TICKET_KEY):
            return "It is a ticket: give the ticket first, then its target."
    suffix = os.path.splitext(str(path))[1].lower()
    if suffix in IMPORTED:
        return (
            f"Import it with TargetCNN.from_{suffix[1:]}(path, box=...), or "
            "`slth-verify prune`, which writes its graph beside the ticket, as "
            "TICKET.target.safetensors: give that to check."
        )
    if suffix in PICKLES:
        return (
            "Such a file is mostly a pickle, which runs code when it is read: load it "
            "where you trust it, and save TargetCNN.from_torch(module, ...)."
        )
    return "Give a .safetensors file written by TargetCNN.save."


def graph_sha256(nodes: Sequence[Node]) -> str:
    """The digest of a graph; see `TargetCNN.sha256`."""
    digest = hashlib.sha256()
    digest.update(_text_bytes(f"{GRAPH_KEY} {GRAPH_SCHEMA}"))
    digest.update(_text_bytes(str(len(nodes))))
    for node in nodes:
        for field, value in _values(node):
            digest.update(_text_bytes(field))
            for part in _digested(value):
                digest.update(part)
    return digest.hexdigest()


def _values(node: Node) -> list[tuple[str, Any]]:
    """The kind, then all fields in the order of their names."""
    names = sorted(field.name for field in fields(node))
    kind = ("kind", _KIND_NAMES[type(node)])
    return [kind, *((name, getattr(node, name)) for name in names)]


def _written(value: Any) -> Any:
    """The form that the JSON description gives the value of a field."""
    if isinstance(value, np.ndarray):
        return _DTYPES[value.dtype]
    if isinstance(value, tuple):
        return [_written(entry) for entry in value]
    if isinstance(value, Fraction):
        if max(abs(value.numerator), value.denominator) >= 10**DIGITS:
            raise InvalidTargetError(
                f"a number with more than {DIGITS} digits: files do not hold it. "
                "Round it outward."
            )
        return str(value)
    return value


def _digested(value: Any) -> Iterator[bytes]:
    if isinstance(value, np.ndarray):
        yield _text_bytes(_DTYPES[value.dtype])
        yield from _digested(value.shape)
        yield np.ascontiguousarray(value, value.dtype.newbyteorder("<")).tobytes()
    elif isinstance(value, tuple):
        yield _text_bytes(str(len(value)))
        for entry in value:
            yield from _digested(entry)
    elif value is None or isinstance(value, bool):
        yield _text_bytes(json.dumps(value))
    else:
        yield _text_bytes(str(value))


def _text_bytes(text: str) -> bytes:
    data = text.encode("utf-8")
    return len(data).to_bytes(8, "little") + data


def _expected(data: dict[str, Any], _: int) -> dict[str, tuple[str, int]]:
    """What the description says of the tensors, which are not loaded yet."""
    exact_keys(data, _KEYS)
    if integer(data["schema_version"]) != GRAPH_SCHEMA:
        raise ValueError(f"schema_version={shown(data['schema_version'])}")
    nodes = _list(data["nodes"])
    if len(nodes) > LAYERS:
        raise ValueError(f"{len(nodes)} nodes, more than {LAYERS}")
    wanted: dict[str, tuple[str, int]] = {}
    for entry in nodes:
        kind = _kind(entry)
        for field in fields(kind):
            value = entry[field.name]
            if field.type not in WEIGHT_TYPES or value is None:
                continue
            name = f"{_text(entry['name'])}.{field.name}"
            if name in wanted:
                raise ValueError(f"two nodes with {shown(name)}")
            if value not in _DTYPES.values():
                raise ValueError(f"{shown(name)}: dtype {shown(value)}, not F32 or F64")
            wanted[name] = value, axes_of(kind, field.name)
    return wanted


def _kind(entry: Any) -> type[Node]:
    """The kind of a node whose keys are those of the kind."""
    if not isinstance(entry, dict):
        raise ValueError(f"{shown(entry)} is no JSON object")
    kind = KINDS.get(_text(entry.get("kind")))
    if kind is None:
        raise ValueError(f"kind {shown(entry['kind'])} is unknown; kinds: {[*KINDS]}")
    try:
        exact_keys(entry, frozenset({"kind", *(field.name for field in fields(kind))}))
    except ValueError as error:
        raise ValueError(f"node {shown(entry.get('name'))}: {error}") from error
    return kind


def _node(entry: dict[str, Any], tensors: dict[str, Weights]) -> Node:
    kind = KINDS[entry["kind"]]
    values: dict[str, Any] = {}
    for field in fields(kind):
        value = entry[field.name]
        if field.type in WEIGHT_TYPES:
            # None only if the description says so; the graph refuses it where it must
            name = f"{entry['name']}.{field.name}"
            values[field.name] = None if value is None else tensors[name]
            continue
        try:
            values[field.name] = READERS[str(field.type)](value)
        except ValueError as error:
            raise ValueError(
                f"node {shown(entry['name'])}, {field.name}: {error}"
            ) from error
    return kind(**values)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(f"{shown(value)} is no text")
    return value


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError(f"{shown(value)} is neither true nor false")
    return value


def _rational(value: Any) -> Fraction:
    number = exact_number(_text(value))
    if str(number) != value:
        raise ValueError(f'{shown(value)} is no "p/q" in lowest terms')
    return number


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise ValueError(f"{shown(value)} is no list")
    return value


def _tuple(read: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda value: tuple(map(read, _list(value)))


#: Types of fields that are stored as tensors.
WEIGHT_TYPES = ("Weights", "Weights | None")

#: Readers of all other types of fields, as the classes of nodes spell them.
READERS: dict[str, Callable[[Any], Any]] = {
    "str": _text,
    "PaddingMode": _text,
    "int": integer,
    "bool": _truth,
    "Fraction": _rational,
    "tuple[str, ...]": _tuple(_text),
    "tuple[Fraction, ...]": _tuple(_rational),
    **dict.fromkeys(("tuple[int, ...]", "Shape", "Pair", "Margins"), _tuple(integer)),
}
