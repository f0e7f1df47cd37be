r"""One term of the second moment, by the trapezoidal rule in three logit coordinates.

Statement (integral part of der:weighted-moment): with the notation of the overlap,

.. math:: E\bigl[ D^{-s} \beta^{-s} ((1-\alpha)(1-\alpha'))^{-x} \bigr]
    \le \frac{h_t h_u h_v \,(S + T)}{(1-\rho_t)(1-\rho_u)(1-\rho_v)},

where S is the sum of the integrand over a finite lattice, T bounds its sum over the
remaining nodes, and the ratios rho bound the error of each one-dimensional rule.

All factors are polynomials with non-negative coefficients in each of the three odds.
In the odds of p, beta is a quadratic with real roots: its discriminant in p is
``D'^2 K (K - 4 c w D)``, and ``4 w <= 1``, ``K >= c D``. The same holds in the odds of
y, where beta is ``const (1+e^v)^2 + const e^v``. Both factors ``1 - alpha`` are linear
in every odds.
"""

from __future__ import annotations

from fractions import Fraction

from slth_verify.bounds.certificates.integrals.lattice import Axis, Lattice, PowerSum
from slth_verify.bounds.certificates.integrals.overlap import Overlap
from slth_verify.bounds.certificates.integrals.tangent import Tangent
from slth_verify.enclosure import Ball, log_beta, to_ball

#: A lattice with more nodes is not summed: the integrand is too flat for it.
_MOST_NODES = 3_000_000

#: One coordinate: nodes with both shares, weight of the law at each, and bookkeeping.
_Nodes = list[tuple[Ball, Ball, Ball]]


def pair_expectation(overlap: Overlap, nats: float) -> Ball:
    """Upper bound of the expectation in the module's docstring.

    Args:
        overlap: The pair of subsets; ``size - shared`` must exceed ``dim / 2``.
        nats: The bound exceeds the truth by a factor of about ``1 + exp(-nats)``.

    Returns:
        A ball around the bound; its upper end is safe. Not finite if no bound exists.

    Rigor:
        Enclosed upper bound: discretisation and truncation are added on top.

    Cost:
        2 to 10 ms.
    """
    tangent = Tangent.fitted(overlap)
    if not tangent.usable():
        return to_ball(1) / 0
    axes = _Axes(overlap, tangent, nats)
    if axes.size > _MOST_NODES:
        return to_ball(1) / 0
    total = axes.lattice_sum() + axes.left_out()
    for ratio in axes.ratios:
        if not ratio < 1:
            return to_ball(1) / 0
        total /= 1 - ratio
    return total * axes.measure


class _Axes:
    """The three coordinates, those that are frozen with a single node."""

    def __init__(self, overlap: Overlap, tangent: Tangent, nats: float) -> None:
        self.overlap = overlap
        self.tangent = tangent
        self.ratios: list[Ball] = []
        self.sums: list[PowerSum] = []
        self.measure = to_ball(1)
        s, x = overlap.half_dim, overlap.weight
        zero, one = to_ball(0), to_ball(1)
        a, b = overlap.difference
        self.difference = [(one, zero, one)]
        if overlap.has_difference:
            axis = Axis(a - s, a + b - 3 * s - 2 * x, 2 * x, s)
            self.difference = self._add(
                axis, (a, b), (a - s, b), tangent.difference, nats
            )
        e, f = overlap.common
        self.common = [(one, zero, one) if overlap.shared else (zero, one, one)]
        if overlap.has_common:
            axis = Axis(e, e + f - 2 * s - 2 * x, 2 * s + 2 * x, Fraction(0))
            self.common = self._add(axis, (e, f), (e, f), tangent.common, nats)
        g = overlap.split
        axis = Axis(g, 2 * g - 2 * s - 2 * x, 2 * s + 2 * x, Fraction(0))
        self.split = self._add(
            axis, (g, g), (g, g), (tangent.split,) * 2, nats, centred=True
        )

    def _add(
        self,
        axis: Axis,
        law: tuple[Fraction, Fraction],
        powers: tuple[Fraction, Fraction],
        bound: tuple[Fraction, Fraction],
        nats: float,
        *,
        centred: bool = False,
    ) -> _Nodes:
        """Choose the nodes of one coordinate; weights are the given powers."""
        lattice = Lattice.choose(axis, bound, nats, centred=centred)
        self.ratios.append(lattice.ratio(axis))
        self.sums.append(PowerSum.of(lattice, bound))
        norm = log_beta(to_ball(law[0]), to_ball(law[1])).exp()
        self.measure *= to_ball(lattice.step) / norm
        left, right = (to_ball(power) for power in powers)
        return [
            (share, other, (left * share.log() + right * other.log()).exp())
            for share, other in lattice.shares()
        ]

    @property
    def size(self) -> int:
        """Number of nodes of the whole lattice."""
        return len(self.difference) * len(self.common) * len(self.split)

    def lattice_sum(self) -> Ball:
        """Sum of the integrand over the nodes."""
        overlap = self.overlap
        c = to_ball(overlap.tilt)
        dim, twice = overlap.dim, int(2 * overlap.weight)
        halves = _folded(self.split)
        total = to_ball(0)
        for d, d1, weight_d in self.difference:
            k = 1 - c + c * d
            for p, p1, weight_p in self.common:
                shared, outside = d1 * p, d1 * p1
                base, slope = k * shared + c * shared * shared, k * d
                rest, square = outside * (outside + d), d * d
                inner = to_ball(0)
                for w, weight in halves:
                    value = (base + slope * w) ** dim
                    if twice:
                        value *= (rest + square * w) ** twice
                    inner += weight * value.rsqrt()
                total += weight_d * weight_p * inner
        return total

    def left_out(self) -> Ball:
        """Bound on the sum over the nodes outside the lattice."""
        whole, inside = to_ball(1), to_ball(1)
        for part in self.sums:
            whole *= part.everywhere()
            inside *= part.inside
        return self.tangent.log_constant().exp() * (whole - inside)


def _folded(split: _Nodes) -> list[tuple[Ball, Ball]]:
    """Values of ``w = y y'`` with their weights; y and y' give the same."""
    middle = len(split) // 2
    folded = [(split[middle][0] * split[middle][1], split[middle][2])]
    for y, y1, weight in split[middle + 1 :]:
        folded.append((y * y1, 2 * weight))
    return folded
