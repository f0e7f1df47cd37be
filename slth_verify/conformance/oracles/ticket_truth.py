"""What is false in a ticket, found from its bytes by docs/ticket-format.md alone.

Nothing of the checker, of the search or of the balls is used: the header is plain JSON,
words are those of Philox written out, quantiles are the standard library's, and both
networks are evaluated by plain loops over fractions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from slth_verify.conformance.oracles.pruned_graph import (
    Stage,
    StageWeights,
    pruned_values,
    stages_of,
)
from slth_verify.conformance.oracles.ticket_words import (
    OpenError,
    nearest_quantile,
    philox,
)
from slth_verify.graph import BatchNorm, Dense, TargetCNN

#: What a ticket claims, and what is false if it does not hold.
TARGET = "the ticket was made for this target"
FIT = "generator and stages are those of the target"
FILTERS = "kept filters exist, each once, in order"
WEIGHTS = "stored weights are the generator's"
ERROR = "no image differs by more than eps"
STATED = "no image differs by more than certified_error"

_GENERATOR = "philox4x64-10/normal-quantile/1"
_DTYPES = {"I64": "<i8", "F32": "<f4"}


@dataclass(frozen=True, eq=False, slots=True)
class TicketBytes:
    """A ticket's file, taken apart.

    Attributes:
        about: Its description.
        tensors: Its arrays.
    """

    about: dict[str, Any]
    tensors: dict[str, Any]


def apart(content: bytes) -> TicketBytes:
    """Take a file apart.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: If it is none of the format.
    """
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    body = content[8 + length :]
    about = json.loads(header.pop("__metadata__")["slth_ticket"])
    tensors = {}
    for name, entry in header.items():
        start, stop = entry["data_offsets"]
        array = np.frombuffer(body[start:stop], _DTYPES[entry["dtype"]])
        tensors[name] = array.reshape(entry["shape"])
    return TicketBytes(about, tensors)


def together(ticket: TicketBytes) -> bytes:
    """A file of the parts, as the format demands."""
    header: dict[str, Any] = {"__metadata__": {"slth_ticket": json.dumps(ticket.about)}}
    body = b""
    for name, array in ticket.tensors.items():
        kind = "I64" if array.dtype == np.int64 else "F32"
        content = array.astype(_DTYPES[kind]).tobytes()
        ends = [len(body), len(body) + len(content)]
        shape = list(array.shape)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": ends}
        body += content
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + body


def falsehoods(
    content: bytes, target: TargetCNN, images: Iterable[Any]
) -> frozenset[str]:
    """The claims of a ticket that are certainly false.

    Args:
        content: The ticket's file.
        target: What it is checked against.
        images: In the target's box, where both networks are compared.

    Returns:
        Some of `TARGET`, `FIT`, `FILTERS`, `WEIGHTS`, `ERROR` and `STATED`. That one is
        missing proves nothing.

    Raises:
        OpenError: If a weight is too near a midpoint, or a stage has a batch norm.
        ValueError, LookupError, TypeError, AttributeError: If the file is none of the
            format.

    Rigor:
        Exact fractions, given that the standard library's quantiles are right to
        fourteen digits.
    """
    ticket = apart(content)
    about, stages = ticket.about, stages_of(target)
    found = set()
    if about["target"]["sha256"] != target.sha256:
        found.add(TARGET)
    names = [part["name"] for part in about["stages"]]
    generator = about["random_network"]["generator"]
    if generator != _GENERATOR or names != [stage.layer.name for stage in stages]:
        return frozenset({*found, FIT})
    kept = [_kept(ticket, number, stage) for number, stage in enumerate(stages, 1)]
    if not all(part.exist for part in kept):
        return frozenset({*found, FILTERS})
    weights = [part.weights() for part in kept]
    if about["weights"] and not all(
        part.stored(ticket, drawn) for part, drawn in zip(kept, weights, strict=True)
    ):
        found.add(WEIGHTS)
    pruned = {
        part.stage.layer.name: part.sums(drawn)
        for part, drawn in zip(kept, weights, strict=True)
    }
    reached = largest_gap(target, pruned, images)
    if reached > Fraction(about["eps"]):
        found.add(ERROR)
    if reached > Fraction(about["certified_error"]):
        found.add(STATED)
    return frozenset(found)


def attained(content: bytes, target: TargetCNN, images: Iterable[Any]) -> Fraction:
    """The largest difference of both networks on some images."""
    ticket = apart(content)
    kept = [_kept(ticket, n, stage) for n, stage in enumerate(stages_of(target), 1)]
    pruned = {part.stage.layer.name: part.sums(part.weights()) for part in kept}
    return largest_gap(target, pruned, images)


def largest_gap(
    target: TargetCNN, pruned: dict[str, StageWeights], images: Iterable[Any]
) -> Fraction:
    """The largest difference of a target and the network with these pairs."""
    own = {stage.layer.name: _own(stage) for stage in stages_of(target)}
    output, reached = target.nodes[-1].name, Fraction(0)
    for image in images:
        f = pruned_values(target, own, image)[output]
        g = pruned_values(target, pruned, image)[output]
        reached = max(reached, *(abs(gap) for gap in (g - f).flat))
    return reached


def _own(stage: Stage) -> StageWeights:
    """The pair that computes the stage itself: K y = K y+ - K y-."""
    if isinstance(stage.layer, BatchNorm) or stage.norm is not None:
        raise OpenError(f"{stage.layer.name}: roots of a batch norm are not rational")
    kernel = stage.layer.weight.astype(np.float64)
    return kernel, -kernel, stage.layer.bias


_Weights = tuple[list[Fraction], list[Any]]


@dataclass(frozen=True, eq=False, slots=True)
class _Kept:
    """The kept filters of one stage; ``number`` counts stages from 1."""

    stage: Stage
    number: int
    seed: int
    width: int
    exponent: int
    filters: list[int]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the stage's kernel, as a convolution."""
        layer = self.stage.layer
        if isinstance(layer, BatchNorm):
            return len(layer.scale), 1, 1, 1
        shape = layer.weight.shape
        return (*shape, 1, 1) if isinstance(layer, Dense) else shape

    @property
    def groups(self) -> int:
        layer = self.stage.layer
        if isinstance(layer, BatchNorm):
            return len(layer.scale)
        return 1 if isinstance(layer, Dense) else layer.groups

    @property
    def channels(self) -> int:
        return self.shape[1] * self.groups

    @property
    def exist(self) -> bool:
        layer = self.stage.layer
        constants = isinstance(layer, BatchNorm) or layer.bias is not None
        constants = constants or self.stage.norm is not None
        count = 2 * self.width * (self.channels + constants)
        inside = all(0 <= f < count for f in self.filters)
        return inside and self.filters == sorted(set(self.filters))

    def weights(self) -> _Weights:
        """U and V of every filter, V of the shape ``(rows, columns, outputs)``."""
        scalars, kernels = [], []
        outputs, _, rows, columns = self.shape
        for f in self.filters:
            channel = f // (2 * self.width)
            scalars.append(self._weight((f // 4, channel, self.number, 1), f % 4))
            constant = channel == self.channels
            size = (rows, columns, outputs // self.groups)
            kernel = np.empty((1, 1, outputs) if constant else size, object)
            for t, at in enumerate(np.ndindex(*kernel.shape)):
                kernel[at] = self._weight((t // 4, f, self.number, 2), t % 4)
            kernels.append(kernel)
        return scalars, kernels

    def _weight(self, counter: tuple[int, int, int, int], lane: int) -> Fraction:
        return Fraction(float(nearest_quantile(philox(counter, self.seed)[lane])))

    def sums(self, drawn: _Weights) -> StageWeights:
        """W+, W- and the bias."""
        outputs, wide, _, _ = self.shape
        size = outputs // self.groups
        halves = [np.full(self.shape, Fraction(0), object) for _ in range(2)]
        bias = np.full(outputs, Fraction(0), object)
        power = Fraction(2) ** self.exponent
        for f, u, kernel in zip(self.filters, *drawn, strict=True):
            channel = f // (2 * self.width)
            if channel == self.channels:
                bias += power * max(u, Fraction(0)) * kernel[0, 0]
                continue
            first = channel // wide * size
            side = halves[0 if u > 0 else 1]
            side[first : first + size, channel % wide] += (
                power * abs(u) * kernel.transpose(2, 0, 1)
            )
        if isinstance(self.stage.layer, Dense):
            halves = [half[:, :, 0, 0] for half in halves]
        return halves[0], halves[1], bias

    def stored(self, ticket: TicketBytes, drawn: _Weights) -> bool:
        """Whether the file has these weights."""
        scalars, kernels = drawn
        plain = sum(f // (2 * self.width) < self.channels for f in self.filters)
        wanted = {
            "scalars": scalars,
            "kernels": [kernel.ravel().tolist() for kernel in kernels[:plain]],
            "constants": [kernel.ravel().tolist() for kernel in kernels[plain:]],
        }
        for name, numbers in wanted.items():
            array = ticket.tensors[f"stages.{self.number}.{name}"]
            floats = np.array([float(x) for x in np.ravel(numbers)], np.float32)
            if len(array) != len(numbers) or array.tobytes() != floats.tobytes():
                return False
        return True


def _kept(ticket: TicketBytes, number: int, stage: Stage) -> _Kept:
    part = ticket.about["stages"][number - 1]
    filters = ticket.tensors[f"stages.{number}.filters"].tolist()
    seed = ticket.about["random_network"]["seed"]
    return _Kept(stage, number, seed, part["width"], part["exponent"], filters)
