r"""High probability in two stages: success probabilities from below.

Statement (der:high-probability). Every sample is labelled small with probability sigma
(see `labels`). The first samples labelled small form the first stage; good scales
cover a set :math:`A_0` with :math:`N(z, sI)(A_0) \ge 1/X_s` and
:math:`E[X_s; \text{good}] \le M_s` (see `pair_energy`). As :math:`\log X_s` is linear
in :math:`w = 1/s` but for an explicit term, one variable
:math:`X = (X_{s_a}/M_a + X_{s_b}/M_b)/2`, of mean at most 1, serves the whole range:
:math:`N(z, sI)(A_0) \ge v(s)/X` for :math:`s_a \le s \le s_b` with

.. math:: \log v(s) = H(\mu) - \log 2 - \mu \log M_a - (1-\mu) \log M_b
    + \tfrac m2 (\log w - \mu \log w_a - (1-\mu) \log w_b),

:math:`w = \mu w_a + (1-\mu) w_b`, H the entropy of :math:`(\mu, 1-\mu)`.

The event of very many small samples is charged as a whole.

All other samples form the second stage. By the multi-set Gaussian isoperimetric
inequality (der:multiset-borell) the target is missed, given X, with at most the
probability that :math:`v(s)/X \le \Phi(-(T + \lambda s)/\sqrt s)`, T the sum of the
gains and s the sum of the energies of the selected samples (see `selection`). So

.. math:: P(\text{miss}) \le P(\text{not good}) + E\, F(X), \qquad
    F(y) = P(s \notin [s_a, s_b]) + P(T \le c(y)),

c(y) the least c with :math:`v(s)/y \ge \Phi(-(c + \lambda s)/\sqrt s)` on the range,
and the mean of F over laws of X with mean at most 1 is at most the concave envelope of
F at 1 (see `envelope`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, isqrt

from slth_verify.bounds.certificates import codec
from slth_verify.bounds.certificates.label_event import Cells, LabelEvent
from slth_verify.bounds.certificates.labels import Labels
from slth_verify.bounds.certificates.pair_energy import PairEnergy
from slth_verify.bounds.certificates.stage import Stage, read_stages
from slth_verify.enclosure import (
    Ball,
    NonFiniteError,
    binomial_cdf,
    from_ball,
    to_ball,
    working_precision,
)

STATEMENT = "der:high-probability"

#: Working precision, if no other is asked for.
BITS = 128

#: Error of truncation, relative to the probability of an event of the labels: of a
#: first attempt, the least that is asked for; and relative to what the first one found,
#: on the event, and on all events where that is enough.
_ROUGH, _LEAST, _OF_FOUND, _OF_ALL = (Fraction(1, 10**i) for i in (6, 12, 7, 5))

#: Probability of very many small samples, relative to that of too few; and nats that
#: are more than the logarithm of its inverse.
_OF_MISSING, _NATS = Fraction(1, 10**10), 25

#: Cells of the variance s.
_SCALES = 128

_NEVER = Fraction(0)


@dataclass(frozen=True, slots=True)
class TwoStageCertificate(codec.Stored):
    """Parameters of one bound of Theorem H: all that is needed to check it again.

    Attributes:
        n: Number of samples.
        dim: Dimension m.
        eps: Accuracy in the maximum norm.
        norm: Largest Euclidean norm of the target.
        share: Probability, and standard deviation, sigma of small scales.
        slope: The number lambda of the selection.
        cap: Largest squared scale of a good first-stage sample, in units of sigma^2.
        stages: By rising ``first``; each is used until the next one takes over.
    """

    _READERS = {  # noqa: RUF012 - read only
        "norm": codec.number,
        "n": codec.samples,
        "share": codec.number,
        "slope": codec.number,
        "cap": codec.number,
        "stages": read_stages,
        "eps": codec.number,
    }

    n: int
    dim: int
    eps: Fraction
    norm: Fraction
    share: Fraction
    slope: Fraction
    cap: Fraction
    stages: tuple[Stage, ...]

    def failure(
        self, bits: int = BITS, enough: Callable[[Fraction], bool] | None = None
    ) -> Fraction:
        """Certified upper bound of the probability to miss a target of this norm.

        It is 1 if a hypothesis fails or nothing is proved.

        Args:
            bits: Working precision.
            enough: Says whether a bound is small enough. Such a one is known to four
                digits or so, and not refined, which saves most of the time in few
                dimensions.

        Rigor:
            Enclosed, rounded up; holds for every target of the Euclidean ball.

        Cost:
            About a second; half of it where a bound is soon small enough.
        """
        if not self._sensible():
            return Fraction(1)
        with working_precision(bits):
            try:
                few = binomial_cdf(self.stages[0].first - 1, self.n, self.share)
                missing = from_ball(few).upper
                stop = self._stop(missing)
                rest = missing if stop > self.n else missing * (1 + _OF_MISSING)
                events = [self._event(*event) for event in self._events(stop)]
                if enough is not None:
                    rough = rest + sum(event.rough for event in events)
                    bounds = [event.failure(rough * _OF_ALL) for event in events]
                    total = min(rest + sum(bounds), Fraction(1))
                    if enough(total):
                        return total
                total = rest + sum(event.refined() for event in events)
            except NonFiniteError:
                return Fraction(1)
        return min(total, Fraction(1))

    def _sensible(self) -> bool:
        firsts = [stage.first for stage in self.stages]
        return (
            bool(firsts)
            and firsts == sorted(set(firsts))
            and firsts[0] > 0
            and firsts[-1] < self.n
            and 0 < self.share < 1
            and self.dim > 0
            and min(self.slope, self.cap, self.eps) > 0
            and self.norm >= 0
            and all(
                0 < low < high
                for stage in self.stages
                for low, high in (stage.scales, stage.energy, stage.gains)
            )
        )

    def _stop(self, missing: Fraction) -> int:
        """From so many small samples on, no more are told apart.

        By Hoeffding's inequality there are ``n share + t`` or more with probability at
        most ``exp(-2 t^2/n)``; t is such that this is at most `_OF_MISSING` times the
        probability ``missing`` of too few.
        """
        if missing == 0:
            return self.n + 1
        # log(1/missing) is at most 0.7 times the bits of 1/missing
        nats = Fraction(7, 10) * int(1 / missing + 1).bit_length() + _NATS
        stop = ceil(self.n * self.share) + isqrt(int(self.n * nats / 2)) + 1
        return max(min(stop, self.n + 1), self.stages[-1].first + 1)

    def _events(self, stop: int) -> Iterator[tuple[Stage, int]]:
        stops = [stage.first for stage in self.stages[1:]] + [stop]
        return zip(self.stages, stops, strict=True)

    def _event(self, stage: Stage, stop: int) -> _Event:
        """One event of the labels."""
        labels = Labels(self.n, self.share, stage.first, stop)
        whole = from_ball(labels.probability).upper
        energy = self._energy(stage)
        admitted = all(energy.admits(s / self.share**2) for s in stage.scales)
        if not admitted or whole == 0:
            return _Event(whole)
        bad = from_ball(energy.bad * labels.probability).upper
        cells = self._cells(stage, energy)
        return _Event(whole, LabelEvent(stage, labels, cells, self.slope, whole), bad)

    def _energy(self, stage: Stage) -> PairEnergy:
        return PairEnergy(
            stage.first,
            stage.size,
            self.dim,
            self.eps / self.share,
            self.norm / self.share,
            self.cap,
            stage.energy,
        )

    def _cells(self, stage: Stage, energy: PairEnergy) -> Cells:
        """Roots of both ends of every cell of s, and a lower bound of v there."""
        low, high = stage.scales
        means = [energy.mean(scale / self.share**2).log() for scale in (low, high)]
        half = to_ball(Fraction(self.dim, 2))
        logs = [
            half * _log(s) - mean for s, mean in zip((low, high), means, strict=True)
        ]
        values = []
        for scale in _grid(low, high):
            part = (1 / scale - 1 / high) / (1 / low - 1 / high)
            log = to_ball(part) * logs[0] + to_ball(1 - part) * logs[1]
            log += _entropy(part) - to_ball(2).log() - half * _log(scale)
            values.append((to_ball(scale).sqrt(), log.exp()))
        # the logarithm of v is concave in 1/s: on a cell it is least at an end
        return [(s, t, u.min(v)) for (s, u), (t, v) in pairwise(values)]


class _Event:
    """Failure probabilities on one event of the labels, at most its probability.

    Args:
        whole: Upper bound of its probability.
        event: How often the target is missed on it; None if it always may be.
        bad: Bound of the probability that scales are not good on it.
    """

    def __init__(
        self, whole: Fraction, event: LabelEvent | None = None, bad: Fraction = _NEVER
    ) -> None:
        self.whole, self.event, self.bad = whole, event, bad
        self.found = whole if event is None else event.missed(whole * _ROUGH)

    @property
    def rough(self) -> Fraction:
        """A first bound."""
        return min(self.whole, self.bad + self.found)

    def failure(self, negligible: Fraction) -> Fraction:
        """The bound with at most this error of truncation."""
        if self.event is None or negligible >= self.whole * _ROUGH:
            return self.rough
        return min(self.whole, self.bad + self.event.missed(negligible))

    def refined(self) -> Fraction:
        """The least bound that is worth its time."""
        return self.failure(max(self.found * _OF_FOUND, self.whole * _LEAST))


def _log(value: Fraction) -> Ball:
    return to_ball(value).log()


def _entropy(part: Fraction) -> Ball:
    total = to_ball(0)
    for share in (part, 1 - part):
        if share > 0:
            total -= to_ball(share) * to_ball(share).log()
    return total


def _grid(low: Fraction, high: Fraction) -> list[Fraction]:
    """Points from low to high whose square roots are equally spaced, nearly."""
    first, last = isqrt(int(low * 4**24)), isqrt(int(high * 4**24))
    inner = [
        Fraction(first + (last - first) * i // _SCALES, 2**24) ** 2
        for i in range(1, _SCALES)
    ]
    return [low, *(point for point in inner if low < point < high), high]
