"""The ladder's parts against their definitions."""

import itertools

import numpy as np
import pytest

from slth_verify.subset_sum import FilterBudget, MaxTolerance, Tolerance
from slth_verify.subset_sum.steps.cancellation import cancel, prices
from slth_verify.subset_sum.steps.flips import PairDescent
from slth_verify.subset_sum.steps.lists import NearestSums, subset_sums
from slth_verify.subset_sum.steps.smooth import smooth_score

LAM = 0.1


def _columns(count: int, dim: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    scales = np.sort(np.abs(rng.standard_normal(count)))[::-1]
    return scales[:, None] * rng.standard_normal((count, dim))


def _form(columns: np.ndarray, dim: int) -> np.ndarray:
    return np.linalg.inv(LAM * np.eye(dim) + columns.T @ columns / 4.0)


@pytest.mark.parametrize(("count", "dim"), [(1, 1), (30, 4), (130, 7)])
def test_prices_are_those_of_the_definition(count: int, dim: int) -> None:
    columns = _columns(count, dim, 1)
    found = prices(columns, LAM)
    for place in {0, count // 2, count - 1}:
        form = _form(columns[place + 1 :], dim)
        vector = form @ columns[place]
        assert found.vectors[place] == pytest.approx(vector, rel=1e-8, abs=1e-10)
        energy = columns[place] @ vector
        assert found.energies[place] == pytest.approx(energy, rel=1e-8)


def test_cancellation_follows_the_signs_of_the_prices() -> None:
    columns = _columns(130, 5, 2)
    vectors = prices(columns, LAM).vectors
    rest = np.full(5, 2.0)
    signs, left = cancel(columns, vectors, rest)
    for column, vector, sign in zip(columns, vectors, signs, strict=True):
        assert sign == (1 if rest @ vector > 0.0 else -1)
        rest = rest - sign * column / 2.0
    assert left == pytest.approx(rest, abs=1e-9)


def test_noise_can_force_signs() -> None:
    columns = _columns(60, 5, 2)
    wanted = np.random.default_rng(0).choice([-1.0, 1.0], 60)
    signs, _ = cancel(columns, columns, np.ones(5), 1e12 * wanted)
    assert np.array_equal(signs, wanted)


def _sup(errors: np.ndarray) -> np.ndarray:
    return np.abs(errors).max(axis=-1) / 1e-9


def test_descent_ends_where_no_pair_of_flips_helps() -> None:
    columns, target = _columns(24, 3, 6), np.array([0.4, -0.1, 0.2])
    start = np.where(np.random.default_rng(1).random(24) < 0.5, 1.0, -1.0)

    def error(signs: np.ndarray) -> np.ndarray:
        return (signs > 0.0) @ columns - target

    descent = PairDescent(columns)
    end = descent.run(start, error(start), _sup, lambda: False)
    reached = float(_sup(error(end)))
    assert reached < float(_sup(error(start)))
    for pair in itertools.combinations_with_replacement(range(24), 2):
        flipped = end.copy()
        flipped[list(set(pair))] *= -1.0
        assert float(_sup(error(flipped))) >= reached * (1.0 - 1e-9)


def test_descent_leaves_the_start_alone_and_obeys_the_clock() -> None:
    columns = _columns(24, 3, 6)
    start = -np.ones(24)
    descent = PairDescent(columns)
    end = descent.run(start, -np.ones(3), _sup, lambda: True)
    assert np.array_equal(end, start)
    descent.run(start, -np.ones(3), _sup, lambda: False)
    assert np.array_equal(start, -np.ones(24))


def test_subset_sums_follow_the_bits() -> None:
    columns = _columns(6, 2, 7)
    sums = subset_sums(columns)
    for mask in range(64):
        chosen = [i for i in range(6) if mask >> i & 1]
        assert sums[mask] == pytest.approx(columns[chosen].sum(axis=0), abs=1e-12)


@pytest.mark.parametrize("dim", [1, 2, 4])
@pytest.mark.parametrize("order", [np.inf, 1.0])
def test_nearest_sums_are_nearest(dim: int, order: float) -> None:
    rng = np.random.default_rng(8)
    sums, points = rng.standard_normal((200, dim)), rng.standard_normal((30, dim))
    distances = np.linalg.norm(points[:, None] - sums, ord=order, axis=2)
    rows, entries = NearestSums(sums, order).query(points, 1, np.inf)
    for row in range(30):
        near = distances[row, entries[rows == row]].min()
        assert near == pytest.approx(distances[row].min(), abs=1e-12)


@pytest.mark.parametrize("order", [8, 16])
@pytest.mark.parametrize(
    "tolerance", [MaxTolerance(0.3), FilterBudget(0.3, 1), FilterBudget(0.3, 3)]
)
def test_smooth_scores_bound_the_score_and_tend_to_it(
    tolerance: Tolerance, order: int
) -> None:
    errors = np.random.default_rng(0).standard_normal((50, 6))
    errors[0] = 0.0
    score = smooth_score(tolerance, order)
    assert score is not None
    smooth, sharp = score(errors), tolerance.score(errors)
    terms = 12 ** (1.0 / order)
    assert (smooth >= sharp * (1.0 - 1e-12)).all()
    assert (smooth <= sharp * terms * (1.0 + 1e-12)).all()
    assert score(1e300 * errors) == pytest.approx(1e300 * smooth)


def test_unknown_tolerances_have_no_smooth_score() -> None:
    class Other:
        def score(self, residuals: np.ndarray) -> np.ndarray:
            return np.abs(residuals).sum(axis=-1)

    assert smooth_score(Other(), 8) is None


def test_smooth_descent_ends_lower_than_the_sup_norm_alone() -> None:
    sharp, smooth = [], []
    for seed in range(5):
        columns = _columns(120, 20, seed)
        target = np.random.default_rng(seed).standard_normal(20)
        signs = np.where(np.random.default_rng(1).random(120) < 0.5, 1.0, -1.0)
        descent = PairDescent(columns)

        def sup(errors: np.ndarray) -> np.ndarray:
            return np.abs(errors).max(axis=-1) / 1e-9

        def error(signs: np.ndarray, pair: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
            return (signs > 0.0) @ pair[0] - pair[1]

        pair = (columns, target)
        end = descent.run(signs, error(signs, pair), sup, lambda: False)
        sharp.append(float(sup(error(end, pair)[None, :])[0]))
        for order in (8, 16):
            score = smooth_score(MaxTolerance(1e-9), order)
            assert score is not None
            end = descent.run(end, error(end, pair), score, lambda: False)
        end = descent.run(end, error(end, pair), sup, lambda: False)
        smooth.append(float(sup(error(end, pair)[None, :])[0]))
    assert np.mean(smooth) < 0.9 * np.mean(sharp)
