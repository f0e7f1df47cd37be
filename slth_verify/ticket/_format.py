"""The ticket file: which filters to keep, with the weights they have.

One safetensors file, never pickle. Metadata key ``slth_verify_ticket`` holds a JSON
object; per target layer i the tensors ``layers.i.filters`` (int64, strictly
increasing), ``layers.i.scalars`` (float32) and ``layers.i.kernels`` (float32, ``(kept,
d, d, c_out)``).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from slth_verify.errors import InvalidTicketError
from slth_verify.files import write_atomically
from slth_verify.limits import (
    LAYERS,
    SCALE_EXPONENT,
    SEEDS,
    WIDTH,
)
from slth_verify.numbers import exact_number, shown, whole_number
from slth_verify.tensors import READING_ERRORS, exact_keys, integer, read_tensors
from slth_verify.text import printable, reason_of
from slth_verify.ticket._fields import (
    rational,
    require_array,
    require_eps,
    require_text,
)

TICKET_KEY = "slth_verify_ticket"
TICKET_SCHEMA = 1

_KEYS = frozenset(
    {
        "schema_version",
        "target",
        "random_network",
        "scale_exponents",
        "eps",
        "certified_error",
        "versions",
    }
)
_TARGET_KEYS = frozenset({"name", "sha256", "input_shape", "readout"})
_NETWORK_KEYS = frozenset({"generator", "seed", "widths"})


@dataclass(frozen=True, eq=False)
class TicketLayer:
    """The kept part of two random layers.

    Attributes:
        filters: Indices in [0, 2 n_i c_{i-1}), shape ``(kept,)``, int64.
        scalars: First-layer weights u that survive the mask, shape ``(kept,)``.
        kernels: Second-layer weights V, shape ``(kept, d, d, c_out)``.
    """

    filters: NDArray[np.int64]
    scalars: NDArray[np.float32]
    kernels: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Ticket:
    """A claim: the pruned random network is within ``eps`` of a target.

    The claim is ``sup over X in [-1, 1] of ||f(X) - S g(X)||_max <= eps``, where g is
    the pruned random network and S the product of 2^e over ``scale_exponents``.

    The checker proves or refutes every field but labels, which nothing depends on.

    Attributes:
        target: Of the target: ``sha256`` and ``input_shape``, compared with the target
            itself; ``name`` and ``readout``, labels.
        generator: Name of the rule that makes weights from the seed; there is one.
        seed: Seed of the random network, in [0, 2^64); every weight follows from it.
        widths: n_1, ..., n_l, from 1 to 2^48; they say which filters exist and which
            channel each reads.
        scale_exponents: e_1, ..., e_l; layer i approximates K_i / 2^e_i, whose norm is
            proved to be at most 1.
        eps: The claimed bound, exact.
        certified_error: The bound that the construction computed, rounded up, as a
            decimal; proved too.
        layers: The kept filters; indices and weights are proved.
        versions: Software that made the file; labels.
    """

    target: dict[str, Any]
    generator: str
    seed: int
    widths: tuple[int, ...]
    scale_exponents: tuple[int, ...]
    eps: Fraction
    certified_error: str
    layers: tuple[TicketLayer, ...]
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def kept(self) -> tuple[int, ...]:
        """Number of kept filters, layer by layer."""
        return tuple(len(layer.filters) for layer in self.layers)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the ticket atomically; see `to_bytes`."""
        write_atomically(path, self.to_bytes())

    def to_bytes(self) -> bytes:
        """The file's content.

        Raises:
            InvalidTicketError: If a field is not as it must be: what is written can be
                read again.
        """
        validated(self)
        tensors = {}
        for number, layer in enumerate(self.layers, start=1):
            tensors[f"layers.{number}.filters"] = np.ascontiguousarray(layer.filters)
            tensors[f"layers.{number}.scalars"] = np.ascontiguousarray(layer.scalars)
            tensors[f"layers.{number}.kernels"] = np.ascontiguousarray(layer.kernels)
        return bytes(save(tensors, {TICKET_KEY: json.dumps(self._metadata())}))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Ticket:
        """Read a ticket file.

        Raises:
            InvalidTicketError: If it is unreadable, incomplete or of another schema.
        """
        try:
            data, tensors = read_tensors(path, TICKET_KEY, _expected)
            return _checked(_parse(data, tensors))
        except READING_ERRORS as error:
            raise InvalidTicketError(
                f"path='{printable(str(path))}' is no readable ticket "
                f"({reason_of(error)}). A ticket has the metadata {TICKET_KEY} "
                f"(schema_version {TICKET_SCHEMA}) and filters, scalars and kernels of "
                "every layer. Write it again with `slth-verify prune`."
            ) from error

    def _metadata(self) -> dict[str, Any]:
        return {
            "schema_version": TICKET_SCHEMA,
            "target": self.target,
            "random_network": {
                "generator": self.generator,
                "seed": self.seed,
                "widths": list(self.widths),
            },
            "scale_exponents": list(self.scale_exponents),
            "eps": str(self.eps),
            "certified_error": self.certified_error,
            "versions": self.versions,
        }


