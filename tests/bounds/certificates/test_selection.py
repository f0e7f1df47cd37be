"""Laws of selected samples: transforms against quadrature, decay on grids, lies."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.special import erfc, wofz

from slth_verify.bounds.certificates import selection
from slth_verify.bounds.certificates.selection import Energy, Gain
from slth_verify.enclosure import ComplexBall, from_ball, to_ball, working_precision

F = Fraction

SHARES = [F(1, 50), F(3, 10), F(7, 10), F(99, 100)]
SLOPES = [F(1, 1000), F(3, 10), F(2), F(50)]


def scales(share: float, small: bool) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the law of one |scale|, large or small."""
    u = np.linspace(-30, 3, 12001)  # the trapezoidal rule is exponentially accurate
    x = np.exp(u)
    weight = (u[1] - u[0]) * x * np.sqrt(2 / np.pi)
    if small:
        return x, weight * np.exp(-((x / share) ** 2) / 2) / share
    mixed = -np.expm1(-(share**-2 - 1) * x**2 / 2) / (1 - share)
    return x, weight * np.exp(-(x**2) / 2) * mixed


def transform(kind: type, share: float, slope: float, small: bool, z: complex):
    """E[exp(-z S); selected] given the scale in closed form, then by quadrature."""
    x, weight = scales(share, small)
    if kind is Gain:
        # erfcx(y) = w(iy), after the square in the exponent is completed
        y = (slope + z) * x / np.sqrt(2)
        value = np.exp(-((slope * x) ** 2) / 2) * wofz(1j * y) / 2
    else:
        value = np.exp(-z * x**2) * erfc(slope * x / np.sqrt(2)) / 2
    return np.sum(weight * value)


def check_transforms(room) -> None:
    for kind in (Gain, Energy):
        for share in SHARES:
            for slope in SLOPES:
                law = getattr(room, kind.__name__)(share, slope)
                numbers = float(share), float(slope)
                for z in (0.01, 0.7, 30.0, 0.3 + 2j, 1 + 40j, 5 + 0.001j):
                    ball = ComplexBall(to_ball(F(z.real)), to_ball(F(z.imag)))
                    found = law.transforms(ball)
                    for value, small in zip(found, (False, True), strict=True):
                        truth = transform(kind, *numbers, small, z)
                        value = complex(value)
                        assert value == pytest.approx(truth, rel=1e-7, abs=1e-12)
                for value, small in zip(law.missed, (False, True), strict=True):
                    truth = 1 - transform(Energy, *numbers, small, 0.0)
                    assert float(value) == pytest.approx(truth.real, rel=1e-7)


def test_transforms_and_probabilities() -> None:
    check_transforms(selection)


def test_simulated_sums_of_single_samples() -> None:
    """Labels are drawn after the scales, so that all three laws are used."""
    rng, count = np.random.default_rng(3), 400000
    share, slope, z = 0.6, 0.4, 0.8
    x, g = np.abs(rng.standard_normal(count)), rng.standard_normal(count)
    small = rng.random(count) < np.exp(-(share**-2 - 1) * x**2 / 2)
    chosen = g > slope * x
    for kind, sums in ((Gain, x * g - slope * x**2), (Energy, x**2)):
        law = kind(F(3, 5), F(2, 5))
        found = [float(v.real) for v in law.transforms(ComplexBall(z))]
        for value, label in zip(found, (~small, small), strict=True):
            seen = (np.exp(-z * sums) * chosen)[label]
            error = seen.std() / np.sqrt(seen.size)
            assert abs(seen.mean() - value) < 5 * error
        for value, label in zip(law.missed, (~small, small), strict=True):
            seen = (~chosen)[label]
            error = seen.std() / np.sqrt(seen.size)
            assert abs(seen.mean() - float(value)) < 5 * error


def check_decay(room, kinds=("Gain", "Energy")) -> None:
    for name in kinds:
        for share in SHARES:
            for slope in SLOPES:
                law = getattr(room, name)(share, slope)
                for height in (F(1, 10), F(3), F(200), F(10**5)):
                    _check_decay_from(law, height)


def _check_decay_from(law, height: Fraction) -> None:
    bounds = law.decay(height)
    if not bounds[0].is_finite():
        assert not bounds[1].is_finite()
        return
    for stretch in (1, F(5, 4), 3, 20, 1000, 10**6):
        for tilt in (F(0), F(1, 100), F(1), F(60), F(10**4)):
            z = ComplexBall(to_ball(tilt), to_ball(height * stretch))
            for value, bound in zip(law.transforms(z), bounds, strict=True):
                assert abs(value) <= bound / to_ball(F(stretch)).sqrt()


