"""The figures of a report that are compared, and where one wants each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slth_verify.report.comparing.courses import Wanted
from slth_verify.report.model.quantity import Absent, Figure, Quantity
from slth_verify.verdict import Direction, Evidence

_SMALL, _LARGE, _EITHER = Wanted.SMALL, Wanted.LARGE, Wanted.EITHER


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of one report.

    Attributes:
        name: What it is; unique within its case.
        figure: The figure.
        wanted: Where one wants it.
        given: What it was asked for. Two figures that were asked for otherwise are
            only different, whichever is larger.
        note: Says so.
    """

    name: str
    figure: Figure
    wanted: Wanted
    given: str = ""
    note: str = ""


def case_figures(case: Mapping[str, Any]) -> Iterator[Compared]:
    """All compared figures of a case of a report document."""
    unit = case["target"]["sha256"], "of another target"
    yield Compared("claimed error", figure_of(case["eps"]), _SMALL, *unit)
    yield from _ticket(case["ticket"], unit)
    yield from _nearness(case["nearness"], unit)
    for rung in case["ladder"]:
        asked = _question(rung["accuracy"], rung["probability"])
        for name, wanted in (
            ("necessary", _LARGE),
            ("certified", _SMALL),
            ("found", _SMALL),
            ("used", _SMALL),
        ):
            words = f"layer {rung['layer']}: {name} width"
            yield Compared(words, figure_of(rung[name]), wanted, *asked)
    yield from _accuracy(case["accuracy"])
    for size in case["collapse"]:
        for name in ("parameters", "multiply_adds"):
            words = f"{size['network']}: {name.replace('_', '-')}"
            yield Compared(words, figure_of(size[name]), _SMALL)


def law_figures(law: Mapping[str, Any] | None) -> Iterator[Compared]:
    """All compared figures of the law of the search."""
    if law is None:
        return
    for name in ("constant", "worst", "dim_exponent", "accuracy_exponent"):
        words = f"law of the search: {name.replace('_', ' ')}"
        yield Compared(words, figure_of(law[name]), _EITHER)
    asked = _question(law["accuracy"], law["probability"])
    for row in law["rows"]:
        words = f"law of the search, m = {row['dimension']}"
        for name, wanted in (
            ("necessary", _LARGE),
            ("certified", _SMALL),
            ("found", _EITHER),
        ):
            yield Compared(
                f"{words}: {name} width", figure_of(row[name]), wanted, *asked
            )


def context_figures(context: Mapping[str, Any] | None) -> Iterator[Compared]:
    """All compared figures beside the cases."""
    if context is None:
        return
    curve = context["success"]
    for point in () if curve is None else curve["points"]:
        words = f"success in m = {curve['dimension']} with n = {point['samples']}"
        asked = _question(curve["accuracy"])
        yield Compared(f"{words}: at least", figure_of(point["lower"]), _LARGE, *asked)
        yield Compared(f"{words}: at most", figure_of(point["upper"]), _SMALL, *asked)
    for point in context["explorer"]:
        words = (
            f"m = {point['dimension']}, eps {point['accuracy']}, probability "
            f"{point['probability']}"
        )
        for name, wanted in (("necessary", _LARGE), ("certified", _SMALL)):
            yield Compared(f"{words}: {name} width", figure_of(point[name]), wanted)
    for row in context["benchmarks"]:
        words = f"benchmark {row['benchmark']}: {row['what']}, against {row['peer']}"
        other = row["machine"], "on another machine"
        yield Compared(words, figure_of(row["better"]), _LARGE, *other)


def figure_of(value: Mapping[str, Any]) -> Figure:
    """A figure of a report document."""
    if "absent" in value:
        return Absent(value["absent"])
    lower, upper = value.get("interval") or [value["value"]] * 2
    side = value["direction"]
    direction = Direction.BOTH if side == "two-sided" else Direction(side)
    return Quantity(lower, upper, Evidence(value["kind"]), direction, value["unit"])


def _question(*figures: Mapping[str, Any]) -> tuple[str, str]:
    """What was asked, exactly, and what is said of a figure of another question."""
    ends = [figure.get("interval") or [figure["value"]] for figure in figures]
    return "; ".join(" to ".join(end) for end in ends), "asked otherwise"


def _ticket(
    ticket: Mapping[str, Any] | None, unit: tuple[str, str]
) -> Iterator[Compared]:
    none = {"absent": "no ticket"}
    found = ticket or dict.fromkeys(
        ("certified_error", "share_of_range", "relative_error"), none
    )
    error = figure_of(found["certified_error"])
    yield Compared("certified error", error, _SMALL, *unit)
    for name, words in (
        ("share_of_range", "range"),
        ("relative_error", "largest output"),
    ):
        words = f"certified error, part of the {words}"
        yield Compared(words, figure_of(found[name]), _SMALL)
    for stage in ticket["stages"] if ticket else ():
        words = f"stage {stage['stage']}"
        yield Compared(f"{words}: width", figure_of(stage["width"]), _SMALL)
        yield Compared(f"{words}: kept filters", figure_of(stage["kept"]), _EITHER)
        for name in ("needed", "alone"):  # older reports lack them
            told = f"{words}: {name.replace('alone', 'needed alone')}"
            figure = figure_of(stage.get(name, {"absent": "not asked"}))
            yield Compared(told, figure, _LARGE)
        for name in ("own_error", "carried_error", "error"):
            told = f"{words}: {name.replace('_', ' ')}"
            yield Compared(told, figure_of(stage[name]), _SMALL, *unit)


def _nearness(
    nearness: Mapping[str, Any] | None, unit: tuple[str, str]
) -> Iterator[Compared]:
    if nearness is None:
        return
    # a larger attacked error is a better attack, or a worse ticket
    attacked, plain = (
        figure_of(nearness["attacked"]),
        figure_of(nearness["by_intervals"]),
    )
    yield Compared("attacked error", attacked, _EITHER, *unit)
    yield Compared("error by intervals alone", plain, _SMALL, *unit)
    yield Compared("looseness", figure_of(nearness["looseness"]), _SMALL)
    for share in nearness["shares"]:
        words = f"of {share['images']} images, radius {share['radius']}"
        yield Compared(f"{words}: one class proved", figure_of(share["proved"]), _LARGE)
        yield Compared(f"{words}: refuted", figure_of(share["refuted"]), _SMALL)


def _accuracy(accuracy: Mapping[str, Any] | None) -> Iterator[Compared]:
    if accuracy is None:
        return
    of = f"of {accuracy['images']} images"
    for name, words, wanted in (
        ("pruned_correct", "rightly classified by the pruned network", _LARGE),
        ("target_correct", "rightly classified by the target", _EITHER),
        ("same_class", "classified alike", _LARGE),
        ("certified_same_class", "certified to be classified alike", _LARGE),
    ):
        yield Compared(f"{of}: {words}", figure_of(accuracy[name]), wanted)
