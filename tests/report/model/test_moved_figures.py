"""Every figure of a report is moved, up and down; what another bounds is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from slth_verify.report.model.contradictions import (
    contradiction,
    contradictions,
)
from slth_verify.report.model.ends import ends

Json = dict[str, Any]
Place = tuple[str | int, ...]


#: Which moves of a figure are refused: beyond all bounds up, down, both, or none
#: because nothing that is proved bounds it.
_MOVES = {
    "eps": "up down",  # a large claim is met by constants
    "target/low": "",
    "target/high": "",
    "target/weights": "",
    "target/output_range": "up down",
    "target/widest": "up down",
    "target/largest_output": "up down",
    "ticket/certified_error": "up down",
    "ticket/share_of_range": "up down",
    "ticket/relative_error": "up down",
    "ticket/stages/width": "up down",
    "ticket/stages/filters": "up down",
    "ticket/stages/kept": "up down",
    "ticket/stages/budget": "",
    "ticket/stages/own_error": "down",
    "ticket/stages/carried_error": "down",
    "ticket/stages/error": "up down",
    "ticket/stages/output": "",
    "ticket/stages/needed": "",  # of half of all networks, not of this one
    "ticket/stages/alone": "",
    "observations/difference": "up",
    "observations/rounding": "down",
    "observations/limit": "down",
    "accuracy/target_correct": "up down",
    "accuracy/pruned_correct": "up down",
    "accuracy/same_class": "up down",
    "accuracy/certified_same_class": "up down",
    "collapse/parameters": "down",
    "collapse/multiply_adds": "down",
    "collapse/filters": "up down",
    "nearness/attacked": "up down",
    "nearness/certified": "up down",
    "nearness/by_intervals": "down",
    "nearness/looseness": "up down",
    "nearness/shares/proved": "up down",
    "nearness/shares/refuted": "up down",
    "nearness/open/margin": "up",
    "ladder/accuracy": "",
    "ladder/probability": "",
    "ladder/necessary": "up",
    "ladder/certified": "down",
    "ladder/used": "up down",
    "ladder/found": "",
    "law/constant": "up",
    "law/worst": "down",
    "law/dim_exponent": "",
    "law/accuracy_exponent": "",
    "law/accuracy": "",
    "law/probability": "",
    "law/rows/necessary": "up",
    "law/rows/certified": "down",
    "law/rows/found": "",
    "law/known/widths/width": "",
    "context/success/accuracy": "",
    "context/success/confidence": "",
    "context/success/points/lower": "up",
    "context/success/points/upper": "down",
    "context/success/points/interval": "up down",
    "context/explorer/necessary": "up",
    "context/explorer/certified": "down",
    "context/explorer/found": "",
    "context/benchmarks/better": "",
}
#: Rows of which more is held: what pruning leaves, and limits of the certified error.
_ALSO = {("collapse", 1): "up down", ("observations", 0): "up down"}


def _figures(value: Any, place: Place = ()) -> Iterator[tuple[Place, Json]]:
    if isinstance(value, dict):
        if {"kind", "direction", "unit"} <= set(value):
            yield place, value
        for key, item in value.items():
            yield from _figures(item, (*place, key))
    elif isinstance(value, list):
        for key, item in enumerate(value):
            yield from _figures(item, (*place, key))


def _moved(figure: Json, way: str) -> Json:
    low, high = ends(figure)
    far = 1000 * max(abs(low), abs(high), 1)
    text = str(far if way == "up" else -far)
    key = "interval" if "interval" in figure else "value"
    return {**figure, key: [text, text] if key == "interval" else text}


def _wrongly_judged(
    document: Json, look: Json, refused: Callable[[], bool]
) -> set[str]:
    """Moves of figures that are refused though they may be, or the other way."""
    wrong = set()
    for place, figure in list(_figures(look)):
        name = "/".join(key for key in place if isinstance(key, str))
        expected = _MOVES[name]
        if place[-1] in ("parameters", "multiply_adds", "limit"):
            expected = _ALSO.get(place[:2], expected)  # type: ignore[call-overload]
        before = dict(figure)
        for way in ("up", "down"):
            figure.clear()
            figure.update(_moved(before, way))
            if refused() is not (way in expected):
                wrong.add(f"{way} {'/'.join(map(str, place))}")
        figure.clear()
        figure.update(before)
    return wrong


def _shortened(case: Json) -> Json:
    """Without what is like the rest of it, so that fewer figures are moved."""
    del case["observations"][1:-1]
    case["masks"] = []
    return case


def test_every_figure_of_a_case_is_held_to_its_verdict(example: Json) -> None:
    case = _shortened(example["cases"][0])
    assert contradiction(case) == ""
    assert _wrongly_judged(example, case, lambda: bool(contradiction(case))) == set()


def test_every_figure_beside_the_cases_is_held_to_the_others(example: Json) -> None:
    example["cases"] = []
    beside = {"law": example["law"], "context": example["context"]}
    del example["law"]["known"][1:]
    del example["context"]["explorer"][7:]
    del example["context"]["benchmarks"][2:]
    assert (
        _wrongly_judged(example, beside, lambda: bool(contradictions(example))) == set()
    )