def _expected(data: dict[str, Any], _: int) -> dict[str, tuple[str, int]]:
    if integer(data["schema_version"]) != TICKET_SCHEMA:
        raise ValueError(f"schema_version={data['schema_version']}")
    exact_keys(data, _KEYS)
    exact_keys(data["random_network"], _NETWORK_KEYS)
    wanted = {}
    for number in _layers(data):
        wanted[f"layers.{number}.filters"] = ("I64", 1)
        wanted[f"layers.{number}.scalars"] = ("F32", 1)
        wanted[f"layers.{number}.kernels"] = ("F32", 4)
    return wanted


def _layers(data: dict[str, Any]) -> range:
    depth = len(data["random_network"]["widths"])
    return range(1, whole_number(depth, "layers", least=1, most=LAYERS) + 1)


def _parse(data: dict[str, Any], tensors: dict[str, NDArray[Any]]) -> Ticket:
    network = data["random_network"]
    layers = tuple(
        TicketLayer(
            tensors[f"layers.{number}.filters"],
            tensors[f"layers.{number}.scalars"],
            tensors[f"layers.{number}.kernels"],
        )
        for number in _layers(data)
    )
    return Ticket(
        target=data["target"],
        generator=network["generator"],
        seed=network["seed"],
        widths=tuple(network["widths"]),
        scale_exponents=tuple(data["scale_exponents"]),
        eps=rational(data["eps"]),
        certified_error=data["certified_error"],
        layers=layers,
        versions=data["versions"],
    )


def validated(ticket: Ticket) -> Ticket:
    """The same ticket, once every field has the type, shape and range it must have.

    Raises:
        InvalidTicketError: Naming the first field that has not.
    """
    try:
        return _checked(ticket)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise InvalidTicketError(
            f"ticket: {error}. A ticket's fields must be as its class says. Build it "
            "with prune or Ticket.load."
        ) from error


def _checked(ticket: Ticket) -> Ticket:
    for name, values, least, most in (
        ("seed", (ticket.seed,), 0, SEEDS - 1),
        ("widths", ticket.widths, 1, WIDTH),
        ("scale_exponents", ticket.scale_exponents, -SCALE_EXPONENT, SCALE_EXPONENT),
    ):
        for value in values:
            whole_number(integer(value), name, least=least, most=most)
    whole_number(len(ticket.layers), "layers", least=1, most=LAYERS)
    require_eps(ticket.eps)
    _check_texts(ticket)
    if exact_number(ticket.certified_error, "certified_error") < 0:
        raise ValueError(f"certified_error={shown(ticket.certified_error)} < 0")
    for number, layer in enumerate(ticket.layers, start=1):
        _check_layer(number, layer)
    return ticket


def _check_texts(ticket: Ticket) -> None:
    unknown = set(ticket.target) - _TARGET_KEYS
    if unknown:
        raise ValueError(f"target: unknown key {shown(min(unknown))}")
    shape = ticket.target.get("input_shape", [1, 1, 1])
    if not isinstance(shape, list) or [type(side) for side in shape] != [int] * 3:
        raise ValueError(f"input_shape={shown(shape)} are no three integers")
    labels = [item for item in ticket.target.items() if item[0] != "input_shape"]
    for name, text in (
        ("generator", ticket.generator),
        ("certified_error", ticket.certified_error),
        *labels,
        *ticket.versions.items(),
    ):
        require_text(name, text)


def _check_layer(number: int, layer: TicketLayer) -> None:
    for name, array, dtype, dimensions in (
        ("filters", layer.filters, np.int64, 1),
        ("scalars", layer.scalars, np.float32, 1),
        ("kernels", layer.kernels, np.float32, 4),
    ):
        require_array(f"layers.{number}.{name}", array, dtype, dimensions)
        if len(array) != len(layer.filters):
            raise ValueError(f"tensors of layer {number} differ in length")
