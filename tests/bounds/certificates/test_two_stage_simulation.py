"""Theorem H against simulation: half-spaces that are missed, events, real misses."""

import dataclasses
import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from scipy.special import log_ndtr
from scipy.stats import binomtest

from slth_verify.bounds.certificates import two_stage
from slth_verify.bounds.certificates.label_event import LabelEvent
from slth_verify.bounds.certificates.two_stage import Stage, TwoStageCertificate
from slth_verify.enclosure import from_ball, working_precision

F = Fraction

#: Few samples and a wide cube, so that everything can be simulated.
TINY = TwoStageCertificate(
    n=36,
    dim=1,
    eps=F(3, 4),
    norm=F(1),
    share=F(8, 15),
    slope=F(5, 17),
    cap=F(46),
    stages=(Stage(13, 3, (F(7, 2), F(150)), (F(5, 2), F(35)), (F(1, 40), F(26))),),
)


@dataclasses.dataclass
class Draw:
    """One sample in dimension 1: what the proof looks at."""

    enough: bool
    good: bool
    inverse: float
    gain: float
    energy: float


def draw(certificate: TwoStageCertificate, stage: Stage, rng) -> Draw:
    """Labels after the scales; the pair energy by all pairs of subsets."""
    n, share, slope = certificate.n, float(certificate.share), float(certificate.slope)
    x, g = np.abs(rng.standard_normal(n)), rng.standard_normal(n)
    small = rng.random(n) < np.exp(-(share**-2 - 1) * x**2 / 2)
    staged = small & (small.cumsum() <= stage.first)
    chosen = ~staged & (g > slope * x)
    energy = float((x[chosen] ** 2).sum())
    gain = float((x[chosen] * g[chosen]).sum()) - slope * energy
    squares = x[staged] ** 2 / share**2
    good = squares.max(initial=0) <= certificate.cap
    good &= stage.energy[0] <= squares.sum() <= stage.energy[1]
    enough = int(staged.sum()) == stage.first
    inverse = math.inf
    if enough and good and energy > 0:
        y = x[staged] * g[staged]
        inverse = inverse_measure(certificate, stage, y, energy)
    return Draw(enough, bool(good), inverse, gain, energy)


def inverse_measure(certificate, stage: Stage, y: np.ndarray, scale: float) -> float:
    """X_s of a sample in dimension 1, by enumeration of all pairs of subsets."""
    k, n, eps, goal = (
        stage.size,
        y.size,
        float(certificate.eps),
        float(certificate.norm),
    )
    sums = np.array([y[list(c)].sum() for c in combinations(range(n), k)])
    apart = np.abs(sums[:, None] - sums[None, :])
    pairs = np.maximum(2 * eps - apart, 0).sum()
    q = np.mean((sums - goal) ** 2)
    log_first = math.log(sums.size * 2 * eps) - math.log(2 * math.pi * scale) / 4
    log_first -= (q + eps**2 / 3) / (4 * scale)
    return math.exp(math.log(pairs) - 2 * log_first)


@pytest.fixture(scope="module")
def draws() -> list[Draw]:
    rng = np.random.default_rng(12)
    return [draw(TINY, TINY.stages[0], rng) for _ in range(500)]


def is_missed(one: Draw, slope: float) -> bool:
    """Whether a half-space of the covered measure may be missed."""
    if not (one.enough and one.good) or one.energy == 0:
        return True
    height = (one.gain + slope * one.energy) / math.sqrt(one.energy)
    return -math.log(one.inverse) <= log_ndtr(-height)


def test_simulated_half_spaces_are_missed_no_more_often(draws) -> None:
    failure = TINY.failure()
    assert 0 < failure < F(1, 4)
    missed = sum(is_missed(one, float(TINY.slope)) for one in draws)
    p = binomtest(missed, len(draws), float(failure), alternative="greater").pvalue
    assert p > 1e-6


def test_simulated_events_are_no_likelier_than_charged(draws) -> None:
    """Parts of the bound, each against its share of the draws."""
    stage = TINY.stages[0]
    with working_precision(128):
        labels = two_stage.Labels(TINY.n, TINY.share, stage.first, TINY.n + 1)
        whole = from_ball(labels.probability).upper
        energy = TINY._energy(stage)
        bad = from_ball(energy.bad * labels.probability).upper
        cells = TINY._cells(stage, energy)
        event = LabelEvent(stage, labels, cells, TINY.slope, whole)
        outside = event.outside(whole / 1000)
    low, high = stage.scales
    counts = {
        whole: sum(one.enough for one in draws),
        bad: sum(one.enough and not one.good for one in draws),
        outside: sum(one.enough and not low <= one.energy <= high for one in draws),
    }
    for chance, count in counts.items():
        chance = min(1.0, float(chance))
        assert binomtest(count, len(draws), chance, "greater").pvalue > 1e-6


def reachable(samples: np.ndarray, goal: float, eps: float) -> bool:
    """Whether some subset sum of numbers is within eps of the goal; two halves."""
    sums = []
    for half in (samples[::2], samples[1::2]):
        masks = (np.arange(2**half.size)[:, None] >> np.arange(half.size)) & 1
        sums.append(np.sort(masks @ half))
    at = np.searchsorted(sums[1], goal - eps - sums[0])
    inside = at < sums[1].size
    return bool((sums[1][at[inside]] + sums[0][inside] <= goal + eps).any())


def check_real_misses(certificate: TwoStageCertificate, trials: int) -> None:
    """Sums of all subsets, far more than the proof uses."""
    rng, n = np.random.default_rng(21), certificate.n
    samples = rng.standard_normal((trials, n)) * rng.standard_normal((trials, n))
    goal, eps = float(certificate.norm), float(certificate.eps)
    missed = sum(not reachable(row, goal, eps) for row in samples)
    failure = float(certificate.failure())
    assert failure < 1
    assert binomtest(missed, trials, failure, alternative="greater").pvalue > 1e-6


def test_real_misses_with_fewer_samples() -> None:
    """22 of the 36 samples: if they miss no more often, all of them do not either."""
    rng, trials = np.random.default_rng(22), 60
    samples = rng.standard_normal((trials, 22)) * rng.standard_normal((trials, 22))
    missed = sum(not reachable(row, 1.0, 0.75) for row in samples)
    assert missed <= trials * float(TINY.failure())


@pytest.mark.nightly
def test_real_misses() -> None:
    check_real_misses(TINY, 60)
