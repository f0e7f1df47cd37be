"""The program of an exported file as a module of known operations, and no others."""

from __future__ import annotations

import operator
import os
from pathlib import Path
from typing import Any, Final

import torch
from torch import fx, nn

from slth_verify.errors import InvalidTargetError
from slth_verify.limits import LAYERS, NAME, WEIGHTS
from slth_verify.network.torch_graphs.operations import READERS
from slth_verify.network.torch_graphs.pt2_file import (
    Archive,
    read_archive,
    unreadable,
)
from slth_verify.network.torch_graphs.recording import BATCH
from slth_verify.network.torch_graphs.refusals import NEAREST
from slth_verify.numbers import shown
from slth_verify.tensors import integer

#: Operations that are admitted: those that are read, and the size of the batch.
_KNOWN: Final = READERS.keys() | {"sym_size"}

#: Operations whose second argument is a shape.
_SHAPED: Final = ("view", "reshape", "_unsafe_view")

#: Forms of arguments that stand for themselves.
_PLAIN: Final = {
    "as_int": int,
    "as_float": float,
    "as_bool": bool,
    "as_string": str,
}
_LISTS: Final = {"as_ints": int, "as_floats": float, "as_bools": bool}

_Arguments = dict[str, Any]


def module_of_file(
    path: str | os.PathLike[str],
) -> tuple[nn.Module, tuple[int, ...], str]:
    """The module of a file, the shape of its input without the batch, and a label.

    Raises:
        InvalidTargetError: If the file is damaged, or runs an operation that is not
            admitted.
    """
    archive = read_archive(path)
    try:
        module, shape = _Program(archive).module()
        _require_bounded(module, shape)
    except InvalidTargetError:
        raise
    except Exception as error:  # a description may have any form
        raise unreadable(path, error) from error
    return module, shape, Path(os.fsdecode(path)).stem[:NAME]


