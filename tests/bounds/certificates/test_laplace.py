"""Distribution functions from transforms: exact laws, simulation, lies."""

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binom, binomtest, gamma

from slth_verify.bounds.certificates.integrals import laplace
from slth_verify.bounds.certificates.integrals.laplace import (
    probabilities_below,
    probability_above,
)
from slth_verify.bounds.certificates.labels import Labels
from slth_verify.bounds.certificates.selection import Energy, Gain
from slth_verify.enclosure import (
    ComplexBall,
    NonFiniteError,
    from_ball,
    pi,
    to_ball,
    working_precision,
)

F = Fraction


@dataclass(frozen=True)
class Exponentials:
    """Selected samples are exponential; an oracle with a known distribution function.

    Attributes:
        chances: Probabilities that a large and that a small sample is selected.
        rate: Rate of the exponential law, the same for both.
    """

    chances: tuple[Fraction, Fraction]
    rate: Fraction

    @property
    def missed(self):
        return tuple(to_ball(1 - chance) for chance in self.chances)

    def transforms(self, z):
        base = to_ball(self.rate) / (to_ball(self.rate) + z)
        return tuple(to_ball(chance) * base for chance in self.chances)

    @property
    def steep(self):
        return tuple(to_ball(chance / self.rate) for chance in self.chances)

    def decay(self, height):
        return tuple(to_ball(2 * c * self.rate / height) for c in self.chances)

    def exact(self, labels: Labels, levels: np.ndarray) -> np.ndarray:
        """P(event of the labels and S <= c), by the number of selected samples."""
        total = np.zeros(len(levels))
        large, small = (float(chance) for chance in self.chances)
        for nu in range(labels.first, labels.stop):
            counts = np.convolve(
                binom.pmf(np.arange(labels.n + 1), labels.n - nu, large),
                binom.pmf(np.arange(labels.n + 1), nu - labels.first, small),
            )
            weight = binom.pmf(nu, labels.n, float(labels.share))
            for count, chance in enumerate(counts):
                below = (
                    gamma.cdf(levels, count, scale=1 / float(self.rate)) if count else 1
                )
                total += weight * chance * below
        return total


#: Labels, law, and levels.
EXACT = [
    ((9, F(1, 2), 4, 10), Exponentials((F(1, 3), F(1, 5)), F(1)), (1, 9, 2)),
    ((30, F(3, 5), 16, 19), Exponentials((F(2, 5), F(9, 10)), F(7)), (1, 4, 1)),
    ((5, F(1, 5), 4, 5), Exponentials((F(1, 2), F(1, 2)), F(1, 9)), (5, 60, 17)),
]

#: Number of nats of aliasing, tilt, and truncation: all of them matter.
CRUDE = [(20, 10, F(1, 10**12)), (F(1, 10), F(1, 2), F(1, 100)), (1, 3, F(1, 10))]


def recorded(room, monkeypatch) -> list[float]:
    """What the sums of the room charge for truncation, as they come."""
    rests: list[float] = []
    honest = room._truncated

    def truncated(*arguments):
        nodes, rest = honest(*arguments)
        rests.append(float(rest))
        return nodes, rest

    monkeypatch.setattr(room, "_truncated", truncated)
    return rests


def check_exact(room, monkeypatch) -> None:
    rests = recorded(room, monkeypatch)
    for case, law, (first, last, step) in EXACT:
        levels = [F(c) for c in range(first, last + 1, step)]
        for alias, tilt, negligible in CRUDE:
            monkeypatch.setattr(room, "_ALIAS", alias)
            monkeypatch.setattr(room, "_TILT", tilt)
            with working_precision(128):
                labels = Labels(*case)
                found = room.probabilities_below(labels, law, levels, negligible)
                found = np.array([float(from_ball(ball).upper) for ball in found])
            truth = law.exact(labels, np.array(levels, dtype=float))
            # images at distance L cost at most 1/(exp(t L) - 1)
            excess = 1 / math.expm1(math.tau / 6 * (tilt + alias))
            assert (found >= truth - 1e-13).all()
            assert (found <= truth + excess + 2 * rests[-1] + 1e-9).all()
            assert tilt > 3 or rests[-1] <= negligible


def test_exact_distribution_functions(monkeypatch) -> None:
    check_exact(laplace, monkeypatch)


