r"""Distribution functions of sums from their Laplace transforms, from above.

Statement. Let S >= 0 be a random sum whose law is an atom at 0 and a continuous rest,
with transform :math:`\psi(z) = E e^{-zS}`, and let ``t > 0`` and ``0 < h c < 2 pi``.
Then

.. math:: P(S \le c) \le P(S = 0) + \frac{h}{2\pi} \sum_{k \in \mathbb Z}
    e^{z_k c}\, \frac{\psi(z_k) - P(S = 0)}{z_k}, \qquad z_k = t + i k h .

Proof. Let M be the distribution function of the continuous rest. The sum is the
trapezoidal rule for the Fourier integral of :math:`x \mapsto e^{-tx} M(c + x)`, so
by Poisson summation it equals :math:`\sum_n e^{-t n L} M(c + nL)`, ``L = 2 pi / h``:
the term n = 0 is M(c), the terms n > 0 are not negative, and for n < 0 the argument
is. The excess is at most ``1 / (exp(t L) - 1)``.

Truncation. If the large and the small samples' transforms are at most
:math:`d_i \sqrt{U/u}` for :math:`u \ge U = K h`, then :math:`|\psi - P(S = 0)|` at
height u is at most :math:`\sqrt{U/u}\, g`, g the increase of the mean over the labels
when both atoms grow by :math:`d_i` (it is convex in :math:`\sqrt{U/u}` and 0 at 0), and
the terms with :math:`|k| > K` add up to at most :math:`2 e^{tc} g / \pi`. Nearer ones
are bounded in cells :math:`K_1 < |k| \le K_2`: a transform changes by at most the
distance times its mean, so that its value in the middle bounds it on the cell; then
:math:`|\psi - P(S = 0)|` is at most that increase for these bounds, and at most the
mean of powers of bounds on |atom + transform| plus :math:`P(S = 0)`. The cell adds up
to at most :math:`(K_2 - K_1) / (K_1 + 1) \cdot e^{tc} / \pi` times that.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Protocol

from slth_verify.bounds.certificates.labels import Labels
from slth_verify.enclosure import Ball, ComplexBall, complex_polynomial, pi, to_ball

#: Nats by which the terms that Poisson summation adds are smaller than 1.
_ALIAS = 20

#: The tilt t, in units of the largest argument.
_TILT = 4

#: No sum has fewer terms than this, or more, on either side.
_FEWEST, _MOST_NODES = 1 << 6, 1 << 12

#: Terms that are left out are bounded one by one, in cells, up to this index at most;
#: a cell is as long as its first index over this number.
_FARTHEST, _CELL = 1 << 24, 64


class Observable(Protocol):
    """A non-negative sum over selected samples."""

    @property
    def missed(self) -> tuple[Ball, Ball]:
        """Chances that a large and that a small sample is not selected."""
        ...

    def transforms(self, z: ComplexBall) -> tuple[ComplexBall, ComplexBall]:
        """Transforms of one selected large and one selected small sample."""
        ...

    @property
    def steep(self) -> tuple[Ball, Ball]:
        """Bounds on both transforms' derivatives, for ``Re z >= 0``."""
        ...

    def decay(self, height: Fraction) -> tuple[Ball, Ball]:
        """The numbers d(U) of a large and a small sample, for ``U = height``."""
        ...


def probabilities_below(
    labels: Labels,
    law: Observable,
    levels: list[Fraction],
    negligible: Fraction,
    terms: list[ComplexBall] | None = None,
) -> list[Ball]:
    """Upper bounds of ``P(labels' event and S <= c)`` for every c of the levels.

    Args:
        labels: The samples that are summed, on an event of their labels.
        law: Transforms of one sample.
        levels: The arguments c, positive.
        negligible: Error of truncation that does not matter; more terms are taken
            until it is reached or there are too many.
        terms: The terms that an earlier call with the same labels, law and largest
            level has left here; those that are new are added.

    Rigor:
        Enclosed, whatever tilt and number of terms are chosen.
    """
    atoms = law.missed
    zero = labels.real_mean(*atoms)
    last = max(levels)
    tilt = Fraction(_TILT) / last
    spacing = Fraction(6) / (last + _ALIAS / tilt)
    nodes, rest = _truncated(labels, law, spacing, tilt, last, negligible)
    terms = [] if terms is None else terms
    shift, step = to_ball(tilt), to_ball(spacing)
    for k in range(len(terms), nodes + 1):
        z = ComplexBall(shift, step * k)
        large, small = law.transforms(z)
        rise = labels.mean(atoms[0] + large, atoms[1] + small) - zero
        terms.append(rise / z)
    half = to_ball(Fraction(1, 2))
    later = complex_polynomial([ComplexBall(0), *terms[1 : nodes + 1]])
    bounds = []
    for c in levels:
        sine, cosine = to_ball(spacing * c).sin_cos()
        series = half * terms[0].real + later(ComplexBall(cosine, sine)).real
        grown = to_ball(tilt * c).exp()
        bounds.append(zero + grown * step / pi() * series + rest)
    return bounds


