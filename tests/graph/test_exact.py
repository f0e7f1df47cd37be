"""Exact values: those of the definitions, and true enclosures behind batch norms."""

import importlib
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import InvalidParameterError
from slth_verify.graph import (
    BatchNorm,
    Convolution,
    Dense,
    Input,
    Rectifier,
    Sum,
    TargetCNN,
    dyadics,
    exact_node_values,
    exact_values,
    values,
)

F = Fraction

exact = importlib.import_module("slth_verify.graph.exact")


@given(data=st.data())
def test_exact_values_are_those_of_the_definitions(
    data, drawn_graphs, images_of, slow_values
) -> None:
    graph = data.draw(drawn_graphs(norms=False))
    image = images_of(graph, data.draw(st.integers(0, 99)))
    truth = slow_values(graph, image)
    for name, lower, upper in exact_node_values(graph, image):
        assert (lower == truth[name]).all()
        assert (upper == truth[name]).all()
        # NumPy's integers would overflow
        assert all(type(entry.numerator) is int for entry in lower.ravel())


@given(data=st.data())
def test_floats_agree_with_exact_values(data, drawn_graphs, images_of) -> None:
    graph = data.draw(drawn_graphs(norms=False))
    image = images_of(graph, data.draw(st.integers(0, 99)))
    floats = values(graph, image.astype(np.float64)[None])[0]
    lower, _ = exact_values(graph, image.astype(np.float64))
    # a bound on all intermediate moduli, with far fewer than 2^20 roundings in a row
    scale = float(np.prod([_growth(node) for node in graph.nodes]))
    assert (abs(floats - lower.astype(np.float64)) <= 2.0**-33 * scale).all()


def _growth(node) -> float:
    if isinstance(node, Input):
        return float(max(1, *map(abs, node.low), *map(abs, node.high)))
    if not hasattr(node, "weight"):
        return 2.0  # sums of two
    bias = 0 if node.bias is None else float(abs(node.bias).max())
    rows = abs(node.weight.astype(float)).reshape(len(node.weight), -1).sum(1)
    return 1 + bias + float(rows.max())


def normed(scale, variance, epsilon, *after) -> TargetCNN:
    """Batch norm of two numbers, with mean 1/4 and shift -1/2."""
    full = [np.full(2, number, np.float64) for number in (scale, -0.5, 0.25, variance)]
    norm = dict(zip(("scale", "shift", "mean", "variance"), full, strict=True))
    node = BatchNorm(name="norm", sources=("image",), **norm, epsilon=epsilon)
    image = Input(name="image", shape=(2,), low=(-1, -1), high=(1, 1))
    return TargetCNN((image, node, *after))


def check_rational_root(values_of, slow_values) -> None:
    for scale in (3.0, -3.0):
        graph = normed(scale, 2.0, F(1, 4))  # the root of 9/4
        image = np.array([F(1, 3), F(-7, 8)], object)
        lower, upper = values_of(graph, image)
        assert (lower == upper).all()
        assert (lower == slow_values(graph, image)["norm"]).all()


def check_irrational_root(values_of) -> None:
    """The enclosed number times the root's square, against both ends, squared."""
    for scale in (3.0, -3.0, 2.0**-70):
        image = np.array([F(1, 3), F(-7, 8)], object)
        ends = values_of(normed(scale, 2.0, "1e-5"), image)
        for x, lower, upper in zip(image, *ends, strict=True):
            square = (F(scale) * (x - F(1, 4))) ** 2 / (2 + F(1, 10**5))
            low, high = sorted([abs(lower + F(1, 2)), abs(upper + F(1, 2))])
            assert low**2 < square < high**2
            assert lower < upper
            assert high - low < high / 2**100
            assert ((x - F(1, 4)) * F(scale) > 0) == (lower + F(1, 2) > 0)


def check_behind_a_norm(values_of) -> None:
    """One affine node of both signs, by both ends of each entry."""
    weight = np.array([[1.5, 2.0], [-0.25, -1.0]])
    dense = Dense(name="dense", sources=("norm",), weight=weight, bias=weight[0])
    relu = Rectifier(name="relu", sources=("dense",), slopes=(F(1, 3), F(1, 7)))
    total = Sum(name="sum", sources=("relu", "norm"))
    one, zero = np.ones(2), np.zeros(2)
    fields = {"shift": zero, "mean": zero, "variance": 3 * one, "epsilon": 1}
    halves = np.array([-1.0, 1.0])
    again = BatchNorm(name="again", sources=("sum",), scale=halves, **fields)
    graph = normed(3.0, 2.0, "1e-5", dense, relu, total, again)
    image = np.array([0.3, -0.9])
    ends = values_of(graph, image)
    _, (_, *norm), (_, *sums), (_, *kinked), (_, *totals), (_, *halved) = ends
    for row in range(2):
        w = [F(x) for x in weight[row]]
        terms = [[w[k] * end for end in (norm[0][k], norm[1][k])] for k in range(2)]
        bias = F(weight[0, row])
        assert sums[0][row] == min(terms[0]) + min(terms[1]) + bias
        assert sums[1][row] == max(terms[0]) + max(terms[1]) + bias
        for end in (0, 1):
            x = sums[end][row]
            assert kinked[end][row] == (x if x > 0 else x * (F(1, 3), F(1, 7))[row])
            assert totals[end][row] == kinked[end][row] + norm[end][row]
    assert sums[1][0] < 0 < sums[0][1]
    assert [end[0] for end in halved] == [-end[0] / 2 for end in totals[::-1]]
    assert [end[1] for end in halved] == [end[1] / 2 for end in totals]


