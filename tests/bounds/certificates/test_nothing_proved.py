"""Where a certificate cannot prove anything it says so: never a number too good."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import product

import pytest
from mpmath import mp

from slth_verify.bounds import crude_lower, sharp_lower
from slth_verify.bounds.certificates import (
    joint_hits,
    label_event,
    moments,
    two_sides,
)
from slth_verify.bounds.certificates.certified_width import SidesOfStages
from slth_verify.bounds.certificates.integrals import (
    laplace,
    pair_integral,
    scale_integral,
    tilted_beta,
)
from slth_verify.bounds.certificates.integrals.lattice import Lattice, PowerSum
from slth_verify.bounds.certificates.integrals.near_diagonal import _dropped_event
from slth_verify.bounds.certificates.integrals.overlap import Overlap
from slth_verify.bounds.certificates.stage import Stage, read_stages
from slth_verify.bounds.certificates.two_sides import (
    Sides,
    failure_by_decay,
    failure_by_reach,
    missed_measure,
)
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.enclosure import Enclosure, from_ball, to_ball, working_precision
from slth_verify.errors import InvalidParameterError

F = Fraction

_BOX = scale_integral.Box.on_axis(1, F(1), F(1, 10))


def _infinite(*arguments: object):
    return to_ball(1) / 0


@pytest.mark.parametrize("lower", [crude_lower, sharp_lower])
def test_unweighted_moments_without_their_integral_are_zero(lower, monkeypatch) -> None:
    assert lower(8, 4, 1, "1/10", 1) > 0
    monkeypatch.setattr(moments, "scale_integral", _infinite)
    assert lower(8, 4, 1, "1/10", 1) == 0


@pytest.mark.parametrize("weights", [[], [0], [1, 1]])
def test_the_empty_subset_is_no_part_of_an_integral(weights) -> None:
    with pytest.raises(InvalidParameterError, match="der:first-moment"):
        scale_integral.scale_integral([to_ball(x) for x in weights], _BOX)


def test_an_integral_of_too_many_nodes_is_refused(monkeypatch) -> None:
    weights = [to_ball(0), to_ball(1)]
    assert scale_integral.scale_integral(weights, _BOX) < 1
    monkeypatch.setattr(scale_integral, "_MAX_WORK", 1000)
    with pytest.raises(InvalidParameterError, match="are evaluated"):
        scale_integral.scale_integral(weights, _BOX)


def test_nodes_that_end_too_early_bound_no_tail() -> None:
    def tail(last: int, largest: int, reach: str, eps: str) -> bool:
        rule = scale_integral._Rule(F(1, 8), F(1), -10, last)
        box = scale_integral.Box.on_axis(1, F(reach), F(eps))
        weights = [to_ball(0)] * largest + [to_ball(1)]
        norms = scale_integral._norms(weights)
        density = scale_integral.polynomial(
            [w * v for w, v in zip(weights, norms, strict=True)]
        )
        return bool(rule._upper_tail(density, box, largest).is_finite())

    assert tail(40, 4, "1", "1")
    assert not tail(8, 1, "1", "1")  # e^{9/8} is below the squared reach
    assert tail(12, 1, "1", "1")
    assert not tail(8, 100, "0", "1/10")  # terms of size 100 still rise


def test_nats_that_are_missing_of_nothing_are_as_many_again() -> None:
    missing = scale_integral._missing
    for value, error in ((0, 1), (1, 0), (-1, 1)):
        assert missing(to_ball(value), to_ball(error), 60.0) == 60.0
    assert missing(to_ball(1), to_ball(1) / 0, 60.0) == 60.0
    assert missing(to_ball(1), to_ball(1), 60.0) == pytest.approx(43.7, abs=0.1)


def test_a_sum_of_powers_covers_all_nodes() -> None:
    lattice = Lattice(F(1, 4), F(1), F(1, 8), -30, 40)
    with working_precision(80):
        found = PowerSum.of(lattice, (F(3, 2), F(2)))
    with mp.workdps(30):
        truth = mp.nsum(
            lambda i: (
                mp.exp(1.5 * (0.125 + i / 4)) / (1 + mp.exp(0.125 + i / 4)) ** 3.5
            ),
            [-mp.inf, mp.inf],
        )
        inside = mp.fsum(
            mp.exp(1.5 * (0.125 + mp.mpf(i) / 4))
            / (1 + mp.exp(0.125 + mp.mpf(i) / 4)) ** 3.5
            for i in range(-30, 41)
        )
        exact = F(mp.nstr(truth, 25))
        part = F(mp.nstr(inside, 25))
    whole = from_ball(found.everywhere())
    assert exact <= whole.upper <= exact * (1 + F(1, 10**5))
    assert abs(from_ball(found.inside).upper - part) < F(1, 10**15)


@pytest.mark.parametrize("powers", [(0, 1), (1, 0), (-1, 1), (1, -1)])
def test_powers_must_be_positive(powers) -> None:
    with pytest.raises(InvalidParameterError, match="both must be positive"):
        PowerSum.of(Lattice(F(1, 4), F(1), F(0), -5, 5), tuple(map(F, powers)))


@pytest.mark.parametrize("ends", [(5, 9), (-9, -5)])
def test_nodes_on_one_side_of_the_mode_bound_nothing_outside(ends) -> None:
    found = PowerSum.of(Lattice(F(1, 4), F(1), F(0), *ends), (F(1), F(1)))
    assert not found.everywhere().is_finite()


def test_pairs_with_too_many_nodes_or_too_much_error_are_unbounded(monkeypatch) -> None:
    overlap = Overlap(24, 9, 3, 2, F(2, 5), F(0))
    with working_precision(80):
        assert pair_integral.pair_expectation(overlap, 5.0).is_finite()
        monkeypatch.setattr(pair_integral, "_MOST_NODES", 10)
        assert not pair_integral.pair_expectation(overlap, 5.0).is_finite()
        monkeypatch.undo()
        for ratio in (1, 2):
            monkeypatch.setattr(Lattice, "ratio", lambda *_, r=ratio: to_ball(r))
            assert not pair_integral.pair_expectation(overlap, 5.0).is_finite()


def test_near_the_diagonal_a_bounded_share_means_a_finite_factor() -> None:
    """For every overlap either (1 - D)^{b-1} <= 1, or the bound is not finite."""
    for n, size, dim in product((5, 8, 13), range(1, 8), (1, 2)):
        for shared in range(max(0, 2 * size - n), size if size < n else 0):
            overlap = Overlap(n, size, shared, dim, F(2, 5), F(0))
            if overlap.difference[1] >= 1:
                continue
            with working_precision(64):
                assert not _dropped_event(overlap, F(-1)).is_finite()


def test_a_series_that_does_not_end_is_no_number(monkeypatch) -> None:
    arguments = F(5, 2), F(7, 2), F(9, 2), F(1, 2)
    assert tilted_beta.log_tilted_beta(*arguments).is_finite()
    monkeypatch.setattr(tilted_beta, "_MAX_TERMS", 3)
    assert not tilted_beta.log_tilted_beta(*arguments).is_finite()


def test_a_joint_density_of_few_samples_is_unbounded() -> None:
    bound = joint_hits._density_bound
    assert bound(2, 1, 2, F(1, 100)) == 1
    assert bound(4, 1, 1, F(1, 100)) < 1


def test_powers_of_a_chi_square_that_have_no_mean() -> None:
    certificate = WeightedCertificate(4, 2, 1, F(1, 10), F(1))
    with working_precision(64):
        assert certificate._log_power(F(-3, 2)).is_finite()
        for power in (-2, F(-5, 2), -3, F(-9, 2)):
            assert not certificate._log_power(F(power)).is_finite()


def test_sides_whose_blocks_hit_nothing_fail() -> None:
    sides = Sides(20, F(1, 2), F(40))
    assert failure_by_decay(sides, F(4, 5), F(1, 15), 2, F(1)) < F(1, 10**6)
    for c in (0, -1):
        assert failure_by_decay(sides, F(c), F(1, 15), 2, F(1)) == 1


def test_a_measure_that_cannot_be_told_from_nothing_is_not_returned() -> None:
    assert missed_measure(F(1), F(0), F(1), 1, 4) == 1
    # here 128 bits and two for each block are not enough
    small = missed_measure(F(1), F(1, 10**60), F(1), 1, 3)
    assert 0 < small < F(1, 10**150)


def test_a_probability_that_is_not_known_may_be_anything() -> None:
    assert two_sides._enclosed(_infinite()) == Enclosure(F(0), F(1))


_TINY = TwoStageCertificate(
    n=36,
    dim=1,
    eps=F(3, 4),
    norm=F(1),
    share=F(8, 15),
    slope=F(5, 17),
    cap=F(46),
    stages=(Stage(13, 3, (F(7, 2), F(150)), (F(5, 2), F(35)), (F(1, 40), F(26))),),
)


def test_sides_of_two_stages(monkeypatch) -> None:
    monkeypatch.setattr(label_event, "_LEVELS", 16)
    monkeypatch.setattr(laplace, "_MOST_NODES", 1 << 10)
    sides, norm = Sides(1, F(1, 3), F(8)), F(1, 100)
    missed = _TINY.failure()
    best = SidesOfStages.certified(sides, _TINY, missed, norm)
    assert best.failure == failure_by_reach(sides, missed, _TINY.norm, 1, norm)
    assert best.n == 2 * _TINY.n
    # nothing is small enough: refined as far as it goes
    assert SidesOfStages.within(sides, _TINY, norm, F(0)) == best
    # all is small enough: the first bound of a side does
    first = SidesOfStages.within(sides, _TINY, norm, F(1))
    assert first.failure >= best.failure
    assert first.missed >= missed


_ROW = Stage(13, 3, (F(1), F(2)), (F(1), F(2)), (F(1), F(2))).row()


@pytest.mark.parametrize(
    "rows",
    [
        "{}",
        "[]",
        json.dumps([[i, *_ROW[1:]] for i in range(13, 30)]),
        json.dumps([_ROW, _ROW]),
        json.dumps([_ROW, [12, *_ROW[1:]]]),
        json.dumps([_ROW[:-1]]),
        json.dumps([_ROW]) + " " * 10_000,
        [_ROW],
    ],
)
def test_stages_that_are_none(rows) -> None:
    with pytest.raises(InvalidParameterError, match="stages cannot be read"):
        read_stages(rows, "stages")


def test_stages_that_are_read() -> None:
    rows = [[i, *_ROW[1:]] for i in range(13, 29)]
    assert [stage.row() for stage in read_stages(json.dumps(rows), "stages")] == rows
