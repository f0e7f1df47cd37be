"""Planted lies about differences and stages: the oracle leaves the liar's bounds."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from slth_verify.graph import stages
from slth_verify.ticket.graphs import difference

Refuted = Callable[[], list[str]]
Lie = tuple[ModuleType, str, str]

LIES: dict[str, Lie] = {
    "unit of biases forgotten": (difference, "sums.bias * unit", "sums.bias"),
    "ends rounded inward": (
        difference,
        "    return outward(\n"
        "        [end * scale for end in ends.lower], "
        "[end * scale for end in ends.upper]\n"
        "    )",
        "    from slth_verify.graph.dyadics import down, up\n"
        "    return Range(tuple(up(end * scale) for end in ends.lower), "
        "tuple(down(end * scale) for end in ends.upper))",
    ),
    "scale of the pair forgotten": (
        difference,
        "Fraction(1, unit) / 2**bits",
        "Fraction(1, unit) / 2**sums.bits",
    ),
    "slope ignored": (
        difference,
        "low * slope if off or (low > 0 and not on) else low",
        "low",
    ),
    "slope of the first channel": (
        difference,
        "node.slopes[channel % len(node.slopes)]",
        "node.slopes[0]",
    ),
    "an active target is an active pair": (
        difference,
        "on = x_low >= 0 and y_low >= 0",
        "on = x_low >= 0",
    ),
    "an inactive target is an inactive pair": (
        difference,
        "off = x_high <= 0 and y_high <= 0",
        "off = x_high <= 0",
    ),
    "no thresholds": (difference, "low if between else min(low, Fraction(0))", "low"),
    "thresholds of f alone": (
        difference,
        "between = min(x_low, y_low) >= node.low and max(x_high, y_high) <= node.high",
        "between = x_low >= node.low and x_high <= node.high",
    ),
    "upper difference of the lower one": (
        difference,
        "upper.append(high if between else max(high, Fraction(0)))",
        "upper.append(max(low, Fraction(0)))",
    ),
    "tightened with the wrong sign": (
        difference,
        "_larger(d.lower, _gaps(pruned.lower, f.upper))",
        "_larger(d.lower, _gaps(f.lower, pruned.upper))",
    ),
    "tightened by the other end": (
        difference,
        "_larger(g.lower, _sums(f.lower, d.lower))",
        "_larger(g.lower, _sums(f.lower, d.upper))",
    ),
    "tightened as if f were g": (
        difference,
        "_smaller(d.upper, _gaps(pruned.upper, f.lower))",
        "_smaller(d.upper, _gaps(pruned.upper, f.upper))",
    ),
    "f taken for g": (
        difference,
        "passed(lambda b: b.target), passed(lambda b: b.pruned)",
        "passed(lambda b: b.target), passed(lambda b: b.target)",
    ),
    "bias dropped before a batch norm": (
        stages,
        "np.zeros(outputs) if layer.bias is None else layer.bias",
        "np.zeros(outputs) if norm or layer.bias is None else layer.bias",
    ),
    "mean dropped": (stages, "bias.plus(_Dyadic.of(-norm.mean))", "bias"),
    "mean with the wrong sign": (
        stages,
        "_Dyadic.of(-norm.mean)",
        "_Dyadic.of(norm.mean)",
    ),
    "shift dropped": (
        stages,
        "_Dyadic.most(*ends[1]).plus(added)",
        "_Dyadic.most(*ends[1])",
    ),
    "epsilon dropped": (
        stages,
        "Fraction(float(variance)) + norm.epsilon",
        "Fraction(float(variance)) or norm.epsilon",
    ),
    "scale squared": (
        stages,
        "Fraction(float(scale)) * root",
        "Fraction(float(scale)) ** 2 * root",
    ),
    "factors of inputs": (
        stages,
        "factors.whole.reshape(-1, *(1,) * (axes - 1))",
        "factors.whole.reshape(-1, *(1,) * (axes - 1))[::-1]",
    ),
    "factor at one end": (
        stages,
        "ends[1].append(up(found[1], _FACTOR_BITS))",
        "ends[1].append(up(found[0], _FACTOR_BITS))",
    ),
    "company forgotten": (stages, "and users[node.sources[0]] == 1", ""),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(
    lie: str,
    mutant: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    refuted: Refuted,
    liars: Any,
) -> None:
    module, *pieces = LIES[lie]
    false = mutant(module, *pieces)
    if module is stages:
        monkeypatch.setattr(difference, "Stage", false.Stage)
        monkeypatch.setattr(liars, "staged", false.staged)
    else:
        monkeypatch.setattr(liars, "node_bounds", false.node_bounds)
    assert refuted()