def check_all(module, slow_values) -> None:
    check_rational_root(module.exact_values, slow_values)
    check_irrational_root(module.exact_values)
    check_behind_a_norm(module.exact_node_values)


def test_batch_norms_are_enclosed(slow_values) -> None:
    check_all(exact, slow_values)


def test_images_that_are_none() -> None:
    graph = normed(1.0, 1.0, 1)
    for image in (
        [1, 2, 3],
        [[1, 2]],
        [1, np.nan],
        [1, np.inf],
        "ab",
        ["1", "2"],
        [1, 1j],
    ):
        with pytest.raises(InvalidParameterError, match="image"):
            exact_values(graph, image)


def test_floats_mean_what_their_bits_say() -> None:
    graph = TargetCNN((Input(name="image", shape=(2,), low=(0, 0), high=(1, 1)),))
    lower, upper = exact_values(graph, np.array([0.1, 5e-324]))
    assert lower.tolist() == upper.tolist() == [F(0.1), F(1, 2**1074)]
    single, _ = exact_values(graph, np.array([0.1, 1], np.float32))
    assert single.tolist() == [F(float(np.float32(0.1))), 1]


def test_integers_behind_floats() -> None:
    for dtype, tiny, huge in (
        (np.float32, 1e-45, 3e38),
        (np.float64, 5e-324, 1.7e308),
        (np.float64, 1.0, 2.0**900),
    ):
        floats = np.array([[0.0, tiny, -huge], [-0.1, 1 / 3, 7.0]], dtype)
        whole, shift = dyadics.integers(floats)
        assert [F(n, 2**shift) for n in whole.flat] == [
            F(float(x)) for x in floats.flat
        ]


@given(st.fractions(), st.integers(-300, 300), st.integers(1, 80))
def test_rounded_numbers_lie_on_their_sides(number, exponent, bits) -> None:
    number *= F(2) ** exponent
    below, above = dyadics.down(number, bits), dyadics.up(number, bits)
    assert below <= number <= above
    assert above - below <= abs(number) * F(2) ** (1 - bits)
    for end in (below, above):
        assert end.denominator & (end.denominator - 1) == 0
        assert dyadics.down(end, bits + 1) == dyadics.up(end, bits + 1) == end


@given(st.fractions(min_value=F(1, 10**9)), st.integers(-200, 200))
def test_inverse_roots_are_enclosed(number, exponent) -> None:
    number *= F(2) ** exponent
    low, high = dyadics.inverse_root(number)
    assert 0 < low <= high
    assert low**2 <= 1 / number <= high**2
    assert high - low <= low * F(2) ** -100
    assert dyadics.inverse_root(number**2) == (1 / number,) * 2


LIES = {
    "epsilon forgotten": ("Fraction(float(v)) + node.epsilon", "Fraction(float(v))"),
    "mean added": ("_plus(source, -node.mean)", "_plus(source, node.mean)"),
    "shift dropped": ("upper, unit), node.shift)", "upper, unit), 0 * node.shift)"),
    "ends of the root exchanged": (
        "np.where(lower >= 0, least, most)",
        "np.where(lower >= 0, most, least)",
    ),
    "one end of the root": (
        "else upper * np.where",
        "else upper * least + 0 * np.where",
    ),
    "sign of the scale forgotten": ("np.minimum(*ends)", "ends[0]"),
    "bias dropped": ("if node.bias is None else _plus", "if True else _plus"),
    "sign of the weight forgotten": ("low + mixed_high", "low + mixed_low"),
    "sign of the slope": ("+ np.minimum(x, 0) * slope", "- np.minimum(x, 0) * slope"),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_about_exact_values_are_seen(lie, mutant, slow_values) -> None:
    wrong = mutant(exact, *LIES[lie])
    with pytest.raises(AssertionError):
        check_all(wrong, slow_values)


def test_a_network_of_many_terms() -> None:
    """Sums of 4,608 products, of which int64 would hold none."""
    rng = np.random.default_rng(1)
    weight = rng.standard_normal((2, 512, 3, 3))
    image = rng.standard_normal((512, 3, 3))
    node = Convolution(name="conv", sources=("image",), weight=weight)
    box = Input(name="image", shape=(512, 3, 3), low=(-9,) * 512, high=(9,) * 512)
    lower, upper = exact_values(TargetCNN((box, node)), image)
    for row in range(2):
        products = zip(weight[row].ravel(), image.ravel(), strict=True)
        assert (
            lower[row, 0, 0]
            == upper[row, 0, 0]
            == sum(F(a) * F(b) for a, b in products)
        )