class _Program:
    """The graph of a file, read from its JSON description."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._whole = archive.program["graph_module"]
        self._graph = fx.Graph()
        self._root = _Recorded(self._graph)
        self._values: dict[str, Any] = {}
        self._entries = WEIGHTS  # that may still be loaded

    def module(self) -> tuple[nn.Module, tuple[int, ...]]:
        """The module, in evaluation mode, and the shape of its input."""
        graph, signature = self._whole["graph"], self._whole["signature"]
        if len(graph["nodes"]) > 10 * LAYERS:
            raise ValueError(f"{len(graph['nodes'])} operations")
        image = self._inputs(signature["input_specs"])
        sizes = graph["tensor_values"][image]["sizes"]
        self._free_batch(image, sizes[0])
        for node in graph["nodes"]:
            self._add(node)
        outputs = signature["output_specs"]
        if len(outputs) != 1:
            raise ValueError(f"{len(outputs)} outputs, and one is read; export one")
        (spec,) = outputs
        self._graph.output(
            self._values[spec["user_output"]["arg"]["as_tensor"]["name"]]
        )
        shape = tuple(integer(size["as_int"]) for size in sizes[1:])
        return self._root.eval(), shape

    def _inputs(self, specs: Any) -> str:
        """Weights as buffers, the image as the only input; its name."""
        images = []
        for number, spec in enumerate(specs):
            ((kind, entry),) = spec.items()
            if kind == "user_input":
                images.append(entry["arg"]["as_tensor"]["name"])
                continue
            target = entry[
                {
                    "parameter": "parameter_name",
                    "buffer": "buffer_name",
                    "tensor_constant": "tensor_constant_name",
                }[kind]
            ]
            self._name(entry["arg"]["name"], _Weight(target, f"weight_{number}"))
        if len(images) != 1:
            raise ValueError(f"{len(images)} inputs, and one is read")
        self._name(images[0], self._graph.placeholder("image"))
        return str(images[0])

    def _add(self, node: Any) -> None:
        called = _operation(node["target"])
        given = {entry["name"]: self._value(entry["arg"]) for entry in node["inputs"]}
        if len(given) != len(node["inputs"]):
            raise ValueError(f"an argument of {shown(node['target'])} is there twice")
        args = []
        known = called._schema.arguments
        if not given.keys() <= {argument.name for argument in known}:
            raise ValueError(f"{shown(node['target'])} has no arguments {[*given]}")
        for argument in known:
            if argument.kwarg_only or argument.name not in given:
                break
            args.append(given.pop(argument.name))
        if node["target"].split(".")[3] in _SHAPED and len(args) > 1:
            args[1] = self._free(args[1])
        result = self._graph.call_function(called, tuple(args), given)
        outputs = node["outputs"]
        if len(outputs) == 1:
            ((kind, entry),) = outputs[0].items()
            if kind != "as_tensors":
                self._name(_output(kind, entry), result)
                return
            outputs = [{"as_tensor": part} for part in entry]
        for place, output in enumerate(outputs):
            ((kind, entry),) = output.items()
            item = self._graph.call_function(operator.getitem, (result, place))
            self._name(_output(kind, entry), item)

    def _free_batch(self, image: str, size: Any) -> None:
        """Where the program is for batches of one size, find out the size again."""
        self._baked, self._batch = size.get("as_int"), self._values[image]
        if self._baked is not None:
            of = torch.ops.aten.sym_size.int
            self._batch = self._graph.call_function(of, (self._values[image], 0))

    def _free(self, shape: Any) -> Any:
        """A shape that begins with the batch, for batches of any size.

        ``x.view(x.size(0), -1)`` is exported as ``x.view(1, -1)`` from one image. On
        batches of the exported size the program stays what it was; that the first axis
        is the batch is what the importer asks of every tensor.
        """
        first = shape[0] if isinstance(shape, list) and shape else None
        if self._baked is None or type(first) is not int or first != self._baked:
            return shape
        return [self._batch, *shape[1:]]

    def _name(self, name: str, value: Any) -> None:
        if name in self._values:
            raise ValueError(f"two tensors are called {shown(name)}")
        self._values[name] = value

    def _value(self, argument: Any) -> Any:
        ((kind, entry),) = argument.items()
        if kind == "as_none":
            return None
        if kind in _PLAIN:
            return _exactly(entry, _PLAIN[kind])
        if kind in _LISTS:
            return [_exactly(part, _LISTS[kind]) for part in entry]
        if kind == "as_tensor":
            return self._tensor(entry["name"])
        if kind == "as_tensors":
            return [self._tensor(part["name"]) for part in entry]
        if kind in ("as_sym_int", "as_sym_ints"):
            parts = [entry] if kind == "as_sym_int" else entry
            found = [
                integer(part["as_int"]) if "as_int" in part else self._size(part)
                for part in parts
            ]
            return found[0] if kind == "as_sym_int" else found
        raise ValueError(f"an argument of form {shown(kind)}")

    def _tensor(self, name: str) -> fx.Node:
        """A tensor; a weight is loaded where it is used first."""
        value = self._values[name]
        if isinstance(value, _Weight):
            array = self._archive.tensor(value.target, self._entries)
            self._entries -= array.size
            self._root.register_buffer(value.attribute, torch.from_numpy(array))
            first = next(iter(self._graph.nodes))
            with self._graph.inserting_before(first):
                value = self._graph.get_attr(value.attribute)
            self._values[name] = value
        return value  # type: ignore[no-any-return]

    def _size(self, part: Any) -> Any:
        """A size that another operation computed."""
        return self._values[part["as_name"]]


class _Recorded(nn.Module):
    """Runs the operations of a graph one by one.

    An `fx.GraphModule` would write them as Python source and execute that; no text of
    a file may come there.
    """

    def __init__(self, graph: fx.Graph) -> None:
        super().__init__()
        self.graph = graph

    def forward(self, image: torch.Tensor) -> Any:
        """The output of a batch of images."""
        return fx.Interpreter(self).run(image)


class _Weight:
    """A weight that is not loaded yet."""

    def __init__(self, target: str, attribute: str) -> None:
        self.target, self.attribute = target, attribute


def _operation(target: Any) -> Any:
    """An operation by its name, if it is one that a graph may be made of."""
    parts = target.split(".") if isinstance(target, str) else []
    if parts[:3] != ["torch", "ops", "aten"] or len(parts) != 5:
        raise ValueError(f"an operation {shown(target)} that is not of aten")
    name = parts[3].removesuffix("_")
    if name not in _KNOWN and name in NEAREST:
        what, remedy = NEAREST[name]
        raise ValueError(f"it {what} ({parts[3]}). {remedy.rstrip('.')}")
    if not {parts[3], parts[3].removesuffix("_")} & _KNOWN:
        raise ValueError(
            f"an operation {shown(target)} that is not admitted; these are: "
            f"{', '.join(sorted(_KNOWN))}"
        )
    packet = getattr(torch.ops.aten, parts[3], None)
    if packet is None or parts[4] not in packet.overloads():
        raise ValueError(f"an operation {shown(target)} that torch does not have")
    return getattr(packet, parts[4])


def _output(kind: str, entry: Any) -> str:
    if kind == "as_tensor":
        return str(entry["name"])
    if kind == "as_sym_int":
        return str(entry["as_name"])
    raise ValueError(f"an output of form {shown(kind)}")


def _exactly(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{shown(value)} is no {kind.__name__}")
    return value


class _Sizes(fx.Interpreter):
    """Runs without numbers, and refuses tensors that are too large."""

    def run_node(self, n: fx.Node) -> Any:
        found = super().run_node(n)
        for tensor in found if isinstance(found, tuple | list) else [found]:
            if isinstance(tensor, torch.Tensor) and tensor.numel() > BATCH * WEIGHTS:
                raise ValueError(f"a tensor of shape {tuple(tensor.shape)}")
        return found


def _require_bounded(module: Any, shape: tuple[int, ...]) -> None:
    """No tensor may be larger than the weights of a network, for one image."""
    dtypes = {x.dtype for x in module.buffers()} or {torch.float32}
    if len(dtypes) > 1:
        raise ValueError("weights of float32 and of float64")
    meta = torch.empty(BATCH, *shape, dtype=dtypes.pop(), device="meta")
    bare = _Recorded(module.graph)
    for name, tensor in module.named_buffers():
        bare.register_buffer(name, tensor.to("meta"))
    try:
        _Sizes(bare).run(meta)
    except RuntimeError as error:
        reason = (str(error).splitlines() or [""])[0]
        raise ValueError(
            f"it does not run on {BATCH} images of shape {shape} ({reason}); export it "
            "on a batch of images, with dynamic_shapes for its first axis, the batch"
        ) from error
