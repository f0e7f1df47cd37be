"""The exact recurrence is the statement's, and each planted lie differs from it."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy as sp

from slth_verify.statements import statement
from slth_verify.ticket._bound import LayerResiduals, accumulate

SPOTS, CHANNELS = 4, 2


def _fractions(rng: np.random.Generator, *shape: int) -> np.ndarray:
    out = np.empty(shape, dtype=object)
    for index in np.ndindex(*shape):
        out[index] = Fraction(int(rng.integers(-9, 10)), 16)
    return out


def _layers(seed: int) -> list[LayerResiduals]:
    """A 1x1 layer into two channels, then a 2x2 layer into one."""
    rng = np.random.default_rng(seed)
    first = LayerResiduals(
        _fractions(rng, 1, 1, CHANNELS),
        _fractions(rng, 1, 1, CHANNELS),
        _fractions(rng, 1, 1, CHANNELS),
    )
    second = LayerResiduals(
        _fractions(rng, SPOTS, CHANNELS, 1),
        _fractions(rng, SPOTS, CHANNELS, 1),
        np.empty(0, dtype=object),
    )
    return [first, second]


def _by_statement(
    layers: list[LayerResiduals], change: dict[str, object] | None = None
) -> Fraction:
    """The last error, from der:layer-error and der:channel-certificate alone."""
    first, second = layers
    errors, ranges = [], []
    for k in range(CHANNELS):
        plus, minus = first.positive[0, 0, k], first.negative[0, 0, k]
        errors.append(max(max(0, plus, minus), max(0, -plus, -minus)))
        ranges.append(abs(first.kernel[0, 0, k]))
    claim = statement("der:channel-certificate").claim("error").expression
    bases = {str(b): b for b in claim.atoms(sp.IndexedBase)}
    sizes = {s: 2 for s in claim.free_symbols if str(s) in ("d", "c_in")}
    value = claim.subs(sizes).doit()
    table = {}
    for a, b, k in product((1, 2), (1, 2), (1, 2)):
        spot = 2 * (a - 1) + b - 1
        table[bases["K"][a, b, k]] = sp.Rational(second.kernel[spot, k - 1, 0])
        table[bases["D_p"][a, b, k]] = sp.Rational(second.positive[spot, k - 1, 0])
    for k in (1, 2):
        table[bases["E"][k]] = sp.Rational(errors[k - 1])
        table[bases["R"][k]] = sp.Rational(ranges[k - 1])
    for name, lie in (change or {}).items():
        table = {
            key: lie if str(key).startswith(name) else old for key, old in table.items()
        }
    result = sp.nsimplify(value.subs(table))
    return Fraction(int(result.p), int(result.q))


@pytest.mark.parametrize("seed", range(6))
def test_recurrence_is_the_statement(seed: int) -> None:
    layers = _layers(seed)
    bound = accumulate(layers, [0, 0], [0, 0])
    assert bound.error == _by_statement(layers)
    assert bound.error <= bound.closed_form


@pytest.mark.parametrize("forgotten", ["E", "R", "D_p"])
def test_a_forgotten_term_is_seen(forgotten: str) -> None:
    layers = _layers(0)
    lie = _by_statement(layers, {forgotten + "[": sp.Integer(0)})
    assert lie < accumulate(layers, [0, 0], [0, 0]).error
