"""Sums of two subsets that nearly coincide: quadrature of all parities, lies."""

import math
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaln
from scipy.stats import beta, chi2, hypergeom

from slth_verify.bounds.certificates import pair_energy
from slth_verify.bounds.certificates.pair_energy import PairEnergy
from slth_verify.enclosure import from_ball

F = Fraction


def upper(ball) -> float:
    return float(from_ball(ball).upper)


#: n, k, m: odd and even m, m = 1 and 2, i = m/2 and i > m/2, n = 2k, few differences.
PARITIES = [
    (4, 2, 1),
    (5, 2, 2),
    (6, 3, 3),
    (7, 1, 4),
    (9, 4, 6),
    (12, 6, 5),
    (30, 11, 8),
    (40, 20, 9),
    (60, 20, 12),
]


@cache
def exact_coincidence(n: int, k: int, m: int, q: float) -> float:
    """The sum over i of h(i) E min(1, q/D_i)^(m/2), by quadrature."""
    total = 0.0
    for i in range(min(k, n - k) + 1):
        weight = hypergeom.pmf(k - i, n, k, k)
        if i == 0:
            total += weight
        elif 2 * i == n:
            total += weight * q ** (m / 2)
        else:
            a, b = i, n / 2 - i

            def term(t: float, a: float = a, b: float = b) -> float:
                density = (a - 1) * t + (b - 1) * math.log(-math.expm1(t))
                return math.exp(t + density - betaln(a, b)) * (q / math.exp(t)) ** (
                    m / 2
                )

            value, _ = quad(
                term,
                math.log(q),
                0,
                limit=200,
                epsrel=1e-10,
                epsabs=0,
            )
            total += weight * (beta.cdf(q, a, b) + value)
    return total


def check_coincidence(room) -> None:
    for n, k, m in PARITIES:
        for eps in (F(1, 100), F(1, 5), F(2, 3)):
            case = room.PairEnergy(n, k, m, eps, F(1), F(20), (F(n, 2), F(2 * n)))
            energy, value = next(iter(case._coincidence.items()))
            q = 2 * float(eps) ** 2 / (math.pi * float(energy))
            truth = exact_coincidence(n, k, m, q)
            assert truth * (1 - 1e-7) <= upper(value)
            if q < 0.01:  # what the density loses is little for small q
                assert upper(value) <= truth * 1.5


def test_near_coincidences_of_all_parities() -> None:
    check_coincidence(pair_energy)


def test_far_too_wide_cubes_coincide_always() -> None:
    case = PairEnergy(8, 3, 2, F(9), F(1), F(20), (F(4), F(14)))
    assert all(value == 1 for value in case._coincidence.values())


#: Parameters of the pair energy, and a variance.
AVERAGED = [
    ((8, 3, 1, F(1, 10), F(1), F(6), (F(4), F(14))), F(8)),
    ((8, 4, 4, F(1, 4), F(1), F(5), (F(5), F(12))), F(9)),
]


def check_mean(room) -> None:
    """The mean over the energy, against a fine sum of the same two factors."""
    for parameters, scale in AVERAGED:
        case = room.PairEnergy(*parameters)
        low, high = (float(end) for end in case.energy)
        edges = np.linspace(low, high, 401)
        middles = (edges[1:] + edges[:-1]) / 2
        mass = np.diff(chi2.cdf(edges, case.n))
        factor = np.array([upper(case._factor(F(a), scale)) for a in middles])
        near = [
            exact_coincidence(
                case.n,
                case.size,
                case.dim,
                2 * float(case.eps) ** 2 / (math.pi * a),
            )
            for a in middles[::20]
        ]
        near = np.interp(middles, middles[::20], near)
        truth = float(np.sum(mass * factor * near))
        assert truth <= upper(case.mean(scale)) <= 1.6 * truth


def test_the_mean_over_the_energy() -> None:
    check_mean(pair_energy)


COINCIDENCE = {
    "k - j off by one": (
        "if i <= half:\n                continue",
        "if i < half + 1:\n                continue",
    ),
    "near-diagonal pairs dropped": (
        "coefficients.append(weight * density * to_ball(Fraction(1, i) + rest))",
        "coefficients.append(to_ball(0))",
    ),
    "equal subsets dropped": (
        "coefficients.append(weight)\n",
        "coefficients.append(to_ball(0))\n",
    ),
    "middle pairs dropped": ("value -= self._even", "value -= 0 * self._even"),
    "middle pairs with the other sign": (
        "value -= self._even",
        "value += self._even",
    ),
    "moments of D = Beta(i + 1, n/2 - i)": (
        "ratio *= to_ball(2 * i - self.dim) / (2 * i)",
        "ratio *= to_ball(2 * i - self.dim) / (2 * i + 2)",
    ),
    "exponent m in place of m/2": (
        "far * (half * q.log()).exp()",
        "far * (2 * half * q.log()).exp()",
    ),
    "density without its norm": (
        "/ (2 * i)\n        return coefficients",
        "/ (2 * i + 2)\n        return coefficients",
    ),
}

MEAN = {
    "increasing factor at the lower end": (
        "self._factor(high, scale)",
        "self._factor(self.energy[0], scale)",
    ),
    "decreasing factor at the upper end": (
        "self._coincidence[low]",
        "list(self._coincidence.values())[-1]",
    ),
}

CHECKS = [(check_coincidence, name) for name in COINCIDENCE]
CHECKS += [(check_mean, name) for name in MEAN]


@pytest.mark.parametrize(("check", "lie"), CHECKS, ids=[name for _, name in CHECKS])
def test_lies_about_coincidences_are_seen(check, lie, mutant) -> None:
    wrong = mutant(pair_energy, *(COINCIDENCE | MEAN)[lie])
    with pytest.raises(AssertionError):
        check(wrong)
