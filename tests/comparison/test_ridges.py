"""Attacks reach largest differences that lie inside the box, where a gate closes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from slth_verify.attacks import ascent, gradients
from slth_verify.comparison import attacked
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.graph import Convolution, Input, Rectifier, TargetCNN

#: How steep each gate is in its first entry; its ridge is at ``-1 / STEEP[i]``.
STEEP = (5.0, 3.0, 2.5, 1.75, 1.5, 1.25)
#: Of weights, by how much the second network is off.
OFF = Fraction(1, 64)


def _network(off: Fraction) -> TargetCNN:
    """Sum of ``relu((1 + off) v_i + (STEEP[i] - off) u_i)``, u_i <= 0 <= v_i at most 1.

    f has off 0. While both gates are open they differ by ``off (v_i - u_i)``, and f's
    closes at ``-u_i = v_i / STEEP[i]``: the largest difference is ``off (1 + 1 /
    STEEP[i])``, at v_i = 1, u_i = -1 / STEEP[i]. Beyond, only g's is open and falls by
    ``STEEP[i] - off`` a unit.
    """
    count = len(STEEP)
    image = Input(
        name="image",
        shape=(2 * count, 1, 1),
        low=(Fraction(-1),) * count + (Fraction(0),) * count,
        high=(Fraction(0),) * count + (Fraction(1),) * count,
    )
    blocks = [np.diag(np.array(STEEP) - float(off)), (1 + float(off)) * np.eye(count)]
    weight = np.concatenate(blocks, axis=1).astype(np.float32)  # exact
    gates = Convolution(
        name="gates", sources=("image",), weight=weight[:, :, None, None]
    )
    whole = np.ones((1, count, 1, 1), np.float32)
    return TargetCNN(
        (
            image,
            gates,
            Rectifier(name="relu", sources=("gates",)),
            Convolution(name="sum", sources=("relu",), weight=whole),
        )
    )


def _reached() -> Fraction:
    """The attack's share of the largest difference."""
    networks = ComparedNetworks.of_graphs(_network(Fraction(0)), _network(OFF))
    largest = sum(OFF * (1 + 1 / Fraction(steep)) for steep in STEEP)
    return attacked(networks).difference / largest


def test_the_ridge_is_reached() -> None:
    assert Fraction(99, 100) <= _reached() <= 1


def _only_starts(self: Any, paths: ascent.Paths, pace: ascent.Pace) -> ascent.Paths:
    return paths


@pytest.mark.parametrize(
    ("owner", "name", "lie"),
    [
        (ascent.Ascent, "climbed", _only_starts),
        (gradients, "_width", lambda source, softness: None),
    ],
    ids=["no ascent", "hard gates only"],
)
def test_without_a_part_of_the_ascent_the_ridge_is_missed(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, lie: Any
) -> None:
    monkeypatch.setattr(owner, name, lie)
    assert _reached() < Fraction(99, 100)
