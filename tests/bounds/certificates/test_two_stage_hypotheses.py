"""Theorem H proves nothing when a hypothesis fails or a number is not known."""

import dataclasses
from fractions import Fraction

import pytest

from slth_verify.bounds.certificates import label_event, two_stage
from slth_verify.bounds.certificates.integrals import laplace
from slth_verify.bounds.certificates.two_stage import Stage, TwoStageCertificate
from slth_verify.enclosure import NonFiniteError, from_ball, to_ball, working_precision

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

#: The same with several stages, so that all events of the labels matter.
STAIRS = dataclasses.replace(
    TINY,
    stages=tuple(
        Stage(first, 3, (F(7, 2), F(150)), (F(5, 2), F(40)), (F(1, 40), F(26)))
        for first in (13, 16)
    ),
)


@pytest.fixture(autouse=True)
def few_terms(monkeypatch) -> None:
    """A weaker bound, at once."""
    monkeypatch.setattr(label_event, "_LEVELS", 16)
    monkeypatch.setattr(laplace, "_MOST_NODES", 1 << 10)


def test_all_stages_are_added_up() -> None:
    """Events of the labels are disjoint, and too few small samples are charged."""
    total = STAIRS.failure()
    with working_precision(128):
        few = two_stage.binomial_cdf(12, 36, STAIRS.share)
        few = from_ball(few).upper
        events = list(STAIRS._events(STAIRS._stop(few)))
        parts = [STAIRS._event(stage, stop).refined() for stage, stop in events]
    assert [stop for _, stop in events] == [16, 37]
    assert total == sum(parts) + few
    assert few < total < TINY.failure() * F(3, 2)


USELESS = {
    "no stage": {"stages": ()},
    "no dimension": {"dim": 0},
    "too few samples for the dimension": {"dim": 11},
    "target far away": {"norm": F(10**6)},
    "no cube": {"eps": F(0)},
    "negative cube": {"eps": F(-3, 4)},
    "negative norm": {"norm": F(-1)},
    "no share": {"share": F(0)},
    "only small samples": {"share": F(1)},
    "share above 1": {"share": F(3, 2)},
    "no slope": {"slope": F(0)},
    "negative slope": {"slope": F(-1, 2)},
    "no cap": {"cap": F(0)},
    "cap that tilts too much": {"cap": F(10**4)},
    "all samples in the first stage": {"n": 13},
    "fewer samples than the first stage": {"n": 5},
    "minute share": {"share": F(1, 10**30)},
    "huge slope": {"slope": F(10**30)},
    "minute slope": {"slope": F(1, 10**60)},
    "minute cube": {"eps": F(1, 10**40)},
}


@pytest.mark.parametrize("name", USELESS)
def test_nothing_is_proved_if_a_hypothesis_fails(name) -> None:
    assert dataclasses.replace(TINY, **USELESS[name]).failure() == 1


SPOILED = {
    "size 0": {"size": 0},
    "all of them": {"size": 13},
    "negative size": {"size": -3},
    "scales turned": {"scales": (F(150), F(7, 2))},
    "scale 0": {"scales": (F(0), F(150))},
    "scale negative": {"scales": (F(-1), F(150))},
    "tilt": {"scales": (F(1, 10), F(150))},
    "energy turned": {"energy": (F(35), F(5, 2))},
    "energy too high": {"energy": (F(5, 2), F(10**4))},
    "energy out of reach": {"energy": (F(10**3), F(10**3 + 1))},
    "gains turned": {"gains": (F(26), F(1, 40))},
    "gain 0": {"gains": (F(0), F(26))},
    "gains too high": {"gains": (F(10**6), F(2 * 10**6))},
    "gains too low": {"gains": (F(1, 10**9), F(1, 10**8))},
    "scales out of reach": {"scales": (F(10**5), F(10**6))},
    "first 0": {"first": 0},
    "negative first": {"first": -13},
}


@pytest.mark.parametrize("name", SPOILED)
def test_nothing_is_proved_by_a_spoiled_stage(name) -> None:
    stage = dataclasses.replace(TINY.stages[0], **SPOILED[name])
    assert dataclasses.replace(TINY, stages=(stage,)).failure() >= F(99, 100)


def test_stages_in_another_order_prove_nothing() -> None:
    for stages in (STAIRS.stages[::-1], STAIRS.stages[:1] * 2):
        assert dataclasses.replace(STAIRS, stages=stages).failure() == 1


@pytest.mark.nightly
def test_less_precision_proves_less() -> None:
    exact = TINY.failure()
    assert exact <= TINY.failure(bits=24) * (1 + F(1, 10**6))
    assert exact <= TINY.failure(bits=53) * (1 + F(1, 10**15))
    assert abs(TINY.failure(bits=256) - exact) < F(1, 10**20)


def test_worse_parameters_fail_more_often() -> None:
    failure = TINY.failure()
    for change in (
        {"norm": F(3, 2)},
        {"eps": F(1, 10**4)},
        {"n": 35},
        {"cap": F(7)},
    ):
        assert dataclasses.replace(TINY, **change).failure() > failure


@pytest.mark.parametrize("unknown", [to_ball(1) / 0, to_ball(0) / 0])
@pytest.mark.parametrize("place", ["mean", "bad"])
def test_unknown_numbers_prove_nothing(place, unknown, monkeypatch) -> None:
    if place == "mean":
        monkeypatch.setattr(two_stage.PairEnergy, "mean", lambda *_: unknown)
    else:
        monkeypatch.setattr(two_stage.PairEnergy, "bad", unknown)
    assert TINY.failure() == 1


@pytest.mark.parametrize("call", ["probabilities_below", "probability_above"])
def test_sums_without_a_value_prove_nothing(call, monkeypatch) -> None:
    def unknown(*_):
        raise NonFiniteError("nothing is known")

    monkeypatch.setattr(label_event, call, unknown)
    assert TINY.failure() == 1
