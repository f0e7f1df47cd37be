r"""How many filters it takes until some mask hits several channels at once.

Source: der:stage-necessary; the proof is in docs/theory/networks.md, "One stage alone".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.enclosure import (
    Ball,
    Enclosure,
    from_ball,
    pi,
    to_ball,
    working_precision,
)
from slth_verify.numbers import log_of

_PRECISION = 128

#: Above it Stirling's lower bound takes the place of a factorial.
_FACTORIAL = 2_000


@dataclass(frozen=True, slots=True)
class Box:
    """Where the errors of the entries of one group may lie.

    Attributes:
        outputs: Output channels of the group.
        taps: For disjoint sets of taps, each seen at one place, how many they are.
        share: Admissible error e of an output, positive.
        exact_at_zero: Whether images of zeros are in the box, without any error.
    """

    outputs: int
    taps: tuple[int, ...]
    share: Fraction
    exact_at_zero: bool

    @property
    def dim(self) -> int:
        """Coordinates of one channel and sign."""
        return self.outputs * sum(self.taps)


@dataclass(frozen=True, slots=True)
class Problem:
    """The kept filters of one channel and sign.

    Attributes:
        channel: Of the stage's source.
        sign: Of the filters' scalars.
        missed: S: no admissible sum has a smaller square of its 2-norm, positive.
        step: t: how far an entry of the channel can move on this side of 0, positive.
    """

    channel: int
    sign: int
    missed: Fraction
    step: Fraction


#: A channel: the problems of its signs, one or two.
Channel = tuple[Problem, ...]


def needed_filters(
    box: Box, channels: Sequence[Channel], success: Fraction
) -> tuple[int, int]:
    """The least n that the best choice of channels allows, and how many it takes.

    Args:
        box: Of the errors.
        channels: Of one group, each with the problems that it has.
        success: Probability that is asked for.

    Rigor:
        Enclosed, rounded down; the choice alone is made in floats.
    """
    best = 0, 0
    for chosen in _choices(box, channels, success):
        n = _filters(box, chosen, success)
        if n > best[0]:
            best = n, len(chosen)
    return best


def hit_bound(box: Box, channels: Sequence[Channel]) -> Enclosure:
    """``-log`` of how likely one mask hits all of these channels, at most.

    Rigor:
        Enclosed; the lower end is the safe one.
    """
    dim = box.dim
    with working_precision(_PRECISION):
        nats = to_ball(0)
        for problem in (problem for channel in channels for problem in channel):
            spread = 2 * pi() * to_ball(1).exp() * to_ball(problem.missed) / dim
            nats += (spread.log() / 2 + to_ball(problem.step).log()) * dim
        single, double = _counts(channels)
        for taps in box.taps:
            nats -= box.outputs * _log_volume(box, taps * single, taps * double)
        return from_ball(nats)


def _counts(channels: Sequence[Channel]) -> tuple[int, int]:
    """Channels with one problem, and with two."""
    double = sum(len(channel) == 2 for channel in channels)
    return len(channels) - double, double


def _filters(box: Box, channels: Sequence[Channel], success: Fraction) -> int:
    """The least n with ``2^(2nA) (3/2)^(2nB) hit >= success``, or one less."""
    nats = hit_bound(box, channels).lower
    single, double = _counts(channels)
    with working_precision(_PRECISION):
        each = single * to_ball(Fraction(3, 2)).log() + double * to_ball(2).log()
        ratio = (to_ball(success).log() + to_ball(nats)) / (2 * each)
        return max(0, math.ceil(from_ball(ratio).lower))


def _log_volume(box: Box, single: int, double: int) -> Ball:
    """Of the errors of one output, in units of the steps, at most; in balls."""
    count = single + 2 * double
    log = count * to_ball(box.share).log() + single * to_ball(2).log()
    log += double * to_ball(6).log()
    if count > _FACTORIAL:
        stirling = count * (to_ball(count).log() - 1) + (2 * pi() * count).log() / 2
        return log + count * to_ball(2).log() - stirling
    log -= to_ball(math.factorial(count)).log()
    if box.exact_at_zero:
        return log + to_ball(math.comb(count, count // 2)).log()
    return log + count * to_ball(2).log()


def _choices(
    box: Box, channels: Sequence[Channel], success: Fraction
) -> Iterator[list[Channel]]:
    """The hardest problem alone, the hardest channel, and the best of more."""
    if not channels:
        return
    order = sorted(channels, key=lambda one: -_height(box, one) / _price(one))
    alone = [(problem,) for channel in channels for problem in channel]
    yield [max(alone, key=lambda one: _height(box, one))]
    goal = log_of(success)
    best, size = -math.inf, 1
    nats = cost = 0.0
    single = double = 0
    for number, channel in enumerate(order, start=1):
        nats += _height(box, channel)
        cost += _price(channel)
        single += len(channel) == 1
        double += len(channel) == 2
        volume = sum(_float_volume(box, w * single, w * double) for w in box.taps)
        if (ratio := (nats - box.outputs * volume + goal) / cost) > best:
            best, size = ratio, number
    yield order[:size]


def _price(channel: Channel) -> float:
    return math.log(2) if len(channel) == 2 else math.log(1.5)


def _height(box: Box, channel: Channel) -> float:
    dim = box.dim
    return sum(
        dim / 2 * (log_of(one.missed) + math.log(2 * math.pi * math.e / dim))
        + dim * log_of(one.step)
        for one in channel
    )


def _float_volume(box: Box, single: int, double: int) -> float:
    count = single + 2 * double
    log = count * log_of(2 * box.share) + single * math.log(2) + double * math.log(6)
    return log - math.lgamma(count + 1)