def probability_above(
    labels: Labels, law: Observable, level: Fraction, rates: list[Fraction]
) -> Ball:
    """Chernoff bound of ``P(labels' event and S >= level)`` by the best of the rates.

    Args:
        labels: The samples that are summed.
        law: Transforms of one sample, defined at ``-rate``.
        level: The threshold.
        rates: Positive rates to try.
    """
    best = labels.probability
    atoms = law.missed
    for rate in rates:
        large, small = law.transforms(ComplexBall(to_ball(-rate)))
        mean = labels.mean(atoms[0] + large, atoms[1] + small).real
        bound = mean * to_ball(-rate * level).exp()
        if bound.is_finite():
            best = best.min(bound)
    return best


def _truncated(
    labels: Labels,
    law: Observable,
    spacing: Fraction,
    tilt: Fraction,
    last: Fraction,
    negligible: Fraction,
) -> tuple[int, Ball]:
    """Number of terms on each side, and a bound on all that are left out."""
    tail = _Tail(labels, law, spacing, tilt, last)
    goal, half = to_ball(negligible), to_ball(negligible / 2)
    edges = [_FEWEST]
    while edges[-1] < _FARTHEST and not tail.beyond(edges[-1]) < half:
        edges += tail.cells(edges[-1], 2 * edges[-1])
    nodes, rest = edges[-1], tail.beyond(edges[-1])
    for first, stop in reversed(list(pairwise(edges))):
        more = rest + tail.between(first, stop)
        if stop <= _MOST_NODES and not more < goal:
            break
        nodes, rest = first, more
    beyond = tail.beyond(nodes)
    return nodes, beyond if beyond < rest or not rest.is_finite() else rest


class _Tail:
    """Bounds on the terms of large index; arguments as for `_truncated`."""

    def __init__(
        self,
        labels: Labels,
        law: Observable,
        spacing: Fraction,
        tilt: Fraction,
        last: Fraction,
    ) -> None:
        self.labels, self.law, self.spacing = labels, law, spacing
        self.shift, self.half = to_ball(tilt), to_ball(spacing / 2)
        self.zero = labels.real_mean(*law.missed)
        self.factor = to_ball(tilt * last).exp() / pi()

    @staticmethod
    def cells(low: int, high: int) -> list[int]:
        """Ends of the cells from ``low`` to ``high``, without the first."""
        ends = []
        while low < high:
            low = min(high, low + max(1, low // _CELL))
            ends.append(low)
        return ends

    def beyond(self, nodes: int) -> Ball:
        """All terms with ``|k| > nodes``, by the decay of the transforms."""
        rise = self._rise(*self.law.decay(self.spacing * nodes))
        return 2 * self.factor * rise

    def between(self, first: int, stop: int) -> Ball:
        """All terms with ``first < |k| <= stop``, by the largest transform there."""
        middle, far = self.half * (first + 1 + stop), self.half * (stop - first - 1)
        values = self.law.transforms(ComplexBall(self.shift, middle))
        steep, atoms = self.law.steep, self.law.missed
        alone = [abs(v) + far * d for v, d in zip(values, steep, strict=True)]
        turned = [
            abs(a + v) + far * d for a, v, d in zip(atoms, values, steep, strict=True)
        ]
        size = self.labels.real_mean(*turned) + self.zero
        size = size.min(self._rise(*alone))
        return self.factor * size * (stop - first) / (first + 1)

    def _rise(self, large: Ball, small: Ball) -> Ball:
        """What the mean of powers gains if both atoms grow so much."""
        atoms = self.law.missed
        grown = self.labels.real_mean(atoms[0] + large, atoms[1] + small)
        return grown - self.zero
