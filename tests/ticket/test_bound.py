"""The exact recurrence is the statement's, and each planted lie differs from it."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, product
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.statements import statement
from slth_verify.ticket import ErrorBound, LayerResiduals, _bound, accumulate

SPOTS, CHANNELS, BITS = 4, 2, 4


def _integers(rng: np.random.Generator, most: int, *shape: int) -> np.ndarray:
    return rng.integers(-most, most + 1, shape).astype(object)


def _layers(seed: int) -> list[LayerResiduals]:
    """A 1x1 layer into two channels, then a 2x2 layer into one, in sixteenths.

    Residuals of odd seeds are so large that the ranges bound the error.
    """
    rng = np.random.default_rng(seed)
    sizes = (9, 9, 9) if seed % 2 else (9, 1, 1)
    first = [_integers(rng, most, 1, 1, CHANNELS) for most in sizes]
    second = [_integers(rng, most, SPOTS, CHANNELS, 1) for most in sizes[:2]]
    none = np.empty(0, dtype=object)
    return [LayerResiduals(*first, BITS), LayerResiduals(*second, none, BITS)]


def _by_statement(
    layers: list[LayerResiduals], change: dict[str, object] | None = None
) -> Fraction:
    """The last error, from der:layer-error, der:channel-certificate and the ranges."""
    (k1, plus1, minus1), (k2, plus2, _) = (layer.fractions() for layer in layers)
    errors, ranges, spans = [], [], []
    for k in range(CHANNELS):
        kernel, plus, minus = k1[0, 0, k], plus1[0, 0, k], minus1[0, 0, k]
        error = max(max(0, plus, minus), max(0, -plus, -minus))
        span = max(0, kernel + plus, minus - kernel)
        ranges.append(abs(kernel))
        errors.append(min(error, max(abs(kernel), span)))
        spans.append(min(span, ranges[k] + errors[k]))
    claim = statement("der:channel-certificate").claim("error").expression
    bases = {str(b): b for b in claim.atoms(sp.IndexedBase)}
    sizes = {s: 2 for s in claim.free_symbols if str(s) in ("d", "c_in")}
    value = claim.subs(sizes).doit()
    table = {}
    for a, b, k in product((1, 2), (1, 2), (1, 2)):
        spot = 2 * (a - 1) + b - 1
        table[bases["K"][a, b, k]] = sp.Rational(k2[spot, k - 1, 0])
        table[bases["D_p"][a, b, k]] = sp.Rational(plus2[spot, k - 1, 0])
    for k in (1, 2):
        # the statement's R + E is the bound on the pruned network's entries
        table[bases["E"][k]] = sp.Rational(errors[k - 1])
        table[bases["R"][k]] = sp.Rational(spans[k - 1] - errors[k - 1])
    for name, lie in (change or {}).items():
        table = {
            key: lie if str(key).startswith(name) else old for key, old in table.items()
        }
    result = sp.nsimplify(value.subs(table))
    error = Fraction(int(result.p), int(result.q))
    outputs = [
        sum(
            size * max(0, weights[spot, k, 0])
            for spot, (k, size) in product(range(SPOTS), enumerate(sizes))
        )
        for sizes, weights in ((ranges, k2), (spans, k2 + plus2))
    ]
    return min(error, max(outputs))


@pytest.mark.parametrize("seed", range(8))
def test_recurrence_is_the_statement(seed: int) -> None:
    layers = _layers(seed)
    bound = accumulate(layers, [0, 0], [0, 0])
    assert bound.error == _by_statement(layers)
    assert bound.error <= bound.closed_form


@pytest.mark.parametrize("forgotten", ["E", "R", "D_p"])
def test_a_forgotten_term_is_seen(forgotten: str) -> None:
    lie = {forgotten + "[": sp.Integer(0)}
    assert any(
        _by_statement(layers, lie) < accumulate(layers, [0, 0], [0, 0]).error
        for layers in map(_layers, range(8))
    )


Net = list[tuple[np.ndarray, np.ndarray, np.ndarray]]


@st.composite
def nets(draw: st.DrawFn) -> Net:
    """Weights K, W+ and W- of 1x1 layers, in sixteenths, ``(c_in, c_out)`` each."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    found = []
    for c_in, c_out in pairwise(sizes):
        kernel = rng.integers(-9, 10, (c_in, c_out))
        noise = draw(st.sampled_from([0, 1, 9]))
        parts = [
            draw(st.sampled_from([0, 1])) * sign * kernel
            + rng.integers(-noise, noise + 1, (c_in, c_out))
            for sign in (1, -1)
        ]
        found.append((kernel, *parts))
    return found


