"""Distribution functions from transforms: exact laws, simulation, lies."""

import math
from fractions import Fraction

import numpy as np
import pytest
from handmade.laws import Exponentials
from scipy.stats import binomtest

from slth_verify.bounds.certificates.integrals import laplace
from slth_verify.bounds.certificates.integrals.laplace import (
    probabilities_below,
    probability_above,
)
from slth_verify.bounds.certificates.labels import Labels
from slth_verify.bounds.certificates.selection import Energy, Gain
from slth_verify.enclosure import (
    NonFiniteError,
    from_ball,
    pi,
    working_precision,
)

F = Fraction


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
        "z = ComplexBall(shift, step * k)",
        "z = ComplexBall(shift, step * (k + to_ball(Fraction(1, 9))))",
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
