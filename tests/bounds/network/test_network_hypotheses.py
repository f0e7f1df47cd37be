"""Hypotheses of network answers: images, kernels, inputs, and drawn weights."""

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.bounds import network_question, network_width
from slth_verify.bounds.network import drawn_weights as _drawn_weights
from slth_verify.bounds.network.drawn_weights import drawn_weights
from slth_verify.bounds.network.hypotheses import (
    hypotheses_of_enough,
    hypotheses_of_needed,
)
from slth_verify.bounds.network.layer_width import LayerShape
from slth_verify.statements import decide, statement
from slth_verify.verdict import Verdict

F = Fraction

SHAPES = st.builds(
    LayerShape,
    st.integers(1, 5),
    st.integers(1, 40),
    st.integers(1, 40),
    first=st.booleans(),
)
DELTAS = st.sampled_from([F(1, 2), F(1, 100), F(1, 10**9), F(1, 10**40)])


def _stated(
    shape: LayerShape, n: int, cells: int, exponent: int
) -> tuple[sp.Expr, ...]:
    s = statement("der:drawn-layer")
    values = {"d": shape.kernel, "c_in": shape.entering, "n": n, "A": cells}
    move = s.bound("difference", t=exponent, **values)
    return move, s.bound("failure", t=exponent, c_out=shape.leaving, **values)


def follows_from_the_statement(shape: LayerShape, n: int, delta: Fraction) -> bool:
    """The evaluator's numbers are at least the statement's, for its own A and t."""
    found = drawn_weights([shape], [n], delta)
    weights = 2 * n * shape.entering * (1 + shape.dim)
    cells, exponent = 1, 1
    while 2 * cells <= 2**24 and F(4 * cells * weights, 2**64) <= delta / 200:
        cells *= 2
    while 2 * shape.entering * shape.dim * F(368, 1000) ** exponent > delta / 200:
        exponent += 1
    stated = _stated(shape, n, cells, exponent)
    pairs = zip(stated, (found.moves[0], found.failure), strict=True)
    return all(
        decide(own, "<=", sp.Rational(value.numerator, value.denominator))
        is Verdict.VERIFIED
        for own, value in pairs
    )


@given(SHAPES, st.integers(1, 10**6), DELTAS)
@settings(max_examples=20)
def test_numbers_follow_from_the_statement(shape, n, delta) -> None:
    assert follows_from_the_statement(shape, n, delta)


@pytest.mark.parametrize(
    ("name", "lie"),
    [("_FALL", F(367, 1000)), ("_SIGNIFICAND", 25), ("_WORD", 70)],
)
def test_lie_about_drawn_weights_is_caught(name, lie, monkeypatch) -> None:
    question = (LayerShape(3, 8, 16, first=False), 10**6, F(1, 10**40))
    assert follows_from_the_statement(*question)
    monkeypatch.setattr(_drawn_weights, name, lie)
    assert not follows_from_the_statement(*question)


def test_more_layers_and_filters_cost_more() -> None:
    one, two = LayerShape(3, 1, 4, first=True), LayerShape(3, 4, 4, first=False)
    alone = drawn_weights([one], [600], F(1, 100))
    both = drawn_weights([one, two], [600, 700], F(1, 100))
    assert both.failure > alone.failure
    assert both.failure <= F(1, 100) / 100
    assert drawn_weights([one], [601], F(1, 100)).moves > alone.moves
    assert drawn_weights([one], [0], F(1, 100)).failure > 0


QUESTION = network_question(
    (3, 5), (1, 2, 4), "0.1", "0.01", universal=False, objective="filters"
)


def test_necessary_widths_ask_for_images_as_large_as_the_kernels() -> None:
    texts = {item.name: item.text for item in hypotheses_of_needed(QUESTION, (9, 9))}
    assert "height and width >= 5" in texts["image"]
    assert "[0, 1]" in texts["inputs"]
    assert "||K||_1 = 1" in texts["kernel-norm"]
    enough = hypotheses_of_enough(QUESTION, (900, 900), (F(1, 25), F(1, 25)))
    texts = {item.name: item.text for item in enough}
    assert "[-1, 1]" in texts["inputs"]
    assert "||K||_1 <= 1" in texts["kernel-norm"]
    assert "image" not in texts


@pytest.mark.usefixtures("block_widths")
def test_without_the_image_necessary_widths_would_be_false() -> None:
    """On 1x1 images the 3x3 kernel is a 1x1 kernel, for which fewer are enough."""
    asked = ((1, 4), "0.1", "0.5")
    needed = network_width((3,), *asked, kind="necessary")
    enough = network_width((1,), *asked)
    assert enough.widths < needed.widths
    assert [item.name for item in needed.hypotheses].count("image") == 1


def test_numbers_for_drawn_weights_are_on_the_safe_side() -> None:
    widths, shares = (900, 900), (F(1, 25), F(1, 25))
    drawn = drawn_weights(QUESTION.shapes, widths, QUESTION.delta)
    said = hypotheses_of_enough(QUESTION, widths, shares)[-1].text
    eps, delta = (
        F(said.partition(f"{key}=")[2].split(",")[0].split()[0])
        for key in ("eps", "delta")
    )
    first, second = (
        1 + share + move for share, move in zip(shares, drawn.moves, strict=True)
    )
    assert first * second - 1 <= eps <= (first * second - 1) * F(1001, 1000)
    assert QUESTION.delta + drawn.failure <= delta
    said = hypotheses_of_needed(QUESTION, widths)[-1].text
    accuracy = F(said.partition("accuracy ")[2].split(",")[0])
    success = F(said.partition("below ")[2].split()[0])
    assert accuracy <= QUESTION.eps - max(drawn.moves)
    assert success >= 1 - QUESTION.delta + drawn.failure


def test_where_rounding_is_as_large_as_the_accuracy_nothing_is_said() -> None:
    question = network_question(
        (3,), (64, 64), "1e-6", "1e-9", universal=False, objective="filters"
    )
    said = hypotheses_of_needed(question, (10**5,))[-1].text
    assert "may do with fewer" in said
    assert "accuracy" not in said
    certain = network_question(
        (3,), (64, 64), "0.1", "0.99999", universal=False, objective="filters"
    )
    assert (
        "may fail it" in hypotheses_of_enough(certain, (10**6,), (F(1, 10),))[-1].text
    )


@pytest.mark.usefixtures("block_widths")
def test_text_and_formula_show_the_hypotheses() -> None:
    answer = network_width((1,), (1, 1), "1/2", "1/5")
    for item in answer.hypotheses:
        assert f"given [{item.name}]: {item.text}" in answer.to_text()
        assert item.text in answer.to_mathml().replace("&lt;", "<")
