"""The ticket file: which filters to keep, with the weights they have.

One safetensors file, never pickle. Metadata key ``slth_verify_ticket`` holds a JSON
object; per target layer i the tensors ``layers.i.filters`` (int64, strictly
increasing), ``layers.i.scalars`` (float32) and ``layers.i.kernels`` (float32, ``(kept,
d, d, c_out)``).
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from slth_verify.errors import InvalidTicketError
from slth_verify.files import write_atomically
from slth_verify.ticket._reading import READING_ERRORS, integer, read_tensors

TICKET_KEY = "slth_verify_ticket"
TICKET_SCHEMA = 1

#: Larger scale exponents have no float32 kernel that needs them.
_MAX_EXPONENT = 1024
_RATIONAL = r"[0-9]{1,999}(/[1-9][0-9]{0,998})?"


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

    Attributes:
        target: Name, digest, input shape and readout of the target, for people and for
            comparison; the checker reads the target itself.
        generator: Name of the rule that makes weights from the seed.
        seed: Seed of the random network.
        widths: n_1, ..., n_l.
        scale_exponents: e_1, ..., e_l; layer i approximates K_i / 2^e_i.
        eps: The claimed bound, exact.
        certified_error: The bound that the construction computed, rounded up; a remark.
        layers: The kept filters.
        versions: Software that made the file; a remark.
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

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the ticket atomically."""
        write_atomically(path, self.to_bytes())

    def to_bytes(self) -> bytes:
        """The file's content."""
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
            return _parse(data, tensors)
        except READING_ERRORS as error:
            raise InvalidTicketError(
                f"path={os.fspath(path)!r} is no readable ticket "
                f"({type(error).__name__}: {str(error)[:200]}). A ticket has the "
                f"metadata {TICKET_KEY} (schema_version {TICKET_SCHEMA}) and filters, "
                "scalars and kernels of every layer. Write it again with `slth-verify "
                "prune`."
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
    depth = len(data["random_network"]["widths"])
    wanted = {}
    for number in range(1, depth + 1):
        wanted[f"layers.{number}.filters"] = ("I64", 1)
        wanted[f"layers.{number}.scalars"] = ("F32", 1)
        wanted[f"layers.{number}.kernels"] = ("F32", 4)
    return wanted


def _parse(data: dict[str, Any], tensors: dict[str, NDArray[Any]]) -> Ticket:
    network = data["random_network"]
    layers = tuple(
        TicketLayer(
            tensors[f"layers.{number}.filters"],
            tensors[f"layers.{number}.scalars"],
            tensors[f"layers.{number}.kernels"],
        )
        for number in range(1, len(network["widths"]) + 1)
    )
    eps = data["eps"]
    if type(eps) is not str or not re.fullmatch(_RATIONAL, eps):
        raise ValueError(f"eps={str(eps)[:50]!r} is no rational p/q")
    return validated(
        Ticket(
            target=dict(data["target"]),
            generator=str(network["generator"]),
            seed=network["seed"],
            widths=tuple(network["widths"]),
            scale_exponents=tuple(data["scale_exponents"]),
            eps=Fraction(eps),
            certified_error=str(data["certified_error"]),
            layers=layers,
            versions={str(k): str(v) for k, v in data["versions"].items()},
        )
    )


def validated(ticket: Ticket) -> Ticket:
    """The same ticket, once every field has the type and shape it must have.

    Raises:
        ValueError: Naming the first field that has not.
    """
    numbers = (ticket.seed, *ticket.widths, *ticket.scale_exponents)
    for value in numbers:
        integer(value)
    if any(abs(value) > _MAX_EXPONENT for value in ticket.scale_exponents):
        raise ValueError(f"a scale exponent is beyond {_MAX_EXPONENT}")
    if not isinstance(ticket.eps, Fraction) or ticket.eps < 0:
        raise ValueError(f"eps={str(ticket.eps)[:50]!r} is no rational >= 0")
    for number, layer in enumerate(ticket.layers, start=1):
        for name, array, dtype, dimensions in (
            ("filters", layer.filters, np.int64, 1),
            ("scalars", layer.scalars, np.float32, 1),
            ("kernels", layer.kernels, np.float32, 4),
        ):
            if array.dtype != dtype or array.ndim != dimensions:
                raise ValueError(
                    f"layers.{number}.{name} has dtype {array.dtype} and shape "
                    f"{array.shape}"
                )
            if len(array) != len(layer.filters):
                raise ValueError(f"tensors of layer {number} differ in length")
    return ticket
