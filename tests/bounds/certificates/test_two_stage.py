"""The measure that Theorem H covers, and how far it reaches: oracles and lies."""

import dataclasses
import math
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from scipy.special import log_ndtr
from scipy.stats import binom

from slth_verify.bounds.certificates import label_event, two_stage
from slth_verify.bounds.certificates.label_event import reaches
from slth_verify.bounds.certificates.two_stage import Stage, TwoStageCertificate
from slth_verify.bounds.searches.two_stage_float import Question, failure, gain_range
from slth_verify.bounds.searches.two_stage_rule import Rule
from slth_verify.enclosure import to_ball, working_precision

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


def covered(energies: tuple[float, float], dim: int, scales, scale: float) -> float:
    """The largest v with v <= X / X_s for all values of X_a and X_b.

    log X_s is linear in w = 1/s but for -(m/2) log w, so X_a and X_b determine it; and
    X = (X_a/M_a + X_b/M_b)/2. Only the quotient of the two terms matters.
    """
    w, w_a, w_b = 1 / scale, 1 / scales[0], 1 / scales[1]
    part = (w - w_b) / (w_a - w_b)
    quotient = np.linspace(-30, 30, 6001)  # log of X_a/M_a over X_b/M_b
    log_a, log_b = quotient / 2 + energies[0], -quotient / 2 + energies[1]
    log_x = np.logaddexp(quotient / 2, -quotient / 2) - math.log(2)
    rest = math.log(w) - part * math.log(w_a) - (1 - part) * math.log(w_b)
    log_scale = part * log_a + (1 - part) * log_b - dim / 2 * rest
    return float(np.exp(np.min(log_x - log_scale)))


def stage_of(room, certificate: TwoStageCertificate):
    again = room.TwoStageCertificate(
        **{
            f.name: getattr(certificate, f.name)
            for f in dataclasses.fields(certificate)
        }
    )
    stage = again.stages[-1]
    energy = again._energy(stage)
    return again, stage, energy


def check_cells(room, monkeypatch) -> None:
    monkeypatch.setattr(room, "_SCALES", 7)
    with working_precision(128):
        certificate, stage, energy = stage_of(room, TINY)
        cells = certificate._cells(stage, energy)
        means = [
            float(energy.mean(scale / TINY.share**2).log()) for scale in stage.scales
        ]
    ends = [float(scale) for scale in stage.scales]
    assert float(cells[0][0]) ** 2 == pytest.approx(ends[0])
    assert float(cells[-1][1]) ** 2 == pytest.approx(ends[1])
    for (low, high, value), following in zip(cells, [*cells[1:], None], strict=True):
        assert low < high
        assert following is None or high.overlaps(following[0])
        inside = np.linspace(float(low), float(high), 9) ** 2
        truth = [covered(means, 1, ends, s) for s in np.clip(inside, *ends)]
        assert float(value) == pytest.approx(min(truth[0], truth[-1]), rel=1e-4)
        assert float(value) <= min(truth) * (1 + 1e-4)


def test_the_measure_covered_at_all_scales(monkeypatch) -> None:
    check_cells(two_stage, monkeypatch)


def test_lie_the_measure_is_convex() -> None:
    """Between the ends it is larger, so the ends of a cell must be compared."""
    ends = (2.0, 60.0)
    values = [covered((3.0, 1.0), 4, ends, s) for s in (2.0, 3.0, 8.0, 30.0, 60.0)]
    assert min(values[1:-1]) > min(values[0], values[-1])
    # equal terms: the factor 1/2 is needed at the ends, and not between them
    assert covered((0.0, 0.0), 2, ends, 2.0) == pytest.approx(0.5, rel=1e-3)


def check_reach(room, monkeypatch) -> None:
    """On a fine grid of scales, v/y stays above the normal tail at every level."""
    monkeypatch.setattr(two_stage, "_SCALES", 24)
    with working_precision(128):
        certificate, stage, energy = stage_of(two_stage, TINY)
        cells = certificate._cells(stage, energy)
        means = [
            float(energy.mean(scale / TINY.share**2).log()) for scale in stage.scales
        ]
        reached = room.reaches([F(c) for c in (1, 5, 9, 20)], cells, TINY.slope)
    ends = [float(scale) for scale in stage.scales]
    s = np.geomspace(*ends, 200)
    log_v = np.log([covered(means, 1, ends, scale) for scale in s])
    for level, place in zip((1, 5, 9, 20), reached, strict=True):
        height = (level + float(TINY.slope) * s) / np.sqrt(s)
        truth = float(np.exp(np.min(log_v - log_ndtr(-height))))
        assert truth / 4 <= float(place) <= truth * (1 + 1e-4)


def test_the_reach_of_every_level(monkeypatch) -> None:
    check_reach(label_event, monkeypatch)


def test_cells_that_are_passed_over_change_no_reach() -> None:
    with working_precision(128):
        certificate, stage, energy = stage_of(two_stage, TINY)
        cells = certificate._cells(stage, energy)
        levels = [F(c) for c in range(1, 40, 3)]
        alone = [reaches([level], cells, TINY.slope)[0] for level in levels]
        assert reaches(levels, cells, TINY.slope) == alone


def test_a_size_that_breaks_a_hypothesis_is_left_out() -> None:
    question = Question(n=40, dim=1, eps=0.5, norm=1.0, rare=1e-6)
    rule = Rule(0.5, 0.3, 0.4, 9.0, 0.3, 20.0, first=13, tail=1e-3)
    assert gain_range(question, rule, 13) is not None
    for barred in (
        dataclasses.replace(rule, scale=0.01),  # the tilt of single samples
        dataclasses.replace(rule, portion=1e-9),  # no subset
        dataclasses.replace(rule, portion=1.0),
    ):
        assert gain_range(question, barred, 13) is None
        assert failure(question, barred, 0) >= 0.2


