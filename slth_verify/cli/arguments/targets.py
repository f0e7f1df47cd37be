"""Targets on the command line: which file is read how."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.files import IMPORTED, PICKLES
from slth_verify.numbers import exact_number, shown
from slth_verify.text import printable

if TYPE_CHECKING:
    from slth_verify.graph import TargetCNN


def read_target(path: str, box: str | None) -> TargetCNN:
    """The network that a file holds.

    Args:
        path: A target in safetensors, an ONNX model, or a program of torch.export.
        box: ``LOW,HIGH``, where the inputs of the latter two lie.

    Raises:
        InvalidTargetError: If the file is neither, or a pickle.
        InvalidParameterError: If the box is missing, or given to a file that has one.
    """
    suffix = Path(path).suffix.lower()
    if suffix in PICKLES:
        raise InvalidTargetError(
            f"TARGET={printable(path)}: such a file is a pickle, which runs code when "
            "it is read (docs/target-graphs.md). Load it where you trust it, and save "
            "TargetCNN.from_torch(module, ...), or export it as ONNX or with "
            "torch.export."
        )
    from slth_verify.graph import TargetCNN

    if suffix == ".onnx":
        return TargetCNN.from_onnx(path, box=_required_box(box))
    if suffix == ".pt2":
        return TargetCNN.from_pt2(path, box=_required_box(box))
    if box is not None:
        raise InvalidParameterError(
            f"--box={printable(box)}: this file says itself where its inputs lie "
            "(docs/target-graphs.md). Leave the option out."
        )
    return TargetCNN.from_file(path)


def read_any(path: str, box: str | None) -> TargetCNN:
    """The same; the box counts only for files of other tools."""
    return read_target(path, box if is_imported(path) else None)


def is_imported(path: str) -> bool:
    """Whether a file is another tool's, and says nothing of a box."""
    return Path(path).suffix.lower() in IMPORTED


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


def _required_box(text: str | None) -> tuple[Fraction, Fraction]:
    if text is None:
        raise InvalidParameterError(
            "--box is missing: such a file does not say where its inputs lie "
            "(docs/target-graphs.md). Give it, such as --box 0,1."
        )
    return box_of_text(text, "import the file in Python")


def box_of_text(text: str, elsewhere: str) -> tuple[Fraction, Fraction]:
    """The ends of a box, from ``LOW,HIGH``.

    Args:
        text: What the option says.
        elsewhere: Where ends by channel can be given.

    Raises:
        InvalidParameterError: If these are not two numbers in order.
    """
    parts = text.split(",")
    if len(parts) != 2:
        raise InvalidParameterError(
            f"--box={shown(text)}: two numbers LOW,HIGH are required "
            f"(docs/target-graphs.md). For boxes by channel, {elsewhere}."
        )
    low, high = (exact_number(part, "--box") for part in parts)
    if low > high:
        raise InvalidParameterError(
            f"--box={shown(text)}: LOW <= HIGH is required (docs/target-graphs.md). "
            "Exchange the two."
        )
    return low, high
