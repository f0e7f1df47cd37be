"""Tickets of small targets, and tickets in which something was changed."""

from __future__ import annotations

import json
import struct
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from slth_verify.construction import prune, suggested_widths
from slth_verify.errors import TrivialClaimWarning
from slth_verify.graph import TargetCNN
from slth_verify.network import RandomCNN
from slth_verify.showing import OneLine

#: Channels and kernel size of the targets that tickets are drawn from.
_SHAPES = (((1, 1), 1), ((1, 2), 1), ((2, 1), 2), ((1, 2, 1), 1), ((1, 1), 3))
_SEEDS = 4
_SHARE = "12%"
_DIGITS = "0123456789"


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class StoredTicket(OneLine):
    """The files of a ticket and of its target, as bytes; `save` writes both.

    ``stored.save(folder)`` gives the paths of the two files, for checkers that read
    files.

    Attributes:
        ticket: The ticket's file.
        target: The target's file.
        change: What was changed in the ticket, or "" if it is as `prune` wrote it.
    """

    ticket: bytes = field(repr=False)
    target: bytes = field(repr=False)
    change: str = ""

    def save(self, folder: Path) -> tuple[Path, Path]:
        """Write both files, and return their paths: of the ticket, of the target.

        Args:
            folder: An existing folder.
        """
        paths = folder / "a.slth.safetensors", folder / "a.target.safetensors"
        for path, content in zip(paths, (self.ticket, self.target), strict=True):
            path.write_bytes(content)
        return paths


@st.composite
def tickets(draw: st.DrawFn) -> StoredTicket:
    """Tickets that the checker verifies, of twenty small targets of one or two layers.

    Source:
        thm:structured-slth, der:a-posteriori.
    """
    shape = draw(st.integers(0, len(_SHAPES) - 1))
    return _pruned(shape, draw(st.integers(0, _SEEDS - 1)))


@st.composite
def corrupted_tickets(draw: st.DrawFn) -> StoredTicket:
    """Tickets in which one thing is changed, seldom without effect.

    A bit of the file, a bit of one number in a tensor, a digit of a text in the header
    (such as the seed or eps), a tensor's rows in another order, the file cut short, or
    the files of two tickets mixed. What is changed may still be true: whoever draws
    decides that by a checker that is trusted.

    Source:
        der:a-posteriori.
    """
    genuine = draw(tickets())
    change = draw(st.sampled_from(_CHANGES))
    return change(draw, genuine)


@cache
def _pruned(shape: int, seed: int) -> StoredTicket:
    channels, size = _SHAPES[shape]
    rng = np.random.default_rng((shape, seed))
    kernels = [
        rng.uniform(0.5, 1, (c_out, c_in, size, size)).astype(np.float32)
        for c_in, c_out in pairwise(channels)
    ]
    kernels[0] *= rng.choice(np.array([-1, 1], np.float32), kernels[0].shape)
    target = TargetCNN.from_kernels(kernels, (channels[0], 2, 2))
    network = RandomCNN(seed=seed, widths=suggested_widths(target, _SHARE))
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore", TrivialClaimWarning)
        ticket = prune(target, network, eps=_SHARE)
        paths = Path(folder, "a.ticket"), Path(folder, "a.target")
        ticket.save(paths[0])
        target.save(paths[1])
        return StoredTicket(paths[0].read_bytes(), paths[1].read_bytes())


def _flipped(draw: st.DrawFn, of: StoredTicket) -> StoredTicket:
    place = draw(st.integers(0, 8 * len(of.ticket) - 1))
    return replace(of, ticket=_flip(of.ticket, place), change=f"bit {place} flipped")


def _number(draw: st.DrawFn, of: StoredTicket) -> StoredTicket:
    """A bit within the numbers, behind the header."""
    start = 8 * (8 + _header_length(of.ticket))
    if start >= 8 * len(of.ticket):
        return _flipped(draw, of)
    place = draw(st.integers(start, 8 * len(of.ticket) - 1))
    change = f"bit {place} flipped, in a number"
    return replace(of, ticket=_flip(of.ticket, place), change=change)


def _digit(draw: st.DrawFn, of: StoredTicket) -> StoredTicket:
    """A digit of the header's texts, which keeps the file one of its format."""
    length = _header_length(of.ticket)
    header = json.loads(of.ticket[8 : 8 + length])
    texts = header.get("__metadata__", {})
    places = [
        (name, place)
        for name, text in sorted(texts.items())
        for place, letter in enumerate(text)
        if letter in _DIGITS
    ]
    if not places:
        return _flipped(draw, of)
    name, place = draw(st.sampled_from(places))
    old = texts[name]
    digit = draw(st.sampled_from([x for x in _DIGITS if x != old[place]]))
    texts[name] = old[:place] + digit + old[place + 1 :]
    change = f"{name}: digit {place}, {old[place]!r}, is {digit!r}"
    return replace(of, ticket=_with_header(of.ticket, header), change=change)


def _swapped(draw: st.DrawFn, of: StoredTicket) -> StoredTicket:
    """Two numbers of one tensor change places."""
    length = _header_length(of.ticket)
    header = json.loads(of.ticket[8 : 8 + length])
    body = bytearray(of.ticket[8 + length :])
    sizes = {"I64": 8, "F64": 8, "F32": 4, "I32": 4, "U64": 8, "U32": 4}
    tensors = sorted((name, x) for name, x in header.items() if name[0] != "_")
    found = [
        (name, x["data_offsets"], sizes[x["dtype"]])
        for name, x in tensors
        if x["dtype"] in sizes and int(np.prod(x["shape"])) >= 2
    ]
    if not found:
        return _flipped(draw, of)
    name, (start, stop), size = draw(st.sampled_from(found))
    count = (stop - start) // size
    a = draw(st.integers(0, count - 2))
    b = draw(st.integers(a + 1, count - 1))
    one, other = (slice(start + i * size, start + (i + 1) * size) for i in (a, b))
    body[one], body[other] = body[other], body[one]
    ticket = of.ticket[: 8 + length] + bytes(body)
    return replace(of, ticket=ticket, change=f"{name}: numbers {a} and {b} swapped")


def _cut(draw: st.DrawFn, of: StoredTicket) -> StoredTicket:
    length = draw(st.integers(0, len(of.ticket) - 1))
    change = f"cut to {length} bytes"
    return replace(of, ticket=of.ticket[:length], change=change)


def _mixed(draw: st.DrawFn, of: StoredTicket) -> StoredTicket:
    other = draw(tickets())
    return StoredTicket(of.ticket, other.target, "the target of a drawn ticket")


#: Simplest first, because that is the way examples shrink.
_CHANGES: tuple[Callable[[st.DrawFn, StoredTicket], StoredTicket], ...] = (
    _flipped,
    _number,
    _digit,
    _swapped,
    _cut,
    _mixed,
)


def _flip(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def _header_length(content: bytes) -> int:
    """Bytes of the header of a safetensors file."""
    (length,) = struct.unpack("<Q", content[:8])
    return int(length)


def _with_header(content: bytes, header: object) -> bytes:
    """The file with another header, padded as the format demands."""
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    body = content[8 + _header_length(content) :]
    return struct.pack("<Q", len(text)) + text + body
