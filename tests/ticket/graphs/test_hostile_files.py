"""Hostile tickets of graphs: a clear refusal by library and command."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.errors import InvalidTicketError
from slth_verify.graph import TargetCNN
from slth_verify.processes.bounded import run_bounded
from slth_verify.ticket import Ticket
from slth_verify.ticket.graphs import StoredWeights
from slth_verify.verdict import Verdict

#: Changes a file's header, and the parsed description.
Change = Callable[[dict[str, Any], dict[str, Any]], None]


def put(path: str, value: Any) -> Change:
    def change(_: dict[str, Any], description: Any) -> None:
        *outer, last = (int(key) if key.isdigit() else key for key in path.split("."))
        for key in outer:
            description = description[key]
        description[last] = value

    return change


def drop(path: str) -> Change:
    def change(_: dict[str, Any], description: Any) -> None:
        *outer, last = (int(key) if key.isdigit() else key for key in path.split("."))
        for key in outer:
            description = description[key]
        del description[last]

    return change


def tensor(field: str, value: Any) -> Change:
    def change(header: dict[str, Any], _: dict[str, Any]) -> None:
        header["stages.1.filters"][field] = value

    return change


def renamed(header: dict[str, Any], _: dict[str, Any]) -> None:
    header["stages.1.more"] = header.pop("stages.1.filters")


def missing(header: dict[str, Any], _: dict[str, Any]) -> None:
    del header["stages.2.filters"]


def extra(header: dict[str, Any], _: dict[str, Any]) -> None:
    header["stages.4.filters"] = {"dtype": "I64", "shape": [0], "data_offsets": [0, 0]}


def many(header: dict[str, Any], _: dict[str, Any]) -> None:
    for number in range(5000):
        extra(header, _)
        header[f"more.{number}"] = header["stages.4.filters"]


CONTENTS: dict[str, Callable[[Any, Path], bytes]] = {
    "truncated": lambda h, path: path.read_bytes()[:-1],
    "truncated header": lambda h, path: path.read_bytes()[:100],
    "longer": lambda h, path: path.read_bytes() + b"\0",
    "nested header": lambda h, path: h.framed(
        '{"__metadata__": {"slth_ticket": ' + "[" * 200_000
    ),
    "a header key twice": lambda h, path: h.framed(
        json.dumps(h.parts(path)[0])[:-1] + ', "__metadata__": {"slth_ticket": "{}"}}',
        h.parts(path)[1],
    ),
    "no JSON": lambda h, path: h.described(path, "{"),
    "a list": lambda h, path: h.described(path, "[]"),
    "null": lambda h, path: h.described(path, "null"),
    "nested": lambda h, path: h.described(path, "[" * 200_000),
    "nested objects": lambda h, path: h.described(path, '{"a":' * 60 + "1" + "}" * 60),
    "huge": lambda h, path: h.described(path, json.dumps({"format": "9" * (9 << 20)})),
    "a key twice": lambda h, path: h.described(path, '{"format": 1, "format": 1}'),
    "a long integer": lambda h, path: h.described(path, '{"seed": ' + "9" * 5000 + "}"),
    "NaN": lambda h, path: h.described(path, '{"format": NaN}'),
    "1e999": lambda h, path: h.described(path, '{"format": 1e999}'),
    "a lone surrogate": lambda h, path: h.described(path, '{"format": "\\udc00"}'),
}

FIELDS: dict[str, Change] = {
    "format 2": put("format", 2),
    "format 0": put("format", 0),
    "format true": put("format", True),
    "format 1.0": put("format", 1.0),
    "format text": put("format", "1"),
    "no format": drop("format"),
    "an unknown key": put("norm", "1"),
    "an unknown key of a stage": put("stages.0.norm", "1"),
    "an unknown key of the network": put("random_network.law", "normal"),
    "an unknown key of the target": put("target.input_shape", [1]),
    "no eps": drop("eps"),
    "eps 1/0": put("eps", "1/0"),
    "eps negative": put("eps", "-1"),
    "eps of 5000 digits": put("eps", "9" * 5000),
    "eps of 5000 digits below": put("eps", "1/" + "9" * 5000),
    "eps a number": put("eps", 0.5),
    "eps NaN": put("eps", "nan"),
    "eps a share": put("eps", "2%"),
    "eps in other digits": put("eps", "\u0661"),
    "certified_error NaN": put("certified_error", "nan"),
    "certified_error infinite": put("certified_error", "inf"),
    "certified_error 1e999999999": put("certified_error", "1e999999999"),
    "certified_error negative": put("certified_error", "-1"),
    "certified_error a number": put("certified_error", 1),
    "seed 2^64": put("random_network.seed", 1 << 64),
    "seed -1": put("random_network.seed", -1),
    "seed true": put("random_network.seed", True),
    "seed 1.0": put("random_network.seed", 1.0),
    "seed of 900 digits": put("random_network.seed", 10**900),
    "width 0": put("stages.0.width", 0),
    "width negative": put("stages.0.width", -5),
    "width 2^60": put("stages.0.width", 1 << 60),
    "width true": put("stages.0.width", True),
    "width text": put("stages.0.width", "10"),
    "exponent 10^9": put("stages.0.exponent", 10**9),
    "exponent -1025": put("stages.0.exponent", -1025),
    "exponent 0.0": put("stages.0.exponent", 0.0),
    "exponent null": put("stages.0.exponent", None),
    "name a number": put("stages.0.name", 1),
    "name long": put("stages.0.name", "x" * 10**6),
    "name a surrogate": put("stages.0.name", "\ud800"),
    "stages an object": put("stages", {"0": {}}),
    "stages text": put("stages", "abc"),
    "a stage is a list": put("stages.0", ["conv", 1, 0]),
    "stages without end": put(
        "stages", [{"name": "a", "width": 1, "exponent": 0}] * 1001
    ),
    "a stage too many": lambda _, d: d["stages"].append(d["stages"][0]),
    "weights promised": put("weights", True),
    "weights 1": put("weights", 1),
    "weights null": put("weights", None),
    "generator a list": put("random_network.generator", ["philox"]),
    "target null": put("target", None),
    "sha256 a number": put("target.sha256", 1),
    "versions of numbers": put("versions", {"numpy": 1}),
    "versions null": put("versions", None),
    "I32": tensor("dtype", "I32"),
    "U64": tensor("dtype", "U64"),
    "F64": tensor("dtype", "F64"),
    "an unknown dtype": tensor("dtype", "X\x1b[2J"),
    "two axes": lambda h, _: h["stages.1.filters"]["shape"].append(1),
    "a shape without end": tensor("shape", [1 << 62]),
    "offsets beyond the file": tensor("data_offsets", [0, 1 << 50]),
    "another tensor's name": renamed,
    "a tensor missing": missing,
    "a tensor more": extra,
    "thousands of tensors": many,
}


@pytest.fixture(scope="session")
def graph_files(
    hostile: Any,
    grouped: TargetCNN,
    grouped_ticket: Ticket,
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    """An honest ticket of a graph and its target on disk."""
    folder = tmp_path_factory.mktemp("graphs")
    grouped_ticket.save(folder / "ticket")
    grouped.save(folder / "target")
    return type(hostile)({kind: folder / kind for kind in ("ticket", "target")})


@pytest.mark.parametrize("name", CONTENTS)
def test_hostile_contents_are_refused(
    name: str, graph_files: Any, tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(CONTENTS[name](graph_files, graph_files.files["ticket"]))
    graph_files.refused("ticket", bad, capsys)


@pytest.mark.parametrize("name", FIELDS)
def test_hostile_fields_are_refused(
    name: str, graph_files: Any, tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(graph_files.rewritten(graph_files.files["ticket"], FIELDS[name]))
    graph_files.refused("ticket", bad, capsys)
    with pytest.raises(InvalidTicketError):
        Ticket.load(bad)


def test_what_the_changes_start_from_is_verified(
    graph_files: Any, tmp_path: Path
) -> None:
    same = tmp_path / "same"
    same.write_bytes(
        graph_files.rewritten(graph_files.files["ticket"], lambda *_: None)
    )
    target = graph_files.files["target"]
    assert sv.check(same, target).verdict is Verdict.VERIFIED
    assert run(["check", str(same), str(target)]) == 0


def test_a_pipe_is_not_waited_for(graph_files: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "absent"):
        with pytest.raises(InvalidTicketError):
            run_bounded(Ticket.load, path, seconds=20)
        assert run(["check", str(path), str(graph_files.files["target"])]) == 2


def test_a_ticket_is_not_verified_for_another_target(
    hostile: Any, graph_files: Any
) -> None:
    graph, layers = graph_files.files, hostile.files
    for pair in (
        (graph["ticket"], layers["target"]),
        (layers["ticket"], graph["target"]),
    ):
        assert run(["check", *map(str, pair)]) == 1
    for pair in ((graph["target"], graph["target"]), (graph["ticket"],) * 2):
        assert run(["check", *map(str, pair)]) == 2


OBJECTS: dict[str, dict[str, Any]] = {
    "seed a float": {"seed": 1.0},
    "seed a numpy integer": {"seed": np.int64(1)},
    "eps a float": {"eps": 0.5},
    "eps negative": {"eps": Fraction(-1)},
    "eps None": {"eps": None},
    "eps long": {"eps": Fraction(1, 10**5000)},
    "stages None": {"stages": None},
    "stages of None": {"stages": (None,)},
    "target None": {"target": None},
    "versions None": {"versions": None},
    "certified_error a float": {"certified_error": 0.5},
    "generator None": {"generator": None},
}
PARTS: dict[str, dict[str, Any]] = {
    "filters of floats": {"filters": np.zeros(3)},
    "filters a list": {"filters": [1, 2]},
    "filters unsigned": {"filters": np.zeros(3, np.uint64)},
    "filters in two axes": {"filters": np.zeros((3, 1), np.int64)},
    "width a float": {"width": 3.0},
    "exponent a bool": {"exponent": True},
    "name bytes": {"name": b"conv"},
    "weights text": {"weights": "yes"},
    "weights of float64": {
        "weights": StoredWeights(np.zeros(1), np.zeros((1, 1, 1, 1)), np.zeros((1, 1)))
    },
    "weights of one stage alone": {
        "weights": StoredWeights(
            np.zeros(1, np.float32),
            np.zeros((1, 1, 1, 1), np.float32),
            np.zeros((1, 1), np.float32),
        )
    },
}


@pytest.mark.parametrize("name", [*OBJECTS, *PARTS])
def test_bad_objects_are_refused(
    name: str, grouped: TargetCNN, grouped_ticket: Ticket
) -> None:
    if name in OBJECTS:
        bad = replace(grouped_ticket, **OBJECTS[name])
    else:
        first, *others = grouped_ticket.stages
        bad = replace(grouped_ticket, stages=(replace(first, **PARTS[name]), *others))
    with pytest.raises(InvalidTicketError):
        sv.check(bad, grouped)
    with pytest.raises(InvalidTicketError):
        bad.to_bytes()
