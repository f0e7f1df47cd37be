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
        scaled: Whether it is measured in the target's units, so that it says nothing
            about another target.
    """

    name: str
    figure: Figure
    wanted: Wanted
    scaled: bool = False


def case_figures(case: Mapping[str, Any]) -> Iterator[Compared]:
    """All compared figures of a case of a report document."""
    yield Compared("claimed error", figure_of(case["eps"]), _SMALL, scaled=True)
    yield from _ticket(case["ticket"])
    yield from _nearness(case["nearness"])
    for rung in case["ladder"]:
        layer = f"layer {rung['layer']}"
        yield Compared(
            f"{layer}: necessary width", figure_of(rung["necessary"]), _LARGE
        )
        yield Compared(
            f"{layer}: certified width", figure_of(rung["certified"]), _SMALL
        )
        yield Compared(f"{layer}: found width", figure_of(rung["found"]), _SMALL)
        yield Compared(f"{layer}: used width", figure_of(rung["used"]), _SMALL)
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
    for row in law["rows"]:
        words = f"law of the search, m = {row['dimension']}"
        yield Compared(f"{words}: necessary width", figure_of(row["necessary"]), _LARGE)
        yield Compared(f"{words}: certified width", figure_of(row["certified"]), _SMALL)
        yield Compared(f"{words}: found width", figure_of(row["found"]), _EITHER)


def figure_of(value: Mapping[str, Any]) -> Figure:
    """A figure of a report document."""
    if "absent" in value:
        return Absent(value["absent"])
    lower, upper = value.get("interval") or [value["value"]] * 2
    side = value["direction"]
    direction = Direction.BOTH if side == "two-sided" else Direction(side)
    return Quantity(lower, upper, Evidence(value["kind"]), direction, value["unit"])


def _ticket(ticket: Mapping[str, Any] | None) -> Iterator[Compared]:
    none = {"absent": "no ticket"}
    found = ticket or dict.fromkeys(
        ("certified_error", "share_of_range", "relative_error"), none
    )
    yield Compared(
        "certified error", figure_of(found["certified_error"]), _SMALL, scaled=True
    )
    yield Compared(
        "certified error, part of the range", figure_of(found["share_of_range"]), _SMALL
    )
    yield Compared(
        "certified error, part of the largest output",
        figure_of(found["relative_error"]),
        _SMALL,
    )
    kept = [figure_of(stage["kept"]) for stage in ticket["stages"]] if ticket else []
    names = [stage["stage"] for stage in ticket["stages"]] if ticket else []
    for name, figure in zip(names, kept, strict=True):
        yield Compared(f"stage {name}: kept filters", figure, _EITHER)


def _nearness(nearness: Mapping[str, Any] | None) -> Iterator[Compared]:
    if nearness is None:
        return
    # a larger attacked error is a better attack, or a worse ticket
    yield Compared(
        "attacked error", figure_of(nearness["attacked"]), _EITHER, scaled=True
    )
    yield Compared(
        "error by intervals alone",
        figure_of(nearness["by_intervals"]),
        _SMALL,
        scaled=True,
    )
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
