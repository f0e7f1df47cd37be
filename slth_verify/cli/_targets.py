"""Targets on the command line: which file is read how, and how large outputs are."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slth_verify.cli._check_graph import spread_as_json, spread_lines
from slth_verify.cli._scale import scale_as_json, scale_lines
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.numbers import exact_number, shown
from slth_verify.text import printable

if TYPE_CHECKING:
    from slth_verify.graph import TargetGraph
    from slth_verify.network import TargetCNN
    from slth_verify.ticket import OutputRange, OutputSpread

#: Files of other tools, which say nothing of a box.
_IMPORTED = (".onnx", ".pt2")

#: Files that may run code when they are read.
_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt")


def read_target(path: str, box: str | None) -> TargetCNN | TargetGraph:
    """The network that a file holds.

    Args:
        path: A graph or a plain target in safetensors, an ONNX model, or a program of
            torch.export.
        box: ``LOW,HIGH``, where the inputs of the latter two lie.

    Raises:
        InvalidTargetError: If the file is neither, or a pickle.
        InvalidParameterError: If the box is missing, or given to a file that has one.
    """
    suffix = Path(path).suffix.lower()
    if suffix in _PICKLES:
        raise InvalidTargetError(
            f"TARGET={printable(path)}: such a file is a pickle, which runs code when "
            "it is read (docs/target-graphs.md). Load it where you trust it, and save "
            "graph_from_torch(module, ...), or export it as ONNX or with torch.export."
        )
    if suffix == ".onnx":
        from slth_verify.network.onnx_graphs import graph_from_onnx

        return graph_from_onnx(path, box=_box(box))
    if suffix == ".pt2":
        from slth_verify.network.torch_graphs import graph_from_pt2

        return graph_from_pt2(path, box=_box(box))
    if box is not None:
        raise InvalidParameterError(
            f"--box={printable(box)}: this file says itself where its inputs lie "
            "(docs/target-graphs.md). Leave the option out."
        )
    return saved_target(path)


def saved_target(path: str) -> TargetCNN | TargetGraph:
    """A plain target or a graph that was saved in safetensors.

    Raises:
        InvalidTargetError: If the file holds neither.
    """
    from slth_verify.graph import TargetGraph
    from slth_verify.graph.files import GRAPH_KEY
    from slth_verify.network import TargetCNN
    from slth_verify.tensors import READING_ERRORS, has_metadata

    try:
        graphs = has_metadata(path, GRAPH_KEY)
    except READING_ERRORS:
        graphs = False  # the reader of plain targets says what is wrong
    return TargetGraph.from_file(path) if graphs else TargetCNN.from_file(path)


def read_graph(path: str, box: str | None) -> TargetGraph:
    """The same as a graph; the box counts only for files of other tools."""
    from slth_verify.graph import TargetGraph

    found = read_target(path, box if is_imported(path) else None)
    return found if isinstance(found, TargetGraph) else found.to_graph()


def is_imported(path: str) -> bool:
    """Whether a file is another tool's, and says nothing of a box."""
    return Path(path).suffix.lower() in _IMPORTED


def imported_target(path: str, output: str, asked: str | None) -> str | None:
    """Where the graph of an imported file is written; None for other files."""
    if is_imported(path):
        return asked or f"{output}.target.safetensors"
    if asked is not None:
        raise InvalidParameterError(
            f"--save-target={printable(asked)}: TARGET is a file that check reads. "
            "Leave the option out."
        )
    return None


@dataclass(frozen=True, slots=True)
class Scale:
    """A target's outputs, and an error beside them."""

    outputs: OutputRange | OutputSpread
    error: Fraction

    def as_json(self) -> dict[str, Any]:
        """Both, with exact numbers as strings."""
        from slth_verify.ticket import OutputSpread

        if isinstance(self.outputs, OutputSpread):
            return {"target_range": spread_as_json(self.outputs)}
        return scale_as_json(self.outputs, self.error)

    def lines(self) -> list[str]:
        """The same in words."""
        from slth_verify.ticket import OutputSpread

        if isinstance(self.outputs, OutputSpread):
            return spread_lines(self.outputs, self.error)
        return scale_lines(self.outputs, self.error)


def target_scale(target: TargetCNN | TargetGraph, error: Fraction) -> Scale:
    """How large a target's outputs are."""
    from slth_verify.graph import TargetGraph
    from slth_verify.ticket import output_range, output_spread

    if isinstance(target, TargetGraph):
        return Scale(output_spread(target), error)
    return Scale(output_range(target), error)


def _box(text: str | None) -> tuple[Fraction, Fraction]:
    if text is None:
        raise InvalidParameterError(
            "--box is missing: such a file does not say where its inputs lie "
            "(docs/target-graphs.md). Give it, such as --box 0,1."
        )
    parts = text.split(",")
    if len(parts) != 2:
        raise InvalidParameterError(
            f"--box={shown(text)}: two numbers LOW,HIGH are required "
            "(docs/target-graphs.md). For boxes by channel, import the file in Python."
        )
    low, high = (exact_number(part, "--box") for part in parts)
    return low, high
