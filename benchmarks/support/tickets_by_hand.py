"""Tickets read and decided with code of its own, from docs/ticket-format.md.

Nothing here calls the checker: the header is plain JSON, weights are drawn by numpy's
Philox and rounded by mpmath, and differences are those of the exact place-by-place
oracle of `slth_verify.conformance`. Covers targets whose stages are convolutions
without groups or bias, which is what the drawn tickets have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import mpmath
import numpy as np

from slth_verify.conformance.oracles.graph_differences import difference_bounds
from slth_verify.graph import Convolution, TargetCNN

#: Parts into which the range of a channel is split, where places are independent.
_PARTS = 16
_KEY = 0x736C74685F763031
#: Decimal digits with which a quantile is told from the middle of two float32.
_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Claim:
    """All that a ticket claims; labels are left out.

    Attributes:
        eps: Largest difference that the ticket allows.
        pruned: Seed, and for each stage its width, its exponent and its filters.
        rest: Everything else, which names the target and the rules.
    """

    eps: Fraction
    pruned: tuple[Any, ...]
    rest: str


def claim(content: bytes) -> Claim:
    """What the bytes of a ticket claim.

    Raises:
        ValueError, KeyError: If they are no ticket.
    """
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    body = content[8 + length :]
    (about,) = map(json.loads, header.pop("__metadata__").values())
    for label in ("certified_error", "versions"):
        del about[label]
    del about["target"]["name"]
    stages = []
    for number, stage in enumerate(about["stages"], start=1):
        start, stop = header.pop(f"stages.{number}.filters")["data_offsets"]
        filters = np.frombuffer(body[start:stop], dtype="<i8").tolist()
        stages.append((stage.pop("width"), stage.pop("exponent"), tuple(filters)))
    seed = about["random_network"].pop("seed")
    eps = Fraction(about.pop("eps"))
    rest = json.dumps([header, about], sort_keys=True)
    return Claim(eps, (seed, *stages), rest)


def largest_difference(target: TargetCNN, pruned: tuple[Any, ...]) -> Fraction:
    """A number that no difference of target and pruned network exceeds.

    Raises:
        ValueError: If a stage is none of those covered, or a filter does not exist.

    Rigor:
        Exact; the enclosure of the difference is that of the oracle.
    """
    seed, *stages = pruned
    nodes = [node for node in target.nodes if isinstance(node, Convolution)]
    given = {
        node.name: _sums(node, seed, number, *stage)
        for number, (node, stage) in enumerate(zip(nodes, stages, strict=True), start=1)
    }
    ends = [
        difference_bounds(part, given)[target.nodes[-1].name].difference
        for part in _parts(target, nodes)
    ]
    return Fraction(max(max(*(-low).flat, *high.flat) for low, high in ends))


def _parts(target: TargetCNN, nodes: list[Convolution]) -> Iterator[TargetCNN]:
    """The target on parts of its box, that together say all about the whole.

    If every kernel has one entry, an output depends on one place of the image: then one
    place is enough, and the boxes of its channels can be split.
    """
    image = target.input
    if len(nodes) == 1 or any(node.weight.shape[2:] != (1, 1) for node in nodes):
        yield target
        return
    channels = zip(image.low, image.high, strict=True)
    steps = [(low, Fraction(high - low, _PARTS)) for low, high in channels]
    for at in product(range(_PARTS), repeat=image.shape[0]):
        lows = [low + i * step for i, (low, step) in zip(at, steps, strict=True)]
        part = replace(
            image,
            shape=(image.shape[0], 1, 1),
            low=tuple(lows),
            high=tuple(low + s for low, (_, s) in zip(lows, steps, strict=True)),
        )
        yield TargetCNN((part, *target.nodes[1:]), target.name)


def _sums(
    node: Convolution,
    seed: int,
    number: int,
    width: int,
    exponent: int,
    filters: tuple[int, ...],
) -> tuple[Any, Any, None]:
    """``W+`` and ``W-`` of a stage."""
    if node.groups != 1 or node.bias is not None:
        raise ValueError(f"{node.name} has groups or a bias")
    outputs, channels, rows, columns = node.weight.shape
    if list(filters) != sorted({f for f in filters if 0 <= f < 2 * width * channels}):
        raise ValueError(f"{node.name} keeps filters that do not exist")
    both = [np.full(node.weight.shape, Fraction(0), object) for _ in range(2)]
    for index in filters:
        channel = index // (2 * width)
        scalar = _weight(seed, (index // 4, channel, number, 1), index % 4)
        for i, j, o in np.ndindex(rows, columns, outputs):
            t = (i * columns + j) * outputs + o
            entry = _weight(seed, (t // 4, index, number, 2), t % 4)
            side = both[0 if scalar > 0 else 1]
            side[o, channel, i, j] += Fraction(2) ** exponent * abs(scalar) * entry
    return both[0], both[1], None


@cache
def _weight(seed: int, counter: tuple[int, int, int, int], lane: int) -> Fraction:
    """The float32 nearest to the normal quantile of a random word."""
    # numpy counts up before it draws
    before = (sum(limb << 64 * i for i, limb in enumerate(counter)) - 1) % (1 << 256)
    philox = np.random.Philox(counter=before, key=seed | _KEY << 64)
    word = int(philox.random_raw(4)[lane])
    with mpmath.workdps(_DIGITS):
        at = mpmath.mpf(2 * word + 1 - (1 << 64)) / mpmath.mpf(1 << 64)
        quantile = mpmath.sqrt(2) * mpmath.erfinv(at)
        near = np.float32(float(quantile))
        sides = [near, *(np.nextafter(near, np.float32(side)) for side in (-9, 9))]
        best = min(sides, key=lambda v: abs(mpmath.mpf(float(v)) - quantile))
    return Fraction(float(best))
