"""How much error each stage may make, how wide it should be, and at which scale.

All of this only steers the search: a wrong plan costs width, never soundness.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.construction.graphs.weights import LARGEST, FloatStage, within
from slth_verify.construction.searching.law import (
    LADDER_CONSTANT,
    MARGIN,
    TWO_SIGN_FACTOR,
    round_up,
    within_floats,
)
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import Range, TargetCNN, ranges
from slth_verify.graph.box_ranges import range_of
from slth_verify.graph.nodes import Clip, Node, Rectifier, Shape
from slth_verify.graph.shapes import shape_of
from slth_verify.graph.stages import Stage, staged
from slth_verify.graph.walk import last, walk

#: A column of the scaled stage has norm at most ``_NORM + m / _NORM_SHARE``, at most
#: ``_COLUMNS`` times a random column's, and at most ``n / _FILTERS``: the residual of
#: the ladder does not depend on the norm below that [measured].
_NORM, _NORM_SHARE, _COLUMNS, _FILTERS = 2.0, 5.0, 8.0, 16.0
#: No budget is larger than what belongs to such a width.
_LEAST = 2.0**-200
#: Width beyond which a plan need not go.
_WIDEST = 2.0**190
#: Exponents that a plan chooses; floats are beyond their range soon after.
_EXPONENT = 900


@dataclass(frozen=True, slots=True)
class StagePlan:
    """What a stage may cost.

    Attributes:
        stage: The stage.
        exponent: e; the pair approximates the stage divided by 2^e.
        signs: Signs of each channel that its pair reads; () where the channel is always
            0 or has weights 0.
        budget: Admissible one-sided error of an output filter from one of the source's
            channels and signs, of the scaled stage.
        constant_budget: The same from the constant channel.
        width: n at which the ladder is expected to meet them.
        error: Own error of the stage that is planned, in units of its output; infinite
            where nobody sees it.
    """

    stage: Stage
    exponent: int
    signs: tuple[tuple[int, ...], ...]
    budget: float
    constant_budget: float
    width: int
    error: float


@dataclass(frozen=True, slots=True)
class GraphPlan:
    """Plans of all stages, in order."""

    stages: tuple[StagePlan, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """N of each stage; it may leave the generator's range."""
        return tuple(part.width for part in self.stages)


def plan_graph(graph: TargetCNN, eps: Fraction) -> GraphPlan:
    """Split ``eps`` over the stages so that the expected total width is least.

    With widths n, a stage of dimension m, window d and scale s makes the error ``s w /
    n`` with ``w = C m^1.5 d / 2`` times the sum of its inputs' bounds; that causes the
    final error G s w / n, with G the gain of all later nodes. Lagrange gives errors in
    proportion to sqrt(c s w / G) for c channels.

    Args:
        graph: The target.
        eps: Admissible sup error, in the target's units, positive.

    Raises:
        InvalidParameterError: If eps is not positive.

    Rigor:
        Heuristic: it steers the search and enters no certificate.

    Source:
        docs/theory/networks.md; the law of the ladder is measured.
    """
    if eps <= 0:
        raise InvalidParameterError(
            f"eps={eps}: an admissible error must be positive (thm:structured-slth)."
        )
    with np.errstate(all="ignore"):  # beyond floats a plan is worse, no more
        return _planned(graph, eps)