CELLS = {
    "entropy with the other sign": (
        "log += _entropy(part) - to_ball(2).log()",
        "log -= _entropy(part) + to_ball(2).log()",
    ),
    "factor 1/2 of X dropped": (
        "log += _entropy(part) - to_ball(2).log()",
        "log += _entropy(part)",
    ),
    "exponent m in place of m/2": (
        "half = to_ball(Fraction(self.dim, 2))",
        "half = to_ball(self.dim)",
    ),
    "ends exchanged": (
        "to_ball(part) * logs[0] + to_ball(1 - part) * logs[1]",
        "to_ball(part) * logs[1] + to_ball(1 - part) * logs[0]",
    ),
    "larger end of a cell": ("u.min(v)", "u.max(v)"),
    "mean energy with the other sign": (
        "half * _log(s) - mean",
        "half * _log(s) + mean",
    ),
}

REACH = {
    "H rounded down on a cell": (
        "level / high + steep * low",
        "level / low + steep * high",
    ),
    "slope forgotten": (
        "level / high + steep * low",
        "level / high + steep * high * 2",
    ),
    "first cell only": ("if found and known[place] > found[-1]", "if found"),
    "what a lower level gave": (
        "known[place] > found[-1]",
        "known[place] > 0",
    ),
}

LIES = [
    *((check_cells, two_stage, name) for name in CELLS),
    *((check_reach, label_event, name) for name in REACH),
]


@pytest.mark.parametrize(("check", "room", "lie"), LIES, ids=[*CELLS, *REACH])
def test_lies_about_the_measure_are_seen(check, room, lie, mutant, monkeypatch) -> None:
    wrong = mutant(room, *(CELLS | REACH)[lie])
    with pytest.raises(AssertionError):
        check(wrong, monkeypatch)


def check_stops(room) -> None:
    """So many small samples are much rarer than too few of them."""
    for n, share, first, missing in (
        (400, F(1, 2), 170, F(1, 10**3)),
        (13000, F(3, 4), 9500, F(1, 10**6)),
        (13000, F(1, 10), 900, F(1, 10**60)),
        (500, F(1, 3), 120, F(1, 3)),
    ):
        stage = Stage(first, 3, (F(1), F(2)), (F(1), F(2)), (F(1), F(2)))
        certificate = room.TwoStageCertificate(
            n, 1, F(1), F(1), share, F(1), F(1), (stage,)
        )
        stop = certificate._stop(missing)
        assert first < stop < n
        assert binom.logsf(stop - 1, n, float(share)) <= math.log(missing / 10**10)


def test_very_many_small_samples_are_rare(mutant) -> None:
    check_stops(two_stage)
    wrong = mutant(two_stage, "isqrt(int(self.n * nats / 2))", "isqrt(int(nats / 2))")
    with pytest.raises(AssertionError):
        check_stops(wrong)


def test_all_labels_are_told_apart_if_too_few_never_happens() -> None:
    assert TINY._stop(F(0)) == TINY.n + 1


LEVELS = [F(-1), F(-1, 2), F(0), F(1, 3), F(1), F(3), F(9)]


def drawn_cells(seed: int) -> list[tuple[float, float, float]]:
    """Roots of both ends of cells, and values of many sizes, the worst one anywhere."""
    rng = np.random.default_rng(seed)
    roots = np.sort(rng.integers(1, 64, 7)) / 16
    values = 2.0 ** rng.integers(-40, 4, len(roots) - 1)
    return [(*ends, v) for ends, v in zip(pairwise(roots), values, strict=True)]


def too_far(room) -> bool:
    """Whether some number is above the least ratio of all cells, or far below."""
    for seed in range(30):
        cells, slope = drawn_cells(seed), F(seed % 5, 4)
        with working_precision(128):
            balls = [tuple(to_ball(F(float(x))) for x in cell) for cell in cells]
            found = room.reaches(LEVELS, balls, slope)
        for level, reach in zip(LEVELS, found, strict=True):
            with mpmath.workdps(40):
                steep = mpmath.mpf(slope.numerator) / slope.denominator
                gain = mpmath.mpf(level.numerator) / level.denominator
                truth = min(
                    value / mpmath.ncdf(-(gain / high + steep * low))
                    for low, high, value in cells
                )
                reached = mpmath.mpf(reach.numerator) / reach.denominator
                if not truth * (1 - mpmath.mpf(2) ** -60) <= reached <= truth:
                    return True
    return False


def test_the_worst_cell_decides_how_far_a_gain_reaches() -> None:
    assert not too_far(label_event)


REACHES = {
    "cells that were not looked at are known": ("[to_ball(0) for", "[to_ball(1) for"),
    "the best cell": ("ratio.min(found[-1])", "ratio.max(found[-1])"),
    "the last cell": ("ratio.min(found[-1]) if found else ratio", "ratio"),
    "worse cells are passed over": (
        "known[place] > found[-1]",
        "known[place] < found[-1]",
    ),
    "a gain over the other end": (
        "level / high + steep * low",
        "level / low + steep * high",
    ),
}


@pytest.mark.parametrize("lie", REACHES)
def test_a_lie_about_cells_is_seen(lie, mutant) -> None:
    assert too_far(mutant(label_event, *REACHES[lie]))
