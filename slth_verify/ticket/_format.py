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
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from slth_verify._files import write_atomically
from slth_verify.errors import InvalidTicketError

TICKET_KEY = "slth_verify_ticket"
TICKET_SCHEMA = 1

#: Larger scale exponents have no float32 kernel that needs them.
_MAX_EXPONENT = 1024


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
            with safe_open(path, framework="numpy") as file:
                metadata = file.metadata() or {}
                tensors = {key: file.get_tensor(key) for key in list(file.keys())}
        except (SafetensorError, OSError, ValueError) as error:
            raise InvalidTicketError(
                f"path={os.fspath(path)!r} is no readable ticket ({error}). Write it "
                "again with `slth-verify prune`."
            ) from error
        try:
            return _parse(json.loads(metadata[TICKET_KEY]), tensors)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise InvalidTicketError(
                f"path={os.fspath(path)!r} is incomplete: {error!r}. A ticket needs "
                f"the metadata {TICKET_KEY} (schema_version {TICKET_SCHEMA}) and "
                "filters, scalars and kernels of every layer. Write it again with "
                "`slth-verify prune`."
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


def _parse(data: dict[str, Any], tensors: dict[str, NDArray[Any]]) -> Ticket:
    if data["schema_version"] != TICKET_SCHEMA:
        raise ValueError(f"schema_version={data['schema_version']}")
    depth = len(data["random_network"]["widths"])
    if len(tensors) != 3 * depth:
        raise ValueError(f"{len(tensors)} tensors for {depth} layers")
    layers = []
    for number in range(1, depth + 1):
        layer = TicketLayer(
            _typed(tensors, f"layers.{number}.filters", np.int64, 1),
            _typed(tensors, f"layers.{number}.scalars", np.float32, 1),
            _typed(tensors, f"layers.{number}.kernels", np.float32, 4),
        )
        if not len(layer.filters) == len(layer.scalars) == len(layer.kernels):
            raise ValueError(f"tensors of layer {number} differ in length")
        layers.append(layer)
    network = data["random_network"]
    return Ticket(
        target=dict(data["target"]),
        generator=str(network["generator"]),
        seed=_integer(network["seed"]),
        widths=tuple(_integer(width) for width in network["widths"]),
        scale_exponents=tuple(_exponent(e) for e in data["scale_exponents"]),
        eps=_rational(data["eps"]),
        certified_error=str(data["certified_error"]),
        layers=tuple(layers),
        versions={str(k): str(v) for k, v in data["versions"].items()},
    )


def _typed(
    tensors: dict[str, NDArray[Any]], name: str, dtype: type, dimensions: int
) -> NDArray[Any]:
    array = tensors[name]
    if array.dtype != dtype or array.ndim != dimensions:
        raise ValueError(f"{name} has dtype {array.dtype} and shape {array.shape}")
    return array


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(f"{value!r} is no integer")
    return value


def _exponent(value: Any) -> int:
    if abs(_integer(value)) > _MAX_EXPONENT:
        raise ValueError(f"scale exponent {value} is beyond {_MAX_EXPONENT}")
    return int(value)


def _rational(text: Any) -> Fraction:
    if type(text) is not str or not re.fullmatch(r"\d{1,999}(/[1-9]\d{0,999})?", text):
        raise ValueError(f"eps={str(text)[:50]!r} is no rational p/q")
    return Fraction(text)
