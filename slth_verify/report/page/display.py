"""Figures as text for the page: short, and rounded to their safe side."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
)
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from slth_verify.report.model.ends import ends
from slth_verify.text import printable

#: Significant digits on the page; the JSON has them all.
_DIGITS = 4
_THIN = "\u202f"
_MINUS = "\u2212"
_DASH = "\u2013"
_TIMES = "\u00d7"
_SUPERSCRIPT = str.maketrans("-0123456789", "\u207b⁰¹²³⁴⁵⁶⁷⁸⁹")
_KINDS = {
    "exact": "exact",
    "enclosed": "enclosed by rigorous arithmetic",
    "statistical": "statistical",
    "heuristic": "heuristic, nothing vouches for it",
}
_SIDES = {
    "upper": "upper bound",
    "lower": "lower bound",
    "two-sided": "both sides",
    "none": "no side guaranteed",
}


def figure(quantity: Mapping[str, Any] | None) -> Markup:
    """A figure of the JSON document as markup, with its kind on hover.

    Args:
        quantity: ``value`` or ``interval`` with kind and direction, or ``absent``.
    """
    if quantity is None:
        return Markup(f'<span class="absent">{_DASH}</span>')
    if "absent" in quantity:
        return Markup(
            '<span class="absent">{} <span class="why">{}</span></span>'
        ).format(_DASH, _visible(quantity["absent"]))
    low, high = ends(quantity)
    note = (
        f"{_full(quantity)}{_unit(quantity)} ({_KINDS[quantity['kind']]}; "
        f"{_SIDES[quantity['direction']]})"
    )
    return Markup('<span class="num {}" title="{}">{}</span>').format(
        quantity["kind"], _visible(note), _short(low, high, quantity)
    )


def plain_figure(quantity: Mapping[str, Any]) -> str:
    """A figure of the JSON document in words: rounded, with unit and evidence."""
    if "absent" in quantity:
        return f"none ({quantity['absent']})"
    low, high = ends(quantity)
    known = (
        "" if quantity["kind"] in ("exact", "enclosed") else f" ({quantity['kind']})"
    )
    return f"{_short(low, high, quantity)}{_unit(quantity)}{known}"


def percent(quantity: Mapping[str, Any] | None) -> Markup:
    """A share as per cent, rounded to its safe side."""
    if quantity is None or "absent" in quantity:
        return figure(quantity)
    scaled = dict(quantity)
    for key in ("value", "interval"):
        if key in quantity:
            parts = quantity[key] if key == "interval" else [quantity[key]]
            texts = [str(_decimal(100 * Fraction(part))) for part in parts]
            scaled[key] = texts if key == "interval" else texts[0]
    return figure(scaled) + Markup(f"{_THIN}%")


def share(count: Mapping[str, Any], total: int) -> str:
    """Part of a total in per cent, one decimal; both ends where they differ."""
    shown = [f"{100 * end / total:.1f}" for end in map(float, ends(count))]
    text = shown[0] if shown[0] == shown[1] else f"{shown[0]} to {shown[1]}"
    sign = {"upper": "≤ ", "lower": "≥ "}.get(count["direction"], "")
    return f"{sign}{text}{_THIN}%"


def ratio(part: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    """Quotient of two exact counts, two digits."""
    value = ends(part)[0] / ends(whole)[0]
    return "1" if value == 1 else _rounded(value, ROUND_HALF_EVEN, 2)


def seconds(value: float) -> str:
    """A time in seconds or minutes."""
    if value < 120:
        return f"{value:.0f}{_THIN}s"
    return f"{value / 60:.1f}{_THIN}min"


def signed(number: int) -> str:
    """An integer with a real minus sign."""
    return str(number).replace("-", _MINUS)


def grouped(number: int | str) -> str:
    """An integer with its digits in groups of three."""
    return f"{int(number):,}".replace(",", _THIN).replace("-", _MINUS)


def _short(low: Fraction, high: Fraction, quantity: Mapping[str, Any]) -> str:
    if low == high and low.denominator == 1:
        signs = {"upper": "≤ ", "lower": "≥ ", "none": "≈ "}
        sign = signs.get(quantity["direction"], "")
        return sign + grouped(int(low))
    if quantity["kind"] == "exact":
        return _exact(str(quantity["value"]), low)
    if quantity["direction"] == "upper":
        return "≤ " + _rounded(high, ROUND_CEILING)
    if quantity["direction"] == "lower":
        return "≥ " + _rounded(low, ROUND_FLOOR)
    if quantity["direction"] == "none":
        return "≈ " + _rounded(low, ROUND_HALF_EVEN)
    if low.denominator == high.denominator == 1:
        return f"{grouped(int(low))} to {grouped(int(high))}"
    start, stop = (_cut(end, _DIGITS + 2) for end in (low, high))
    if start == stop:
        return start
    return f"{_rounded(low, ROUND_FLOOR)} to {_rounded(high, ROUND_CEILING)}"


def _exact(text: str, value: Fraction) -> str:
    """As written if short, else rounded and marked as cut."""
    if len(text) <= (5 if "/" in text else 10) and "E" not in text.upper():
        return text.replace("-", _MINUS)
    return _cut(value, _DIGITS)


def _cut(value: Fraction, digits: int) -> str:
    """The first digits of a number, marked as cut where others follow."""
    whole = Fraction(_decimal(value, ROUND_DOWN, digits)) == value
    return _rounded(value, ROUND_DOWN, digits) + ("" if whole else "…")


def _rounded(value: Fraction, rounding: str, digits: int = _DIGITS) -> str:
    if value == 0:
        return "0"
    decimal = _decimal(value, rounding, digits)
    exponent = decimal.adjusted()
    if -4 <= exponent < 7:
        text = f"{decimal:f}"
    else:
        power = str(exponent).translate(_SUPERSCRIPT)
        text = f"{decimal.scaleb(-exponent):f}{_TIMES}10{power}"
    return text.replace("-", _MINUS)


def _decimal(
    value: Fraction, rounding: str = ROUND_HALF_EVEN, digits: int = 15
) -> Decimal:
    context = Context(prec=digits, rounding=rounding)
    quotient = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    return quotient.normalize(context)


def _full(quantity: Mapping[str, Any]) -> str:
    if "value" in quantity:
        return str(quantity["value"])
    low, high = quantity["interval"]
    return f"[{low}, {high}]"


def _unit(quantity: Mapping[str, Any]) -> str:
    return f" {quantity['unit']}" if quantity["unit"] else ""


def _visible(text: str) -> str:
    return printable(text, len(text))
