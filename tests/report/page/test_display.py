"""Figures on the page never look better than they are."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slth_verify.report.page.display import figure, grouped, percent, share
from slth_verify.report.page.mathml import safe_mathml


def quantity(low, high=None, kind="enclosed", direction="upper", unit=""):
    number = {"value": low} if high is None else {"interval": [low, high]}
    return {**number, "kind": kind, "direction": direction, "unit": unit}


def shown(value):
    text = str(figure(value))
    return text[text.index(">") + 1 : text.rindex("<")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (quantity("0.0123401", "0.0123402"), "≤ 0.01235"),
        (quantity("0.0123401", "0.0123402", direction="lower"), "≥ 0.01234"),
        (quantity("0.0123499", "0.01235", direction="lower"), "≥ 0.01234"),
        (quantity("0.00012341", "0.00012342"), "≤ 0.0001235"),
        (quantity("0.000012341", "0.000012342"), "≤ 1.235\u00d710⁻⁵"),
        (quantity("123456789.1", "123456789.2"), "≤ 1.235\u00d710⁸"),
        (quantity("1.23456781", "1.23456789", direction="two-sided"), "1.23456…"),
        (quantity("0.9999999", "1.0000001", direction="two-sided"), "0.9999 to 1.001"),
        (quantity("434", "436", direction="two-sided"), "434 to 436"),
        (quantity("0.05", kind="exact", direction="two-sided"), "0.05"),
        (quantity("1/3", kind="exact", direction="two-sided"), "1/3"),
        (quantity("13/1000", kind="exact", direction="two-sided"), "0.013"),
        (quantity("0.910779", direction="two-sided"), "0.910779"),
        (quantity("0.5", "0.5000001", direction="two-sided"), "0.5 to 0.5001"),
        (quantity("12345/67891", kind="exact", direction="two-sided"), "0.1818…"),
        (
            quantity("1234567", kind="exact", direction="two-sided"),
            "1\u202f234\u202f567",
        ),
        (quantity("7", kind="exact", direction="lower"), "≥ 7"),
        (quantity("0.123456", kind="heuristic", direction="none"), "≈ 0.1235"),
        (quantity("0", "0.0"), "≤ 0"),
    ],
)
def test_rounding_goes_to_the_safe_side(value, text):
    assert shown(value) == text


def test_rounded_upper_bounds_are_upper_bounds():
    for digits in range(1, 400):
        number = Fraction(digits * 7919, 10**7)
        low = str(float(number))
        text = shown(quantity(low, low + "1")).removeprefix("≤ ")
        assert Fraction(text.replace("\u00d710⁻⁵", "e-5")) >= number


def test_only_what_is_cut_is_marked_as_cut():
    for digits in range(1, 20_000, 7):
        number = Fraction(digits, 10**5)
        written = str(number) if digits % 2 else str(float(number))
        text = shown(quantity(written, kind="exact", direction="two-sided"))
        plain = text.removesuffix("…").replace("\u00d710⁻⁵", "e-5")
        assert (Fraction(plain) == number) is not text.endswith("…")


def test_absent_figures_say_why():
    assert "because &lt;b&gt;" in str(figure({"absent": "because <b>"}))


def test_percent_keeps_the_safe_side():
    assert "≤ 2.516" in str(percent(quantity("0.0251511", "0.0251512")))


def test_share_of_uncertain_counts():
    both = quantity("434", "436", direction="two-sided")
    assert share(both, 450) == "96.4 to 96.9\u202f%"


def test_grouped():
    assert grouped("1234567") == "1\u202f234\u202f567"


def test_mathml_with_bare_signs_and_entities():
    text = "<math><mi>n</mi><mo><</mo><mn>2</mn><mo>&InvisibleTimes;</mo></math>"
    wanted = "<math><mi>n</mi><mo>&lt;</mo><mn>2</mn><mo>\u2062</mo></math>"
    assert str(safe_mathml(text)) == wanted


def test_mathml_is_closed():
    assert (
        str(safe_mathml("<math><mrow><mi>x")) == "<math><mrow><mi>x</mi></mrow></math>"
    )
