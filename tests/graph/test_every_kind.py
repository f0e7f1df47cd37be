"""A kind of node is there altogether or not at all: a table of kinds and parts.

A part knows a kind if its source names the kind's class. What a part does with a kind
is for its own tests to say; this table sees to it that no part is forgotten.
"""

from __future__ import annotations

import ast
import importlib.util
import operator
from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import slth_verify
import slth_verify.graph as graph_room
from slth_verify.graph import Input, Node, TargetCNN
from slth_verify.graph.fields import READERS as FIELD_READERS
from slth_verify.graph.files import READERS as FILE_READERS
from slth_verify.graph.files import WEIGHT_TYPES
from slth_verify.graph.nodes import KINDS
from slth_verify.graph.shapes import SHAPES
from slth_verify.strategies.graphs.steps import STEPS

PACKAGE = Path(slth_verify.__file__).parent


def _modules(*names: str) -> list[Path]:
    """Source files of the modules that exist, and of all of a package's."""
    found: list[Path] = []
    for name in names:
        try:
            spec = importlib.util.find_spec(f"slth_verify.{name}")
        except ModuleNotFoundError:
            continue
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        found += (
            origin.parent.rglob("*.py") if origin.name == "__init__.py" else [origin]
        )
    return found


def _importers(of: str) -> list[Path]:
    """Sources of the network room that read graphs from another program's networks."""
    files = (PACKAGE / "network").rglob("*.py")
    return [
        file
        for file in files
        if of in str(file.relative_to(PACKAGE))
        and "slth_verify.graph" in file.read_text(encoding="utf-8")
    ]


#: Parts that know kinds by name, and where each of them is.
PARTS = {
    "values": lambda: _modules("graph.float_values", "graph.windows", "graph.walk"),
    "exact": lambda: _modules("graph.exact", "graph.windows", "graph.walk"),
    "ranges": lambda: _modules("graph.box_ranges", "graph.walk"),
    "strategy": lambda: _modules("strategies.graphs"),
    "torch importer": lambda: _importers("torch"),
    "ONNX importer": lambda: _importers("onnx"),
}


@cache
def _named_in(file: Path) -> frozenset[str]:
    """Names that the code uses, other than those that it imports."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return frozenset(
        names
        | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    )


def knows(files: Iterable[Path], kind: type[Node]) -> bool:
    return any(kind.__name__ in _named_in(file) for file in files)


#: Parts that are handed the input's tensor.
GIVEN = ("values", "exact", "ranges")


@pytest.mark.parametrize(
    ("name", "part"),
    [(n, p) for n in KINDS for p in PARTS if KINDS[n] is not Input or p not in GIVEN],
)
def test_every_part_knows_every_kind(name: str, part: str) -> None:
    files = PARTS[part]()
    if not files:
        pytest.skip(f"no {part} in this tree")
    assert knows(files, KINDS[name]), f"{part} does not know {KINDS[name].__name__}"


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Unknown(Node):
    """A kind that nobody knows."""


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_lacks_a_kind_is_found(part: str) -> None:
    assert not knows(PARTS[part](), Unknown)


def _ones(*shape: int) -> Any:
    return np.ones(shape, np.float32)


VECTORS = dict.fromkeys(("scale", "shift", "mean", "variance"), _ones(2))

#: Fields of a node of each kind after an image (2, 3, 4); a matrix follows a reshape.
EXAMPLES: dict[str, dict[str, Any]] = {
    "input": {"shape": (2, 3, 4), "low": (0, "-1/3"), "high": (1, 1)},
    "convolution": {"weight": _ones(2, 2, 3, 3), "bias": _ones(2)},
    "dense": {"weight": _ones(2, 24), "bias": None},
    "batch-norm": {**VECTORS, "epsilon": "1e-5"},
    "rectifier": {"slopes": (0, "1/4")},
    "clip": {"low": 0, "high": "6"},
    "max-pool": {"window": (2, 2), "stride": (1, 1), "dilation": (2, 1)},
    "average-pool": {"window": (2, 2), "stride": (1, 1), "counts_padding": False},
    "reshape": {"shape": (24,)},
    "permute": {"axes": (2, 0, 1)},
    "crop": {"starts": (0, 1, 0), "stops": (2, 3, 2)},
    "pad": {"padding": (1, 0, 0, 1), "padding_mode": "replicate"},
    "concat": {"sources": ("image", "image")},
    "sum": {"sources": ("image", "image")},
}


def example(name: str) -> TargetCNN:
    """The graph of the input and one node of a kind."""
    image = Input(name="image", **EXAMPLES["input"])
    if name == "input":
        return TargetCNN((image,))
    before: list[Node] = [image]
    if name == "dense":
        flat = KINDS["reshape"](name="flat", sources=("image",), **EXAMPLES["reshape"])
        before.append(flat)
    node_fields = {"sources": (before[-1].name,), **EXAMPLES[name]}
    return TargetCNN((*before, KINDS[name](name="node", **node_fields)))


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_a_shape_a_file_and_a_strategy(
    name: str, tmp_path: Path
) -> None:
    kind = KINDS[name]
    assert getattr(graph_room, kind.__name__) is kind
    assert kind in SHAPES
    assert kind is Input or kind in STEPS
    for field in fields(kind):
        assert field.name in {*FIELD_READERS, "weight", "low", "high"}
        assert field.type in {*FILE_READERS, *WEIGHT_TYPES}
    graph = example(name)
    graph.save(tmp_path / "graph.safetensors")
    again = TargetCNN.from_file(tmp_path / "graph.safetensors")
    assert again.sha256 == graph.sha256
    assert type(again.output) is kind
    for field in fields(kind):
        one, other = (getattr(g.output, field.name) for g in (graph, again))
        same = np.array_equal if field.type in WEIGHT_TYPES else operator.eq
        assert same(one, other)


def test_the_table_is_complete() -> None:
    listed = set(EXAMPLES)
    assert listed == set(KINDS)
    classes = {
        thing
        for thing in vars(graph_room).values()
        if isinstance(thing, type) and issubclass(thing, Node) and thing is not Node
    }
    assert classes == set(KINDS.values()) == set(SHAPES)
    assert example("rectifier").output.slopes == (Fraction(0), Fraction(1, 4))  # type: ignore[attr-defined]


def test_every_kind_is_in_the_document_of_the_file() -> None:
    document = Path(__file__).parents[2] / "docs" / "target-graphs.md"
    text = document.read_text(encoding="utf-8")
    for name, kind in KINDS.items():
        row = next(line for line in text.splitlines() if f"`{name}`" in line[:20])
        for field in {field.name for field in fields(kind)} - {"name", "sources"}:
            assert f"`{field}`" in row
