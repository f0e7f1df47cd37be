"""How far float values and slopes of a network may be off: running error analysis.

In floats a network follows, at an image, the affine map of the pieces that its gates
and pools chose. Every rounding is a share ``u`` of what it rounds, or a subnormal; both
are carried forward through the moduli of the weights (Higham, Accuracy and Stability
of Numerical Algorithms, sections 3.1 and 3.3). So a bound is as small as the weights
on its own way allow, whatever other tensors hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from slth_verify.attacks.gradients import FloatNetwork
from slth_verify.graph import AveragePool, Clip, Input, MaxPool, Rectifier, Sum
from slth_verify.graph.float_values import value_of
from slth_verify.graph.nodes import Node
from slth_verify.graph.stages import Stage
from slth_verify.graph.windows import by_channel, padded, windows

UNIT, LEAST = 2.0**-53, 2.0**-1074
#: The bounds are computed in floats themselves, up to so much.
OWN = 1 + 2.0**-20


@dataclass(frozen=True, eq=False)
class Course:
    """A network along a short line, from one image to another.

    Attributes:
        network: f or g.
        ends: All tensors at both ends, each with a batch axis of 1.
    """

    network: FloatNetwork
    ends: tuple[dict[str, Any], dict[str, Any]]

    @classmethod
    def between(cls, network: FloatNetwork, one: Any, other: Any) -> Course:
        """From images without a batch axis."""
        return cls(network, tuple(network.tensors(x[None]) for x in (one, other)))

    def in_one_piece(self) -> bool:
        """Whether every gate and pool chose the same at both ends, in finite floats."""
        one, other = self.ends
        if not all(np.isfinite(x).all() for end in self.ends for x in end.values()):
            return False
        return all(
            np.array_equal(this, that)
            for node in self.network.pair.nodes
            for this, that in zip(
                self._choices(node, one), self._choices(node, other), strict=True
            )
        )

    def _choices(self, node: Node, tensors: dict[str, Any]) -> Iterator[Any]:
        if isinstance(node, Input):
            return
        source = tensors[node.sources[0]]
        if isinstance(node, Stage) and self.network.pruned:
            yield source < 0
        elif isinstance(node, Rectifier):
            yield source > 0
        elif isinstance(node, Clip):
            yield source > float(node.low)
            yield source > float(node.high)
        elif isinstance(node, MaxPool):
            filled = padded(source, node.padding, "zeros", source.min())
            seen = windows(filled, node.window, node.stride, node.dilation)
            yield seen.reshape(*seen.shape[:4], -1).argmax(axis=-1)

    def errors(self) -> Any:
        """By so much the differences of outputs may be off what slopes say of them.

        Rounding of the values at both ends, and of slopes times the step: each of their
        products has as many roundings as the way has, of the product of all moduli.
        """
        step = np.abs(self._image(1) - self._image(0))
        moved, lost = {}, {}
        count = spilt = 0.0
        for node in self.network.pair.nodes:
            if isinstance(node, Input):
                moved[node.name], lost[node.name] = step, 0 * step
                continue
            sources = [moved[name] for name in node.sources]
            before = [lost[name] for name in node.sources]
            found, roundings, own = self._through(node, sources, before)
            moved[node.name], lost[node.name] = found, own
            count += roundings
            spilt += roundings * LEAST * float(found.sum() + step.sum())
        last = self.network.pair.output.name
        share = _gamma(count + step.size + 2)
        spilt += LEAST * (step.size + 2)
        return (2 * lost[last] + share * moved[last] + spilt) * OWN

    def _image(self, end: int) -> Any:
        return self.ends[end][self.network.pair.image]

    def _through(self, node: Node, moved: list[Any], lost: list[Any]) -> Any:
        """What a node makes of moduli of steps, its roundings, and errors behind it."""
        largest = [
            np.maximum(*(np.abs(end[name]) for end in self.ends))
            for name in node.sources
        ]
        if isinstance(node, Stage):
            return self._stage(node, moved[0], lost[0], largest[0])
        if isinstance(node, Rectifier):
            slopes = np.array([abs(float(slope)) for slope in node.slopes])
            steep = by_channel(slopes, moved[0].ndim)
            on = self.ends[0][node.sources[0]] > 0
            share = np.where(on, 1.0, steep)
            own = share * lost[0] + 2 * (UNIT * share * largest[0] + LEAST)
            return share * moved[0], 4, own
        if isinstance(node, Clip):
            source = self.ends[0][node.sources[0]]
            inside = (source > float(node.low)) & (source <= float(node.high))
            return inside * moved[0], 2, inside * lost[0]
        if isinstance(node, MaxPool):
            return *(value_of(node, [x]) for x in moved), 1, value_of(node, lost)
        if isinstance(node, (AveragePool, Sum)):
            wide = isinstance(node, AveragePool)
            terms = node.window[0] * node.window[1] + 1 if wide else len(node.sources)
            own = value_of(node, lost) + _gamma(terms) * value_of(node, largest)
            return value_of(node, moved), 2 * terms, own + terms * LEAST
        return value_of(node, moved), 1, value_of(node, lost)

    def _stage(self, stage: Stage, moved: Any, lost: Any, largest: Any) -> Any:
        weights = self.network.pair.stages[stage.name]
        if self.network.pruned:
            below = self.ends[0][stage.sources[0]] < 0
            parts = [
                (np.abs(weights.positive.values), ~below),
                (np.abs(weights.negative.values), below),
            ]
            bias = weights.pruned_bias.values
        else:
            parts = [(np.abs(weights.kernel.values), np.ones_like(moved, bool))]
            bias = weights.bias.values

        def carried(tensor: Any) -> Any:
            return sum(stage.applied(part, tensor * here) for part, here in parts)

        terms = weights.kernel.values.size * (1 + sum(stage.layer.padding)) + 4
        size = carried(largest) + by_channel(np.abs(bias), largest.ndim)
        return (
            carried(moved),
            terms,
            carried(lost) + _gamma(terms) * size + (terms * LEAST),
        )


def _gamma(count: float) -> float:
    """Of so many roundings one after the other."""
    return count * UNIT / (1 - count * UNIT)
