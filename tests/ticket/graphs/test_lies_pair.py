"""Planted lies about pairs of layers: the oracle's bounds leave the liar's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slth_verify.ticket.graphs import difference, pair

Refuted = Callable[[], list[str]]

LIES: dict[str, tuple[str, str]] = {
    "D+ and D- swapped": (
        "halves.most(*above)",
        "halves.most(*above[::-1])",
    ),
    "W- has the sign of W+": ("minus + most", "minus - most"),
    "W+ and W- swapped in g": (
        "halves.most(plus, minus)",
        "halves.most(minus, plus)",
    ),
    "kink at 0 forgotten above": (
        "np.where(self.mixed, np.maximum(found, 0), found)",
        "found",
    ),
    "kink at 0 forgotten below": (
        "np.where(self.mixed, np.minimum(found, 0), found)",
        "found",
    ),
    "kink at 0 always": (
        "np.where(self.mixed, np.minimum(found, 0), found)",
        "np.minimum(found, 0)",
    ),
    "negative half dropped": (
        "value + minus * down if np.any(down) else value",
        "value",
    ),
    "bias difference dropped": (
        '"own upper": numbers.bias - numbers.bias_least,',
        "",
    ),
    "bias of g for that of f": (
        '"target lower": numbers.bias_least',
        '"target lower": numbers.bias',
    ),
    "whole windows only": (
        'if layer.padding_mode != "zeros" or not any(layer.padding):',
        "if True:",
    ),
    "whole windows left out": (
        "            (layer.padding[:2], layer.padding[2:]),\n"
        "            strict=True,\n"
        "        )\n"
        "    ]\n",
        "            (layer.padding[:2], layer.padding[2:]),\n"
        "            strict=True,\n"
        "        )\n"
        "    ][:1] + [np.array([[0, 1]])]\n",
    ),
    "margins swapped": (
        "(layer.padding[:2], layer.padding[2:])",
        "(layer.padding[2:], layer.padding[:2])",
    ),
    "stride ignored": ("            layer.stride,", "            (1, 1),"),
    "the first part only": (
        "for top, bottom in rows.tolist():",
        "for top, bottom in rows.tolist()[:1]:",
    ),
    "carried term dropped": (
        'cut[f"own {end}"] + cut[f"carried {end}"]',
        'cut[f"own {end}"]',
    ),
    "own term dropped": (
        'cut[f"own {end}"] + cut[f"carried {end}"]',
        'cut[f"carried {end}"]',
    ),
    "K at one end only": (
        "low, high = np.minimum(low, others[0]), np.maximum(high, others[1])",
        "pass",
    ),
    "D at one end only, below": (
        "above if exact else (plus - most, minus + least)",
        "above",
    ),
    "D at one end only, above": (
        "above = plus - least, minus + most",
        "above = plus - most, minus + least",
    ),
    "products of lower ends": (
        "return np.minimum(one, other), np.maximum(one, other)",
        "return one, other",
    ),
    "groups mixed up": (
        "slice(group * wide, (group + 1) * wide)",
        "slice((groups - 1 - group) * wide, (groups - group) * wide)",
    ),
    "difference of the first channel": (
        'for name, ends in (("target", target), ("carried", difference)):',
        'for name, ends in (("target", target), ("carried", Ends('
        "difference.lower[:1], difference.upper[:1]))):",
    ),
}


def test_the_truth_is_not_refuted(refuted: Refuted) -> None:
    assert not refuted()


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(
    lie: str,
    mutant: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    refuted: Refuted,
) -> None:
    false = mutant(pair, *LIES[lie])
    monkeypatch.setattr(difference, "pair_ends", false.pair_ends)
    assert refuted()
