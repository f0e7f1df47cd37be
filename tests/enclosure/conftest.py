"""A second opinion for enclosures: mpmath at two precisions."""

from collections.abc import Callable
from fractions import Fraction

import mpmath
import pytest

from slth_verify.enclosure import Enclosure

Opinion = Callable[..., None]


def _fraction(value: mpmath.mpf) -> Fraction:
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


@pytest.fixture
def agrees() -> Opinion:
    """Assert that an enclosure contains mpmath's value and is narrow.

    mpmath's value at 40 and at 80 digits must agree to 35 digits; the enclosure must
    meet it (widened by that doubt) and have at most the given relative width.
    """

    def check(
        enclosure: Enclosure, formula: Callable[[], object], relative: float
    ) -> None:
        values = []
        for digits in (40, 80):
            with mpmath.workdps(digits):
                values.append(_fraction(mpmath.mpf(formula())))
        doubt = abs(values[0] - values[1])
        scale = abs(values[1])
        assert doubt <= scale * Fraction(1, 10**35)
        assert enclosure.lower - doubt <= values[1] <= enclosure.upper + doubt
        assert enclosure.width <= Fraction(relative) * scale

    return check
