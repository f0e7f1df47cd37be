"""docs/ticket-format.md, followed with nothing but the bytes of a file."""

from __future__ import annotations

import json
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import stages_of
from slth_verify.ticket import Ticket
from slth_verify.ticket.graphs.sums import pair_sums
from slth_verify.ticket.graphs.weights import drawn_filters

Halves = dict[tuple[int, ...], Fraction]

LIMB = (1 << 64) - 1
KEYS = {
    "format",
    "target",
    "random_network",
    "stages",
    "eps",
    "certified_error",
    "weights",
    "versions",
}
TENSORS = {"I64": np.int64, "F32": np.float32}


def read(content: bytes, key: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    data = content[8 + length :]
    about = json.loads(header.pop("__metadata__")[key])
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        array = np.frombuffer(data[start:end], TENSORS[entry["dtype"]])
        tensors[name] = array.reshape(entry["shape"])
    return about, tensors


def block(counter: tuple[int, int, int, int], seed: int) -> tuple[int, ...]:
    """Four words of Philox4x64-10."""
    c0, c1, c2, c3 = counter
    k0, k1 = seed, 0x736C74685F763031
    for _ in range(10):
        one, other = 0xD2E7470EE14C6C93 * c0, 0xCA5A826395121157 * c2
        c0, c1, c2, c3 = (
            (other >> 64) ^ c1 ^ k0,
            other & LIMB,
            (one >> 64) ^ c3 ^ k1,
            one & LIMB,
        )
        k0, k1 = (k0 + 0x9E3779B97F4A7C15) & LIMB, (k1 + 0xBB67AE8584CAA73B) & LIMB
    return c0, c1, c2, c3


def weight(word: int) -> Fraction:
    """The float32 that is nearest to the normal quantile of a word."""
    with mpmath.workdps(25):
        at = mpmath.mpf(2 * word + 1 - (1 << 64)) / mpmath.mpf(1 << 64)
        quantile = mpmath.sqrt(2) * mpmath.erfinv(at)
        near = np.float32(float(quantile))
        sides = [np.nextafter(near, np.float32(side)) for side in (-9, 9)]
        best = min((near, *sides), key=lambda v: abs(mpmath.mpf(float(v)) - quantile))
    return Fraction(float(best))


def stage_sums(
    seed: int,
    number: int,
    width: int,
    exponent: int,
    filters: list[int],
    shape: tuple[int, ...],
    groups: int,
) -> tuple[Halves, Halves, Halves]:
    """W+, W- and beta of a stage; ``shape`` is that of its kernel."""
    outputs, wide, rows, columns = shape
    channels = wide * groups
    positive: Halves = dict.fromkeys(np.ndindex(*shape), Fraction(0))
    negative: Halves = dict(positive)
    bias: Halves = dict.fromkeys(np.ndindex(outputs), Fraction(0))
    power = Fraction(2) ** exponent
    for index in filters:
        channel = index // (2 * width)
        constant = channel == channels
        u = weight(block((index // 4, channel, number, 1), seed)[index % 4])
        size = (1, 1, outputs) if constant else (rows, columns, outputs // groups)
        for i, j, o in np.ndindex(*size):
            t = (i * size[1] + j) * size[2] + o
            v = weight(block((t // 4, index, number, 2), seed)[t % 4])
            if constant:
                bias[(o,)] += power * max(u, 0) * v
            else:
                output = channel * groups // channels * (outputs // groups) + o
                side = positive if u > 0 else negative
                side[output, channel % wide, i, j] += power * abs(u) * v
    return positive, negative, bias


def test_the_document_gives_the_pairs_of_a_ticket(
    grouped: TargetCNN, grouped_ticket: Ticket
) -> None:
    about, tensors = read(grouped_ticket.to_bytes(), "slth_ticket")
    assert set(about) == KEYS
    assert about["format"] == 1
    assert about["target"]["sha256"] == grouped.sha256
    network = about["random_network"]
    assert network["generator"] == "philox4x64-10/normal-quantile/1"
    assert set(tensors) == {f"stages.{i}.filters" for i in (1, 2, 3)}
    # of the target, by hand: a grouped convolution with its batch norm, a batch norm
    # alone, a dense layer
    shapes = [((4, 1, 2, 2), 2), ((4, 1, 1, 1), 4), ((2, 4, 1, 1), 1)]
    assert [part["name"] for part in about["stages"]] == ["conv", "alone", "dense"]
    for number, (part, (shape, groups), stage) in enumerate(
        zip(about["stages"], shapes, stages_of(grouped), strict=True), start=1
    ):
        filters = tensors[f"stages.{number}.filters"]
        found = stage_sums(
            network["seed"],
            number,
            part["width"],
            part["exponent"],
            filters.tolist(),
            shape,
            groups,
        )
        kept = drawn_filters(network["seed"], stage, part["width"], filters)
        known = pair_sums(stage, part["exponent"], kept)
        for halves, whole in zip(
            found, (known.positive, known.negative, known.bias), strict=True
        ):
            assert len(halves) == whole.size
            assert any(halves.values())
            assert all(
                value == Fraction(int(whole[at]), 1 << known.bits)
                for at, value in halves.items()
            )


def test_the_document_names_every_field() -> None:
    root = Path(__file__).parents[3]
    document = (root / "docs" / "ticket-format.md").read_text(encoding="utf-8")
    for name in KEYS | {"name", "sha256", "generator", "seed", "width", "exponent"}:
        assert f"`{name}`" in document
    for name in ("filters", "scalars", "kernels", "constants"):
        assert f"`stages.i.{name}`" in document


def test_blocks_are_those_of_numpy() -> None:
    key = np.array([17, 0x736C74685F763031], np.uint64)
    bits = np.random.Philox(counter=np.array([4, 3, 2, 1], np.uint64), key=key)
    assert block((5, 3, 2, 1), 17) == tuple(bits.random_raw(4).tolist())