def sums(
    n: int, share: float, slope: float, first: int, trials: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels drawn after the scales: small ones, gains and energies of stage two.

    Rows with fewer than ``first`` small samples are left in; their sums say nothing.
    """
    rng = np.random.default_rng(seed)
    x, g = np.abs(rng.standard_normal((2, trials, n)))
    g *= rng.choice([-1, 1], (trials, n))
    small = rng.random((trials, n)) < np.exp(-(share**-2 - 1) * x**2 / 2)
    staged = small & (small.cumsum(axis=1) <= first)
    chosen = (g > slope * x) & ~staged
    gains = ((x * g - slope * x**2) * chosen).sum(axis=1)
    return small.sum(axis=1), gains, (x**2 * chosen).sum(axis=1)


def test_simulated_sums_of_the_second_stage() -> None:
    n, first, stop, trials = 40, 14, 18, 20000
    nu, gains, energies = sums(n, 0.45, 0.5, first, trials, 5)
    event = (nu >= first) & (nu < stop)
    with working_precision(128):
        labels = Labels(n, F(45, 100), first, stop)
        for law, seen in (
            (Gain(F(45, 100), F(1, 2)), gains),
            (Energy(F(45, 100), F(1, 2)), energies),
        ):
            levels = [F(c) for c in (1, 2, 3, 5, 8, 12)]
            found = probabilities_below(labels, law, levels, F(1, 10**10))
            for level, ball in zip(levels, found, strict=True):
                hits = int(np.sum(event & (seen <= float(level))))
                value = min(1.0, max(0.0, float(ball)))
                assert binomtest(hits, trials, value).pvalue > 1e-6
        above = probability_above(labels, Energy(F(45, 100), F(1, 2)), F(15), [F(1, 4)])
        hits = int(np.sum(event & (energies >= 15)))
        assert hits <= trials * float(above)
        assert float(above) < 1


def check_truncation(room, monkeypatch) -> None:
    """With few terms, the bound must still be one."""
    monkeypatch.setattr(room, "_MOST_NODES", 64)
    with working_precision(128):
        labels = Labels(9, F(1, 2), 4, 10)
        law = Exponentials((F(1, 3), F(1, 5)), F(200))
        levels = [F(i, 100) for i in range(1, 101, 3)]
        found = room.probabilities_below(labels, law, levels, F(1, 10**12))
        found = np.array([float(from_ball(ball).upper) for ball in found])
    assert (found >= law.exact(labels, np.array(levels, dtype=float))).all()


def test_truncated_sums_are_still_bounds(monkeypatch) -> None:
    check_truncation(laplace, monkeypatch)


def test_nothing_is_known_without_decay() -> None:
    with working_precision(128):
        labels = Labels(9, F(1, 2), 4, 10)
        law = Gain(F(1, 10**9), F(1, 2))  # decay starts higher than any sum goes
        (ball,) = probabilities_below(labels, law, [F(1)], F(1, 10**6))
        with pytest.raises(NonFiniteError):
            from_ball(ball)


def test_chernoff_bounds() -> None:
    with working_precision(128):
        labels = Labels(*EXACT[0][0])
        law = Exponentials((F(1, 3), F(1, 5)), F(1))
        whole = float(labels.probability)
        for level in (F(1), F(4), F(9)):
            truth = whole - law.exact(labels, np.array([float(level)]))[0]
            bounds = [
                float(probability_above(labels, law, level, rates))
                for rates in ([], [F(1, 2)], [F(1, 8), F(1, 2), F(3, 4)])
            ]
            assert whole == bounds[0] >= bounds[1] >= bounds[2] >= truth
        # a rate at the pole is left out
        assert float(probability_above(labels, law, F(9), [F(1)])) == whole


LIES = {
    "aliasing with the other sign": (
        "later = complex_polynomial([ComplexBall(0), *terms[1 : nodes + 1]])",
        "signed = [t * (-1) ** k for k, t in enumerate(terms)]\n"
        "    later = complex_polynomial([ComplexBall(0), *signed[1 : nodes + 1]])",
    ),
    "terms between the nodes": (
        "z = ComplexBall(to_ball(tilt), to_ball(spacing * k))",
        "z = ComplexBall(to_ball(tilt), to_ball(spacing * (k + Fraction(1, 9))))",
    ),
    "first term counted as the others": (
        "half * terms[0].real",
        "half * half * terms[0].real",
    ),
    "atom forgotten": ("bounds.append(zero + grown", "bounds.append(grown"),
    "tilt not undone": (
        "grown = to_ball(tilt * c).exp()",
        "grown = to_ball(tilt * c / 2).exp()",
    ),
    "images too close": (
        "spacing = Fraction(6) / (last + _ALIAS / tilt)",
        "spacing = Fraction(14) / (last + _ALIAS / tilt)",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_the_inversion_are_seen(lie, mutant, monkeypatch) -> None:
    wrong = mutant(laplace, *LIES[lie])
    with pytest.raises(AssertionError):
        check_exact(wrong, monkeypatch)


TRUNCATED = {
    "truncation dropped": ("series + rest)", "series)"),
    "truncation turned": ("series + rest)", "series - rest)"),
}


@pytest.mark.parametrize("lie", TRUNCATED)
def test_lies_about_truncation_are_seen(lie, mutant, monkeypatch) -> None:
    wrong = mutant(laplace, *TRUNCATED[lie])
    with pytest.raises(AssertionError):
        check_truncation(wrong, monkeypatch)


def test_lie_aliases_that_are_subtracted() -> None:
    """Half-way between the nodes the images alternate, and the sum falls below."""
    rate, c, tilt = 1.0, 3.0, 0.4
    spacing = 6 / (c + 0.1 / tilt)
    values = {}
    for shift in (0.0, 0.5):
        k = np.arange(-20000, 20001) + shift
        z = tilt + 1j * spacing * k
        series = np.exp(z * c) * rate / (rate + z) / z
        values[shift] = float(spacing / (2 * float(pi())) * series.sum().real)
    truth = -math.expm1(-rate * c)
    assert values[0.5] < truth < values[0.0]


#: Samples on an event of their labels, a law of one, and the tilt over the last level.
TAILS = [
    (Labels(24, F(2, 5), 9, 12), Gain(F(2, 5), F(1, 4)), F(3)),
    (Labels(200, F(3, 4), 140, 152), Gain(F(3, 4), F(1, 2)), F(9)),
    (Labels(24, F(2, 5), 9, 12), Energy(F(2, 5), F(1, 4)), F(6)),
    (Labels(200, F(3, 4), 140, 152), Energy(F(3, 4), F(1, 2)), F(20)),
    (Labels(9, F(1, 2), 4, 10), Exponentials((F(1, 3), F(1, 5)), F(1)), F(2)),
]


def check_cells(room) -> None:
    """The terms of a cell add up to less than its bound, which is not much more."""
    for labels, law, last in TAILS:
        spacing, tilt = F(1, 8) / last, F(4) / last
        tail = room._Tail(labels, law, spacing, tilt, last)
        large, small = law.missed
        zero = labels.real_mean(large, small)
        for first, stop in ((9, 10), (10, 12), (64, 66), (300, 330), (700, 704)):
            total = 0.0
            for k in range(first + 1, stop + 1):
                z = ComplexBall(to_ball(tilt), to_ball(spacing * k))
                wide, narrow = law.transforms(z)
                value = labels.mean(large + wide, small + narrow) - zero
                total += float(abs(value / z)) * float(spacing) / math.pi
            total *= math.exp(tilt * last)
            bound = float(tail.between(first, stop))
            assert total <= bound * (1 + 1e-9)
            assert stop > first + 1 or bound <= 20 * total


def test_terms_that_are_left_out_one_cell_at_a_time() -> None:
    with working_precision(128):
        check_cells(laplace)


def test_cells_follow_each_other() -> None:
    for low in (1, 64, 100, 1 << 20):
        ends = [low, *laplace._Tail.cells(low, 2 * low)]
        assert ends[-1] == 2 * low
        assert all(
            first < stop <= first + max(1, first // laplace._CELL)
            for first, stop in pairwise(ends)
        )


CELLS = {
    "one term of many": ("Fraction(stop - first, first + 1)", "Fraction(1, first + 1)"),
    "half of the terms": ("size * to_ball(Fraction(", "size / 2 * to_ball(Fraction("),
    "atoms forgotten": ("abs(a + v) + far", "abs(v) + far"),
    "atom at zero forgotten": (
        "size = self.labels.real_mean(*turned) + self.zero",
        "size = self.labels.real_mean(*turned) - self.zero",
    ),
    "read at the far end": ("Fraction(first + 1 + stop, 2)", "Fraction(4 * stop)"),
}


@pytest.mark.parametrize("lie", CELLS)
def test_lies_about_cells_are_seen(lie, mutant) -> None:
    wrong = mutant(laplace, *CELLS[lie])
    with working_precision(128), pytest.raises(AssertionError):
        check_cells(wrong)


def check_distance(room) -> None:
    """Across a wide cell a transform changes, and its bound takes that in."""
    labels, law, last = TAILS[1]
    spacing, tilt = F(1, 15), F(4) / last
    tail = room._Tail(labels, law, spacing, tilt, last)
    first, stop = 5, 40
    atoms = law.missed
    total = 0.0
    for k in range(first + 1, stop + 1):
        z = ComplexBall(to_ball(tilt), to_ball(spacing * k))
        wide, narrow = law.transforms(z)
        value = labels.mean(atoms[0] + wide, atoms[1] + narrow)
        total += float(abs(value / z)) * float(spacing) / math.pi
    assert total * math.exp(4) <= float(tail.between(first, stop))


def test_a_transform_moves_across_a_cell(mutant) -> None:
    with working_precision(128):
        check_distance(laplace)
        wrong = mutant(laplace, "abs(a + v) + far * d for", "abs(a + v) for")
        with pytest.raises(AssertionError):
            check_distance(wrong)