def _planned(graph: TargetCNN, eps: Fraction) -> GraphPlan:
    found = ranges(graph)
    nodes = staged(graph)
    outlooks = [
        _Outlook.of(stage, found[graph.node(stage.name).sources[0]])
        for stage in nodes
        if isinstance(stage, Stage)
    ]
    gains = _gains(nodes, [outlook.floats for outlook in outlooks])
    roots = [
        math.sqrt(outlook.total * gain)
        for outlook, gain in zip(outlooks, gains, strict=True)
    ]
    budget = float(within_floats(eps)) * MARGIN
    whole = sum(roots) or 1.0
    return GraphPlan(
        tuple(
            outlook.plan(budget * root / whole / gain if gain and root else math.inf)
            for outlook, gain, root in zip(outlooks, gains, roots, strict=True)
        )
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Outlook:
    """What a stage's error costs.

    Attributes:
        floats: Its weights.
        signs: Of each channel.
        cost: Width times the stage's error, at scale 1.
    """

    floats: FloatStage
    signs: tuple[tuple[int, ...], ...]
    cost: float

    @classmethod
    def of(cls, stage: Stage, source: Range) -> _Outlook:
        floats = FloatStage(stage)
        signs, shares = [], 0.0
        for channel, (low, high) in enumerate(
            zip(source.lower, source.upper, strict=True)
        ):
            some = ((1,) if high > 0 else ()) + ((-1,) if low < 0 else ())
            if not floats.column_sum(channel).any():
                some = ()
            size = max(_float(high), -_float(low), 0.0)
            shares += size * (TWO_SIGN_FACTOR if len(some) == 2 else bool(some))
            signs.append(some)
        cost = _law(stage.kernel_shape(0)) * shares
        if stage.has_bias:
            signs.append((1,) if floats.bias.any() else ())
            cost += _law(stage.kernel_shape(stage.channels)) * bool(signs[-1])
        return cls(floats, tuple(signs), cost)

    @property
    def total(self) -> float:
        """The cost for all channels and signs, at the least scale of the stage."""
        norms = self._norms()
        scale = max((norm / wanted for norm, wanted in norms), default=1.0)
        return self.cost * scale * sum(map(len, self.signs))

    def plan(self, error: float) -> StagePlan:
        """The plan of a stage that may make such an error.

        An infinite one, of a stage that nobody sees, lets nothing be searched.
        """
        stage = self.floats.stage
        exponent = self._exponent(error)
        scaled = math.ldexp(error, -exponent)
        needed = self.cost / scaled if scaled else math.inf
        width = needed if needed < _WIDEST else _WIDEST  # also where floats were left
        own, constant = (
            _law(stage.kernel_shape(channel)) / max(width, _LEAST) if width else 1.0
            for channel in (0, stage.channels)
        )
        return StagePlan(
            stage, exponent, self.signs, own, constant, round_up(width), error
        )

    def _exponent(self, error: float) -> int:
        """The least e at which all columns are as short as the ladder wants them."""
        norms = self._norms()
        if not norms or not self.cost or not math.isfinite(error):
            return 0
        size = max(norm / wanted for norm, wanted in norms)
        # n = cost 2^e / error, and norm / 2^e is to be at most n / _FILTERS
        square = _FILTERS * error / self.cost * max(norm for norm, _ in norms)
        exponent = math.ceil(max(_log2(size), _log2(square) / 2))
        return max(-_EXPONENT, min(_EXPONENT, exponent))

    def _norms(self) -> list[tuple[float, float]]:
        """Norms of the columns that are searched, and how long they should be."""
        stage = self.floats.stage
        return [
            (
                _norm(self.floats.column_sum(channel)),
                _wanted_norm(math.prod(stage.kernel_shape(channel))),
            )
            for channel, signs in enumerate(self.signs)
            if signs
        ]


def _norm(column: Float64Array) -> float:
    """Euclidean norm, wherever floats hold it."""
    size = float(np.abs(column).max())
    return size * float(np.linalg.norm(column / size)) if size else 0.0


def _log2(number: float) -> float:
    """Binary logarithm, moved to where exponents are."""
    return math.log2(min(max(number, 2.0**-_EXPONENT), 2.0**_EXPONENT))


def _wanted_norm(dim: int) -> float:
    return min(_COLUMNS * math.sqrt(dim), _NORM + dim / _NORM_SHARE)


def _law(shape: tuple[int, int, int]) -> float:
    """One-sided error of an output filter, times n, for an input of 1."""
    rows, columns, _ = shape
    law: float = LADDER_CONSTANT * math.prod(shape) ** 1.5 * rows * columns / 2
    return law


def _gains(nodes: Sequence[Node], floats: Sequence[FloatStage]) -> list[float]:
    """Largest final error that a unit error of each stage's output can cause."""
    slopes = {item.stage.name: item.slopes for item in floats}
    gains = []
    for item in floats:
        errors = last(walk(nodes, _unit(nodes[0], 0.0), _step(item.stage, slopes)))[0]
        gains.append(float(errors.max()))
    return gains


#: Bounds on errors by channel, and the shape of the tensor.
_Errors = tuple[Float64Array, Shape]


def _unit(node: Node, size: float) -> _Errors:
    shape: Shape = node.shape  # type: ignore[attr-defined]
    return np.full(shape[0], size), shape


def _step(
    begun: Stage, slopes: Mapping[str, Float64Array]
) -> Callable[[Node, list[_Errors]], _Errors]:
    """How errors pass a node, if ``begun`` makes an error of 1."""

    def step(node: Node, sources: list[_Errors]) -> _Errors:
        if isinstance(node, Stage):
            errors, shape = sources[0]
            carried = slopes[node.name] @ errors + (node is begun)
            found = shape_of(node.layer, [node.shape])
            return np.minimum(carried, float(LARGEST)), (
                found if len(shape) == 3 else (found[0], *shape[1:])
            )
        shapes = [shape for _, shape in sources]
        if isinstance(node, (Rectifier, Clip)):
            return sources[0]
        moved = range_of(
            node,
            [(_around(errors), shape) for errors, shape in sources],
        )
        return np.array([float(x) for x in moved.upper]), shape_of(node, shapes)

    return step


def _around(errors: Float64Array) -> Range:
    ends = [Fraction(x) for x in errors.tolist()]
    return Range(tuple(-end for end in ends), tuple(ends))


def _float(number: Fraction) -> float:
    return float(within(number))
