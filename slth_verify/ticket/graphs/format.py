"""Ticket format 1: which filters of which random network to keep, and nothing else.

One safetensors file, never pickle. The metadata key ``slth_ticket`` holds a JSON
object; stage i has the tensor ``stages.i.filters`` (int64, strictly increasing). A file
may carry the weights as well, for readers without the generator. The format is
described field by field in docs/ticket-format.md, and does not change.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from slth_verify.errors import InvalidTicketError
from slth_verify.files import write_atomically
from slth_verify.graph.files import GRAPH_KEY
from slth_verify.graph.kernels import KERNELS_KEY
from slth_verify.limits import LAYERS, SEEDS
from slth_verify.numbers import exact_number, shown, whole_number
from slth_verify.showing import Card, Shown, brief
from slth_verify.tensors import (
    READING_ERRORS,
    exact_keys,
    has_metadata,
    integer,
    read_tensors,
)
from slth_verify.text import printable, reason_of
from slth_verify.ticket._fields import plain, rational, require_eps, require_text
from slth_verify.ticket.graphs.stage_ticket import (
    TENSORS,
    StageTicket,
    StoredWeights,
    check_stage,
)

if TYPE_CHECKING:
    from slth_verify.graph.graph import TargetCNN

FORMAT_KEY = "slth_ticket"
FORMAT = 1
#: Metadata of the files that were tickets before format 1.
_BEFORE = "slth_verify_ticket"

_KEYS = frozenset(
    {
        "format",
        "target",
        "random_network",
        "stages",
        "eps",
        "certified_error",
        "weights",
        "versions",
    }
)
_TARGET_KEYS = frozenset({"name", "sha256"})
_NETWORK_KEYS = frozenset({"generator", "seed"})
_STAGE_KEYS = frozenset({"name", "width", "exponent"})


@dataclass(frozen=True, eq=False, repr=False)
class Ticket(Shown):
    """A claim: the pruned random network is within ``eps`` of a target graph.

    The claim is ``sup over all images of the box of ||f - g||_max <= eps``. The checker
    proves or refutes every field but labels.

    Attributes:
        target: ``sha256`` of the graph, and ``name``, a label.
        generator: Name of the rule that makes weights from the seed.
        seed: Of the random network, in [0, 2^64).
        stages: One for each affine stage of the target, in order.
        eps: The claimed bound, exact.
        certified_error: The bound that the construction computed, rounded up, as a
            decimal.
        versions: Software that made the file; labels.
        made_for: The target itself, where `slth_verify.prune` made the ticket in this
            process; never stored, so None in a ticket that was loaded. A convenience:
            whoever uses it compares its digest with ``target``.
    """

    target: dict[str, Any]
    generator: str
    seed: int
    stages: tuple[StageTicket, ...]
    eps: Fraction
    certified_error: str
    versions: dict[str, str] = field(default_factory=dict)
    made_for: TargetCNN | None = None

    @property
    def layers(self) -> tuple[StageTicket, ...]:
        """The stages by the paper's name: each has one pair of random layers."""
        return self.stages

    @property
    def kept(self) -> tuple[int, ...]:
        """Number of kept filters, stage by stage."""
        return tuple(len(stage.filters) for stage in self.stages)

    def _card(self) -> Card:
        rows = (
            ("target", self.target.get("name")),
            ("target's SHA-256", self.target.get("sha256")),
            ("claimed bound", brief(self.eps)),
            ("error found", f"{self.certified_error}, to be checked"),
            ("seed", self.seed),
            *(
                (f"stage {part.name}", f"{kept} of blocks of {2 * part.width} filters")
                for part, kept in zip(self.stages, self.kept, strict=True)
            ),
        )
        line = (
            f"for {self.target.get('name')}: claims {brief(self.eps)}, seed "
            f"{self.seed}, {sum(self.kept)} filters kept"
        )
        return Card(line, rows)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the ticket atomically; see `to_bytes`."""
        write_atomically(path, self.to_bytes())

    def to_bytes(self) -> bytes:
        """The file's content; equal tickets give equal bytes.

        Raises:
            InvalidTicketError: If a field is not as it must be.
        """
        ticket = validated(self)
        tensors: dict[str, NDArray[Any]] = {}
        for number, stage in enumerate(ticket.stages, start=1):
            tensors[f"stages.{number}.filters"] = np.ascontiguousarray(stage.filters)
            if stage.weights is not None:
                for name, *_ in TENSORS:
                    tensors[f"stages.{number}.{name}"] = np.ascontiguousarray(
                        getattr(stage.weights, name)
                    )
        return bytes(save(tensors, {FORMAT_KEY: json.dumps(ticket._metadata())}))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Ticket:
        """Read a ticket file.

        Raises:
            InvalidTicketError: If it is unreadable, incomplete or of another format;
                tickets from before format 1 have to be made again.
        """
        try:
            if has_metadata(path, _BEFORE):
                raise ValueError(
                    "it is of the format before format 1, which is not read any more; "
                    "prune the target again"
                )
            if any(has_metadata(path, key) for key in (GRAPH_KEY, KERNELS_KEY)):
                raise ValueError(
                    "it is a target; the ticket comes first, then its target"
                )
            data, tensors = read_tensors(path, FORMAT_KEY, _expected)
            return _checked(_parsed(data, tensors))
        except READING_ERRORS as error:
            raise InvalidTicketError(
                f"path='{printable(str(path))}' is no readable ticket "
                f"({reason_of(error)}). docs/ticket-format.md says what is required. "
                "Write it again with `slth-verify prune`."
            ) from error

    def _metadata(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "target": self.target,
            "random_network": {"generator": self.generator, "seed": self.seed},
            "stages": [
                {"name": part.name, "width": part.width, "exponent": part.exponent}
                for part in self.stages
            ],
            "eps": str(self.eps),
            "certified_error": self.certified_error,
            "weights": any(part.weights is not None for part in self.stages),
            "versions": self.versions,
        }


def validated(ticket: Ticket) -> Ticket:
    """The same ticket in plain values, each of the type, shape and range it must have.

    Numbers, texts and arrays of subclasses, which may compare as they like, are read
    once, so that what is shown, compared and stored is the same.

    Raises:
        InvalidTicketError: Naming the first field that has not.
    """
    try:
        return _checked(_plain(ticket))
    except READING_ERRORS as error:
        raise InvalidTicketError(
            f"ticket: {error}. A ticket's fields must be as its class says. Build it "
            "with prune or Ticket.load."
        ) from error


def _plain(ticket: Ticket) -> Ticket:
    stages = [
        StageTicket(
            plain(stage.name),
            plain(stage.width),
            plain(stage.exponent),
            plain(stage.filters),
            None
            if stage.weights is None
            else StoredWeights(
                *(plain(getattr(stage.weights, name)) for name, *_ in TENSORS)
            ),
        )
        for stage in _listed(tuple(ticket.stages))
    ]
    return Ticket(
        target=plain(ticket.target),
        generator=plain(ticket.generator),
        seed=plain(ticket.seed),
        stages=tuple(stages),
        eps=plain(ticket.eps),
        certified_error=plain(ticket.certified_error),
        versions=plain(ticket.versions),
    )


def _expected(data: dict[str, Any], _: int) -> dict[str, tuple[str, int]]:
    if integer(data["format"]) != FORMAT:
        raise ValueError(f"format={data['format']}, and {FORMAT} is read")
    exact_keys(data, _KEYS)
    exact_keys(data["random_network"], _NETWORK_KEYS)
    if not isinstance(data["weights"], bool) or not isinstance(data["stages"], list):
        raise ValueError("weights must be true or false, stages a list")
    wanted = {}
    for number, stage in enumerate(_listed(data["stages"]), start=1):
        exact_keys(stage, _STAGE_KEYS)
        wanted[f"stages.{number}.filters"] = ("I64", 1)
        if data["weights"]:
            for name, dtype, axes in TENSORS:
                wanted[f"stages.{number}.{name}"] = (dtype, axes)
    return wanted


def _listed(stages: Any) -> Any:
    whole_number(len(stages), "stages", least=0, most=LAYERS)
    return stages


def _parsed(data: dict[str, Any], tensors: dict[str, NDArray[Any]]) -> Ticket:
    network = data["random_network"]
    stages = []
    for number, stage in enumerate(data["stages"], start=1):
        found = None
        if data["weights"]:
            found = StoredWeights(
                *(tensors[f"stages.{number}.{name}"] for name, *_ in TENSORS)
            )
        stages.append(
            StageTicket(
                stage["name"],
                stage["width"],
                stage["exponent"],
                tensors[f"stages.{number}.filters"],
                found,
            )
        )
    return Ticket(
        target=data["target"],
        generator=network["generator"],
        seed=network["seed"],
        stages=tuple(stages),
        eps=rational(data["eps"]),
        certified_error=data["certified_error"],
        versions=data["versions"],
    )


def _checked(ticket: Ticket) -> Ticket:
    whole_number(integer(ticket.seed), "seed", least=0, most=SEEDS - 1)
    require_eps(ticket.eps)
    if exact_number(ticket.certified_error, "certified_error") < 0:
        raise ValueError(f"certified_error={shown(ticket.certified_error)} < 0")
    for label, words in (("target", ticket.target), ("versions", ticket.versions)):
        if type(words) is not dict:
            raise ValueError(f"{label}={shown(words)} is no dict")
    exact_keys(ticket.target, _TARGET_KEYS)
    for name, text in (
        ("generator", ticket.generator),
        ("certified_error", ticket.certified_error),
        *ticket.target.items(),
        *ticket.versions.items(),
    ):
        require_text(name, text)
    for number, stage in enumerate(_listed(ticket.stages), start=1):
        check_stage(f"stages.{number}", stage)
    if len({stage.weights is None for stage in ticket.stages}) > 1:
        raise ValueError("some stages have weights, and others have none")
    return ticket