def _residuals(net: Net) -> list[LayerResiduals]:
    layers = []
    for number, (kernel, plus, minus) in enumerate(net):
        k, p, m = (part.astype(object)[None] for part in (kernel, plus, minus))
        negative = m + k if number == 0 else np.empty(0, dtype=object)
        layers.append(LayerResiduals(k, p - k, negative, BITS))
    return layers


def _seen(net: Net) -> tuple[Fraction, Fraction]:
    """Largest difference and largest output of the target, over all vertices."""
    count = net[0][0].shape[0]
    inputs = np.array(list(product((-1, 0, 1), repeat=count)))
    f = g = inputs
    for number, (kernel, plus, minus) in enumerate(net):
        f = np.maximum(f @ kernel, 0)
        g = np.maximum(g, 0) @ plus + (np.maximum(-g, 0) @ minus if not number else 0)
        g = np.maximum(g, 0)
    unit = Fraction(1, 1 << (BITS * len(net)))
    return int(np.abs(f - g).max()) * unit, int(f.max()) * unit


def _holds(net: Net, function: Callable[..., ErrorBound]) -> bool:
    bound = function(_residuals(net), [0] * len(net), [0] * len(net))
    error, output = _seen(net)
    one_layer = len(net) == 1
    return (
        error <= bound.error <= bound.closed_form
        and output <= bound.largest_output
        and (not one_layer or output == bound.largest_output)
    )


@given(nets())
@settings(max_examples=300)
def test_no_vertex_exceeds_the_bounds(net: Net) -> None:
    assert _holds(net, accumulate)


LIES: dict[str, tuple[str, str]] = {
    "range of the first layer from positive entries only": (
        "(np.abs(k) if signed else np.maximum(k, 0)).sum",
        "np.maximum(k, 0).sum",
    ),
    "range halved": (
        "scale * bounds[-1].activation",
        "scale * bounds[-1].activation / 2",
    ),
    "the smaller range instead of the larger": (
        "np.minimum(error, np.maximum(target, pruned))",
        "np.minimum(error, np.minimum(target, pruned))",
    ),
    "the range of f alone": (
        "np.minimum(error, np.maximum(target, pruned))",
        "np.minimum(error, target)",
    ),
    "the range of g alone": (
        "np.minimum(error, np.maximum(target, pruned))",
        "np.minimum(error, pruned)",
    ),
    "g taken no larger than f": (
        "np.minimum(pruned, target + error)",
        "np.minimum(pruned, target)",
    ),
    "negative inputs of g forgotten": ("(plus + k, removed), 0)", "(plus + k, 0), 0)"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_about_ranges_is_seen(
    name: str, mutant: Callable[[ModuleType, str, str], Any]
) -> None:
    wrong = mutant(_bound, *LIES[name])

    @given(nets())
    @settings(max_examples=2000, database=None)
    def attack(net: Net) -> None:
        assert _holds(net, wrong.accumulate)

    with pytest.raises(AssertionError):
        attack()


def _identities(depth: int) -> Net:
    """Y = x in every layer of f, y = x + x / 16 in every layer of g."""
    one = np.array([[16]])
    return [(one, one + 1, -one)] * depth


@pytest.mark.parametrize("depth", [1, 5, 400])
def test_deep_recurrences_are_rounded_up_and_stay_cheap(depth: int) -> None:
    net = _identities(depth)
    bound = accumulate(_residuals(net), [0] * depth, [0] * depth)
    exact = Fraction(17, 16) ** depth - 1
    assert exact <= bound.error <= exact * (1 + Fraction(1, 1 << 900))
    assert bound.error <= bound.closed_form * (1 + Fraction(1, 1 << 900))
    assert bound.error.numerator.bit_length() <= 1024


def test_rounding_down_is_seen(mutant: Callable[[ModuleType, str, str], Any]) -> None:
    wrong = mutant(_bound, "-(-error >> excess)", "error >> excess")
    bound = wrong.accumulate(_residuals(_identities(400)), [0] * 400, [0] * 400)
    assert bound.error < Fraction(17, 16) ** 400 - 1
