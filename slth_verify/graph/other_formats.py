"""Target graphs as torch modules, ONNX files and ``.pt2`` files."""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, Self


class OtherFormats:
    """What `TargetCNN` has for them; `slth_verify.network` does it."""

    __slots__ = ()

    @classmethod
    def from_torch(
        cls,
        module: Any,
        input_shape: tuple[int, ...],
        *,
        box: Any = (-1, 1),
        name: str = "target",
    ) -> Self:
        """Read the network off a trained torch module, and compare the two.

        See `slth_verify.network.torch_graphs.graph_from_torch`, which says what is
        covered.

        Args:
            module: In evaluation mode, or without anything that training changes.
            input_shape: Without the batch: ``(channels, height, width)``,
                ``(channels, length)`` or ``(features,)``.
            box: Where inputs lie: ``(low, high)`` for all, or such a pair for each
                channel (each feature).
            name: A label.

        Raises:
            InvalidTargetError: Naming the first module that is not covered, what it is,
                and the nearest admitted form; or where module and network differ.
        """
        read = _importer("torch_graphs").graph_from_torch
        found: Self = read(module, input_shape, box=box, name=name)
        return found

    @classmethod
    def from_onnx(
        cls,
        path: str | os.PathLike[str],
        *,
        box: Any = (-1, 1),
        input_shape: tuple[int, ...] | None = None,
        name: str | None = None,
    ) -> Self:
        """Read the network off an ONNX file (extra ``onnx``), and compare the two.

        See `slth_verify.network.onnx_graphs.graph_from_onnx`.

        Args:
            path: A regular file, which nobody needs to vouch for.
            box: As for `from_torch`.
            input_shape: Without the batch, where the file has symbolic sizes.
            name: A label; the file's name without its suffix if None.

        Raises:
            InvalidTargetError: Naming the first node that is not covered; or where file
                and network differ.
            MissingExtraError: If onnx or onnxruntime are not installed.
        """
        read = _importer("onnx_graphs").graph_from_onnx
        found: Self = read(path, box=box, input_shape=input_shape, name=name)
        return found

    @classmethod
    def from_pt2(
        cls,
        path: str | os.PathLike[str],
        *,
        box: Any = (-1, 1),
        name: str | None = None,
    ) -> Self:
        """Read the network off a ``.pt2`` file of torch.export; nothing in it is run.

        See `slth_verify.network.torch_graphs.graph_from_pt2`.

        Args:
            path: A regular file, which nobody needs to vouch for.
            box: As for `from_torch`.
            name: A label; the file's name without its suffix if None.

        Raises:
            InvalidTargetError: Naming the first operation that is not covered.
        """
        read = _importer("torch_graphs").graph_from_pt2
        found: Self = read(path, box=box, name=name)
        return found

    def to_torch(self, *, dtype: Literal["float32", "float64"] = "float32") -> Any:
        """The network as a torch module in evaluation mode.

        Args:
            dtype: Of weights and images; float32 weights are copied bit for bit.
        """
        return _importer("pruned_graphs").target_module(self, dtype=dtype)

    def to_onnx(self, path: str | os.PathLike[str]) -> None:
        """Write an ONNX file (extra ``onnx``), in float32.

        See `slth_verify.network.onnx_graphs.graph_to_onnx`.

        Raises:
            InvalidParameterError: If float32 does not hold a number.
        """
        _importer("onnx_graphs").graph_to_onnx(self, path)


def _importer(name: str) -> ModuleType:
    """A module of the room that knows torch and ONNX, which this one must not import.

    It is loaded by its name when somebody asks, so that networks are read and checked
    where neither is installed.
    """
    return import_module(f"slth_verify.network.{name}")
