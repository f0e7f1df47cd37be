"""Normal quantiles in float64: proposals, good to about sixteen digits.

M. J. Wichura, *Algorithm AS 241: The Percentage Points of the Normal Distribution*,
Applied Statistics 37, 1988. Near the middle a series keeps the relative precision.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]

#: Numerator and denominator, from the constant on, in 0.180625 - q^2.
_CENTRAL = (
    (
        *(3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3),
        *(1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4),
        *(3.3430575583588128105e4, 2.5090809287301226727e3),
    ),
    (
        *(1.0, 4.2313330701600911252e1, 6.8718700749205790830e2),
        *(5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4),
        *(2.8729085735721942674e4, 5.2264952788528545610e3),
    ),
)
#: The same in r - 1.6, where r, the root of minus the logarithm, is at most 5.
_TAIL = (
    (
        *(1.42343711074968357734e0, 4.63033784615654529590e0),
        *(5.76949722146069140550e0, 3.64784832476320460504e0),
        *(1.27045825245236838258e0, 2.41780725177450611770e-1),
        *(2.27238449892691845833e-2, 7.74545014278341407640e-4),
    ),
    (
        *(1.0, 2.05319162663775882187e0, 1.67638483018380384940e0),
        *(6.89767334985100004550e-1, 1.48103976427480074590e-1),
        *(1.51986665636164571966e-2, 5.47593808499534494600e-4),
        1.05075007164441684324e-9,
    ),
)
#: The same in r - 5, farther out.
_FAR_TAIL = (
    (
        *(6.65790464350110377720e0, 5.46378491116411436990e0),
        *(1.78482653991729133580e0, 2.96560571828504891230e-1),
        *(2.65321895265761230930e-2, 1.24266094738807843860e-3),
        *(2.71155556874348757815e-5, 2.01033439929228813265e-7),
    ),
    (
        *(1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1),
        *(1.48753612908506148525e-2, 7.86869131145613259100e-4),
        *(1.84631831751005468180e-5, 1.42151175831644588870e-7),
        2.04426310338993978564e-15,
    ),
)


def proposed_quantiles(words: NDArray[np.uint64]) -> NDArray[np.float32]:
    """Quantiles of ``(w + 1/2) / 2^64``, rounded to float32.

    Args:
        words: Random words, shape ``(count,)``.

    Rigor:
        Heuristic: whoever needs the nearest float32 decides it.

    Cost:
        About 40 ns a word.
    """
    signed = (words ^ np.uint64(1 << 63)).view(np.int64)
    centred = (signed.astype(np.float64) + 0.5) * 2.0**-64
    q = centred * _ratio(_CENTRAL, 0.180625 - centred * centred)
    middle = np.flatnonzero(np.abs(centred) < 2.0**-10)
    q[middle] = _series(math.sqrt(2.0 * math.pi) * centred[middle])
    outer = np.flatnonzero(np.abs(centred) > 0.425)
    below = signed[outer] < 0
    tail = np.where(below, words[outer], ~words[outer]).astype(np.float64)
    root = np.sqrt(-np.log((tail + 0.5) * 2.0**-64))
    size = _ratio(_TAIL, root - 1.6)
    far = root > 5.0
    size[far] = _ratio(_FAR_TAIL, root[far] - 5.0)
    q[outer] = np.where(below, -size, size)
    return q.astype(np.float32)


def _series(r: _Floats) -> _Floats:
    """``r + r^3 / 6 + 7 r^5 / 120 + 127 r^7 / 5040``, near 0."""
    square = r * r
    return np.asarray(
        r * (1 + square / 6 * (1 + 7 * square / 20 * (1 + 127 * square / 294)))
    )


def _ratio(polynomials: Sequence[Sequence[float]], x: _Floats) -> _Floats:
    top, bottom = (_horner(coefficients, x) for coefficients in polynomials)
    return np.asarray(top / bottom)


def _horner(coefficients: Sequence[float], x: _Floats) -> _Floats:
    found = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        found *= x
        found += coefficient
    return found