def test_decay_on_grids_of_extreme_parameters() -> None:
    with working_precision(200):
        check_decay(selection)


def test_the_bound_of_the_unimodal_factor() -> None:
    y = np.linspace(1e-6, 60, 400001)
    values = -np.expm1(-y) / np.sqrt(y)
    top = int(np.argmax(values))
    assert values[top] < float(selection._UNIMODAL)
    assert (np.diff(values[: top + 1]) > 0).all()
    assert (np.diff(values[top:]) < 0).all()


def test_decay_is_finite_where_it_is_needed() -> None:
    for share in SHARES:
        law = Gain(share, F(1, 2))
        assert all(bound.is_finite() for bound in law.decay(2 / share + 1))
        assert not any(bound.is_finite() for bound in law.decay(F(1, 1000)))
    for bound in Energy(F(1, 2), F(1)).decay(F(1, 10)):
        assert from_ball(bound).lower > 0


LIES = {
    "tilt lost": ("y = z + slope", "y = z"),
    "mixture forgotten": (
        "(_resolvent(y, wide) - small) * to_large",
        "_resolvent(y, wide) * to_large",
    ),
    "rates without the slope": (
        "to_ball(1 / self.share**2 + square).sqrt()",
        "to_ball(1 / self.share**2).sqrt()",
    ),
    "energy not doubled": ("to_ball(2 * deviation**2)", "to_ball(deviation**2)"),
    "one side of the wedge only": (
        "return (1 / (to_ball(self.slope) * deviation)).atan() / pi()",
        "return (1 / (to_ball(self.slope) * deviation)).atan() / (2 * pi())",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_transforms_are_seen(lie, mutant) -> None:
    wrong = mutant(selection, *LIES[lie])
    with pytest.raises(AssertionError):
        check_transforms(wrong)


SLOW = {
    "gain of large samples falls like a square": (
        "return 2 * at_zero / top, small / top",
        "return 2 * at_zero / top**2, small / top",
    ),
    "gain of small samples without the logarithm": (
        "((2 * top / narrow).log() + 2)",
        "to_ball(1)",
    ),
    "energy of small samples falls linearly": (
        "root * to_ball(height).sqrt())",
        "root * to_ball(height))",
    ),
    "steepness of large samples": (
        "(1 / self.share**2 - 1) / 2).sqrt()",
        "(1 / self.share - 1) / 2000).sqrt()",
    ),
    "no height too low": ("if not top >= narrow", "if not top >= 0"),
}


@pytest.mark.parametrize("lie", SLOW)
def test_lies_about_decay_are_seen(lie, mutant) -> None:
    wrong = mutant(selection, *SLOW[lie])
    with working_precision(200), pytest.raises(AssertionError):
        check_decay(wrong)


def check_steep(room) -> None:
    """The transforms' slope at 0, which is the mean, from the transforms themselves."""
    for share in (F(1, 20), F(2, 5), F(9, 10)):
        for kind in (room.Gain, room.Energy):
            law = kind(share, F(1, 1000))
            step = F(1, 10**9)
            ends = [law.transforms(ComplexBall(to_ball(z))) for z in (F(0), step)]
            for start, end, bound in zip(*ends, law.steep, strict=True):
                mean = float(((start - end) / to_ball(step)).real)
                assert 0 < mean <= float(bound) <= mean * 1.01


def test_transforms_are_no_steeper_than_the_mean() -> None:
    with working_precision(128):
        check_steep(selection)


STEEP = {
    "gain of large samples": ("to_ball(1 + self.share) / pi()", "to_ball(1) / pi()"),
    "gain of small samples": (
        "/ pi(), to_ball(self.share) / pi()",
        "/ pi(), to_ball(self.share) / 2 / pi()",
    ),
    "energy of large samples": (
        "(1 + self.share + square) / 2",
        "(1 + self.share) / 2",
    ),
    "energy of small samples": ("to_ball(square / 2)", "to_ball(square / 3)"),
}


@pytest.mark.parametrize("lie", STEEP)
def test_lies_about_steepness_are_seen(lie, mutant) -> None:
    wrong = mutant(selection, *STEEP[lie])
    with working_precision(128), pytest.raises(AssertionError):
        check_steep(wrong)
