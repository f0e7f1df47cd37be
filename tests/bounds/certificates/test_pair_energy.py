"""The pair energy of the first stage: exact conditional means, quadrature, lies."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binomtest

from slth_verify.bounds.certificates import pair_energy
from slth_verify.bounds.certificates.pair_energy import PairEnergy
from slth_verify.enclosure import from_ball, working_precision

F = Fraction


def upper(ball) -> float:
    return float(from_ball(ball).upper)


def masks(n: int, k: int) -> np.ndarray:
    rows = np.zeros((math.comb(n, k), n))
    for row, chosen in zip(rows, itertools.combinations(range(n), k), strict=True):
        row[list(chosen)] = 1
    return rows


def mean_given_scales(case: PairEnergy, scale: float, z: np.ndarray) -> float:
    """E[X_s | scales] for the target norm * e_1, by exact Gaussian integrals.

    Everything is a product over coordinates; in each, the weight is the exponential
    of a quadratic form, and under the tilted law the difference of two sums is normal.
    """
    n, k, m, eps = case.n, case.size, case.dim, float(case.eps)
    p = k / n
    spread = p * (1 - p) * n / (n - 1)
    # weight exp(y'By/2 - b'y + c) with q = |p U - z|^2 + spread (sum y^2 - U^2/n)
    form = ((p * p - spread / n) * np.ones((n, n)) + spread * np.eye(n)) / scale
    cov = np.linalg.inv(np.diag(1 / z**2) - form)
    assert (np.linalg.eigvalsh(cov) > 0).all()
    mass = math.sqrt(np.linalg.det(cov) / np.prod(z**2))
    rows = masks(n, k)
    difference = rows[:, None, :] - rows[None, :, :]
    variance = np.maximum(np.einsum("abi,ij,abj->ab", difference, cov, difference), 0)
    total = np.ones(variance.shape)
    for goal in [float(case.norm)] + [0.0] * (m - 1):
        push = -p * goal / scale * np.ones(n)
        constant = mass * math.exp(push @ cov @ push / 2 + goal**2 / (2 * scale))
        centre = difference @ (cov @ push)
        total *= constant * triangle(centre, np.sqrt(variance), 2 * eps)
    norm = (2 * math.pi * scale) ** (m / 2) * math.exp(m * eps**2 / (6 * scale))
    return norm * total.sum() / len(rows) ** 2 / (2 * eps) ** (2 * m)


def triangle(centre: np.ndarray, sd: np.ndarray, width: float) -> np.ndarray:
    """E (width - |N|)^+ for N of this centre and standard deviation."""

    def ramp(x: np.ndarray) -> np.ndarray:  # E (N + x)^+, also without deviation
        safe = np.where(sd > 0, sd, 1)
        t = (centre + x) / safe
        value = safe * (t * ndtr(t) + np.exp(-t * t / 2) / math.sqrt(2 * math.pi))
        return np.where(sd > 0, value, np.maximum(centre + x, 0))

    return ramp(width) - 2 * ramp(0 * centre) + ramp(-width + 0 * centre)


#: Parameters with a variance; all parities of m, n = 2k, and a target off the centre.
SMALL = [
    (PairEnergy(8, 3, 1, F(1, 10), F(1), F(6), (F(4), F(14))), F(8)),
    (PairEnergy(6, 3, 2, F(1, 5), F(1, 2), F(4), (F(3), F(9))), F(5)),
    (PairEnergy(6, 3, 2, F(4, 5), F(0), F(4), (F(3), F(9))), F(5)),
    (PairEnergy(7, 2, 3, F(1, 20), F(2), F(5), (F(5), F(12))), F(6)),
    (PairEnergy(8, 4, 4, F(1, 4), F(1), F(5), (F(5), F(12))), F(9)),
]


def scales_at(case: PairEnergy, rng: np.random.Generator) -> np.ndarray:
    """Good scales, often near the cap and often nearly equal to zero."""
    while True:
        z = np.minimum(np.abs(rng.standard_normal(case.n)), math.sqrt(float(case.cap)))
        z[rng.random(case.n) < 0.2] *= 1e-3
        if rng.random() < 0.1:
            z *= 1e-2  # nearly all of the energy in the extreme scales
        extreme = rng.random(case.n) < 0.2
        z[extreme] = (1 - 1e-9) * math.sqrt(float(case.cap))
        if float(case.energy[0]) <= z @ z <= float(case.energy[1]):
            return np.maximum(z, 1e-9)


def check_factor(room) -> None:
    """Given the scales, X_s is at most what (H1) says before it is averaged."""
    rng = np.random.default_rng(7)
    worst = []
    for honest, scale in SMALL:
        case = room.PairEnergy(**vars_of(honest))
        assert case.admits(scale)
        rows = masks(case.n, case.size)
        apart = np.abs(rows[:, None, :] - rows[None, :, :])
        for _ in range(60):
            z = scales_at(honest, rng)
            energy = float(z @ z)
            share = apart @ z**2 / energy
            q = 2 * float(case.eps) ** 2 / (math.pi * energy)
            near = np.minimum(1, q / np.maximum(share, 1e-300)) ** (case.dim / 2)
            factor = upper(case._factor(F(energy), scale))
            truth = mean_given_scales(honest, float(scale), z)
            assert truth <= factor * near.mean() * (1 + 1e-9)
            worst.append(truth / (factor * near.mean()))
    assert max(worst) > 0.5


def vars_of(case: PairEnergy) -> dict:
    names = ("n", "size", "dim", "eps", "norm", "cap", "energy")
    return {name: getattr(case, name) for name in names}


def test_given_the_scales_no_pair_is_undercounted() -> None:
    check_factor(pair_energy)


def check_bad(room) -> None:
    rng, trials = np.random.default_rng(9), 20000
    for n, cap, energy in [(12, F(4), (F(5), F(20))), (5, F(9), (F(2), F(7)))]:
        case = room.PairEnergy(n, 3, 1, F(1, 9), F(1), cap, energy)
        squares = rng.standard_normal((trials, n)) ** 2
        sums = squares.sum(axis=1)
        bad = (squares.max(axis=1) > cap) | (sums < energy[0]) | (sums > energy[1])
        assert (
            binomtest(
                int(bad.sum()), trials, min(1.0, upper(case.bad)), alternative="greater"
            ).pvalue
            > 1e-6
        )


def test_bad_samples_are_no_rarer_than_claimed() -> None:
    check_bad(pair_energy)


@pytest.mark.parametrize("place", range(len(SMALL)))
def test_simulated_mean_of_the_energy(place) -> None:
    """E[X_s; good] over the scales, with five standard errors of room."""
    case, scale = SMALL[place]
    rng, trials = np.random.default_rng(place), 400
    values = []
    for _ in range(trials):
        z = rng.standard_normal(case.n)
        good = (z**2).max() <= case.cap and case.energy[0] <= z @ z <= case.energy[1]
        values.append(mean_given_scales(case, float(scale), z) if good else 0.0)
    error = np.std(values) / math.sqrt(trials)
    with working_precision(128):
        bound = upper(case.mean(scale))
    assert np.mean(values) - 5 * error <= bound <= 12 * np.mean(values)


def variant(**changes) -> PairEnergy:
    base = PairEnergy(12, 4, 3, F(1, 10), F(1), F(9), (F(6), F(22)))
    return PairEnergy(**(vars_of(base) | changes))


@pytest.mark.parametrize(
    ("case", "scale"),
    [
        (variant(n=5, size=2), F(20)),  # n < m + 3
        (variant(size=0), F(20)),
        (variant(size=12), F(20)),
        (variant(energy=(F(22), F(6))), F(20)),
        (variant(energy=(F(0), F(6))), F(20)),
        (variant(), F(0)),
        (variant(), F(-20)),
        (variant(), F(2)),  # tilt of single samples
        (variant(cap=F(1)), F(2)),  # tilt of their sum
        (variant(norm=F(50)), F(20)),  # drift
    ],
)
def test_hypotheses_are_asked_for(case, scale) -> None:
    assert variant().admits(F(20))
    assert not case.admits(scale)


def test_hypotheses_are_sharp() -> None:
    case = variant()
    p, n = F(1, 3), 12
    spread = p * (1 - p) * F(n, n - 1)
    assert not case.admits(spread * case.cap)  # x = 1
    assert variant(cap=F(1, 10**6)).admits(F(20))
    for scale in (F(j, 8) for j in range(16, 100)):
        x = spread * case.cap / scale
        if x >= 1:
            assert not case.admits(scale)
            continue
        high = case.energy[1] / (1 - x)
        kappa = p**2 / scale - spread / (n * scale)
        good = kappa * high < 1 and (
            (1 - kappa * high) ** 2 >= high * p**2 * case.norm**2 / scale**2
        )
        assert case.admits(scale) == good


FACTOR = {
    "tilted variance without 1 - x": (
        "return energy / (1 - self._tilt(scale))",
        "return energy",
    ),
    "Jensen's inequality turned": (
        "cube = self.dim * self.eps**2 / (6 * scale)",
        "cube = -self.dim * self.eps**2 / (6 * scale)",
    ),
    "chord replaced by the tangent": (
        "chord = -to_ball(1 - tilt).log() * to_ball(half * energy / self.cap)",
        "chord = to_ball(tilt) * to_ball(half * energy / self.cap)",
    ),
    "exponent m in place of m/2": (
        "(to_ball(half) * base.log() + chord",
        "(to_ball(half) * base.log() - to_ball(half) * to_ball(2).log() + chord",
    ),
    "target forgotten": ("to_ball(target + cube)", "to_ball(cube)"),
    "half of the target": (
        "self.norm**2 * shift / (2 * scale * room)",
        "self.norm**2 * shift / (4 * scale * room)",
    ),
    "no room": ("/ to_ball(room)\n", "\n"),
    "drift only": ("return self._p**2 / scale - self._spread", "return -self._spread"),
}

BAD = {
    "energy range not charged": (
        "return outside + self.n * single",
        "return self.n * single",
    ),
    "cap not charged n times": ("self.n * single", "single"),
    "one tail": ("single = 2 * normal_cdf", "single = normal_cdf"),
}

LIES = [(check_factor, name) for name in FACTOR] + [(check_bad, name) for name in BAD]


@pytest.mark.parametrize(("check", "lie"), LIES, ids=[name for _, name in LIES])
def test_lies_about_the_pair_energy_are_seen(check, lie, mutant) -> None:
    wrong = mutant(pair_energy, *(FACTOR | BAD)[lie])
    with pytest.raises(AssertionError):
        check(wrong)
