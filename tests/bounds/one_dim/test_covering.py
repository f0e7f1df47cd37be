"""Is every target near a subset sum? The fast answer against all sums in fractions."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from handmade.nightly import cases
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.bounds import covers
from slth_verify.bounds.one_dim import covering, covering_walk
from slth_verify.errors import InvalidParameterError
from slth_verify.verdict import Verdict

F = Fraction


def all_sums(samples):
    sums = {F(0)}
    for x in samples:
        sums |= {s + F(x) for s in sums}
    return sorted(sums)


def missed(samples, eps, low, high):
    """A target in the interval that no subset sum is near, or None."""
    reached = low
    if not any(abs(low - s) <= eps for s in all_sums(samples)):
        return low
    for s in all_sums(samples):
        if s - eps <= reached <= s + eps:
            reached = s + eps
        elif s - eps > reached:
            break
    if reached >= high:
        return None
    above = [s - eps for s in all_sums(samples) if s - eps > reached]
    return (reached + min([*above, high])) / 2


def agrees(samples, eps, low, high) -> bool:
    outcome = covers(samples, eps, low, high)
    if missed(samples, eps, low, high) is None:
        return outcome.verdict is Verdict.VERIFIED and outcome.witness is None
    if outcome.verdict is not Verdict.REFUTED:
        return False
    z = outcome.witness
    return low <= z <= high and all(abs(z - s) > eps for s in all_sums(samples))


short = st.integers(-20, 20).map(lambda i: F(i, 10))
numbers = st.one_of(
    short,
    st.floats(-2, 2, allow_nan=False),
    st.sampled_from(
        [0.0, -0.0, 5e-324, -1e-300, 1e300, -1e300, F(10) ** 400, F(1, 3**90)]
    ),
)


@settings(cases(60, 200), deadline=None)
@given(
    st.lists(numbers, max_size=10),
    st.one_of(st.fractions(F(1, 50), 1, max_denominator=60), st.just(F(1, 10**30))),
    st.fractions(-1, 0, max_denominator=12),
    st.fractions(0, 1, max_denominator=12),
    st.sampled_from([0, 3, 22]),
    st.sampled_from([0, 3000]),
    st.sampled_from([1, 8, 1 << 24]),
)
def test_agrees_with_all_sums(samples, eps, low, high, few, gaps, window) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(covering_walk, "_SORTED", few)
        patch.setattr(covering_walk, "_MANY_GAPS", gaps)
        patch.setattr(covering_walk, "_WINDOW", window)
        assert agrees(samples, eps, low, high)


@settings(cases(50, 150), deadline=None)
@given(st.lists(short, min_size=3, max_size=10), st.integers(1, 6), st.booleans())
def test_gaps_of_exactly_two_eps(samples, twentieths, wider) -> None:
    # sums are tenths, so gaps equal to 2 eps are frequent
    eps = F(twentieths, 20) - (F(0) if wider else F(1, 10**12))
    assert agrees(samples, eps, F(-1), F(1))


def test_a_gap_of_exactly_two_eps_is_covered() -> None:
    assert covers([F(1, 2), F(-1, 2)], "1/4").verdict is Verdict.REFUTED
    assert covers([1, -1], "1/2").verdict is Verdict.VERIFIED
    assert covers([1, -1], F(10**9 - 1, 2 * 10**9)).verdict is Verdict.REFUTED
    assert covers([], 1).verdict is Verdict.VERIFIED
    assert covers([], F(99, 100)).verdict is Verdict.REFUTED


def test_numbers_too_fine_for_64_bits_are_decided_if_few() -> None:
    third = F(1, 3**60)
    samples = [1 - third, F(-1)]
    assert covers(samples, F(1, 2) - third / 2).verdict is Verdict.VERIFIED
    assert covers(samples, F(1, 2) - third).verdict is Verdict.REFUTED
    many = covers([third, *[F(1, 10)] * 22], "1/2")
    assert many.verdict is Verdict.INCONCLUSIVE
    assert many.witness is None


def test_floats_are_taken_as_they_are() -> None:
    # 0.1 + 0.2 is not 0.3 in binary, and the samples are what they are
    assert covers([0.1], "0.1", "0.2", "0.2").verdict is Verdict.VERIFIED
    assert covers([F(1, 10)], "0.1", "0.2", "0.2").verdict is Verdict.VERIFIED
    below = float(np.nextafter(0.1, 0))
    assert covers([below], "0.1", "0.2", "0.2").verdict is Verdict.REFUTED


def test_twenty_six_samples_by_gaps_and_by_windows(monkeypatch) -> None:
    rng = np.random.default_rng(6)
    samples = rng.uniform(-1, 1, 26).tolist()
    verdicts = []
    for eps in ("1e-8", "1e-6", "2e-5"):
        for gaps in (0, 10**9):
            monkeypatch.setattr(covering_walk, "_MANY_GAPS", gaps)
            monkeypatch.setattr(covering_walk, "_SORTED", 18)
            monkeypatch.setattr(covering_walk, "_WINDOW", 1 << 18)
            verdicts.append(covers(samples, eps, "-1/50", "1/50").verdict)
    assert verdicts[::2] == verdicts[1::2]
    assert {Verdict.VERIFIED, Verdict.REFUTED} == set(verdicts)


def wider_steps(patch) -> None:
    true = covering_walk.SumWalk
    patch.setattr(covering, "SumWalk", lambda x, step: true(x, step + 1))


def narrower_steps(patch) -> None:
    true = covering_walk.SumWalk
    patch.setattr(covering, "SumWalk", lambda x, step: true(x, step - 1))


def only_one_half(patch) -> None:
    true = covering_walk.SumWalk
    patch.setattr(covering, "SumWalk", lambda x, step: true(x[1:], step))


def ends_swapped(patch) -> None:
    patch.setattr(covering, "floor", covering.ceil)


def goal_forgotten(patch) -> None:
    true = covering_walk.SumWalk.first_gap
    patch.setattr(
        covering_walk.SumWalk,
        "first_gap",
        lambda self, least, most, goal: true(self, least, most, goal - 2),
    )


def start_forgotten(patch) -> None:
    true = covering_walk.SumWalk.first_gap
    patch.setattr(
        covering_walk.SumWalk,
        "first_gap",
        lambda self, least, most, goal: true(self, -self.limit, most, goal),
    )


def large_samples_dropped(patch) -> None:
    patch.setattr(
        covering, "_useful", lambda values, reach: [v for v in values if abs(v) < 1]
    )


@pytest.mark.parametrize(
    "lie",
    [
        wider_steps,
        narrower_steps,
        only_one_half,
        ends_swapped,
        goal_forgotten,
        start_forgotten,
        large_samples_dropped,
    ],
)
def test_lies_disagree_with_all_sums(lie, monkeypatch) -> None:
    lie(monkeypatch)
    rng = np.random.default_rng(1)
    right = []
    for size in itertools.islice(itertools.cycle(range(2, 8)), 300):
        samples = [F(int(v), 10) for v in rng.integers(-12, 13, size)]
        eps = F(int(rng.integers(2, 12)), int(rng.choice([20, 30])))
        right.append(agrees(samples, eps, F(-1), F(1)))
    assert not all(right)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: covers([0.1] * 35, "0.1"), "at most 34"),
        (lambda: covers([0.1], "0.1", 1, 0), "low=1, high=0"),
        (lambda: covers([0.1], 0), "eps=0"),
        (lambda: covers([0.1, float("nan")], "0.1"), r"samples\[1\]=nan"),
        (lambda: covers([float("-inf")], "0.1"), r"samples\[0\]=-inf"),
        (lambda: covers([np.float64("nan")], "0.1"), r"samples\[0\]=nan"),
        (lambda: covers(["one"], "0.1"), r"samples\[0\]"),
    ],
)
def test_refusals(call, message) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        call()
