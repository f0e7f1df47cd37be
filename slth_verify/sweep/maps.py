"""Heat maps of a sweep's page: a width or a share of successes by two inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import exact_number
from slth_verify.sweep.store import Row

Json = dict[str, Any]

_MOST_LINES = 24
_Cell = Callable[[Sequence[Row]], Any]


def heat_maps(kinds: Mapping[str, Sequence[Row]]) -> list[Json]:
    """All maps that the rows fill, with at least two values of either input.

    Of the inputs that differ, the one with the most values becomes the vertical axis;
    the others give maps of their own. What was not run is None, and stays empty.

    Args:
        kinds: Rows that are done, by kind.

    Returns:
        Maps with ``what``, ``question``, ``x``, ``xs``, ``y``, ``ys`` and ``cells``, a
        list for each of ``ys``: an integer width, or hits and trials.
    """
    found: list[Json] = []
    for kind in ("bound", "width"):
        for side in ("certified", "necessary"):
            rows = [r for r in kinds.get(kind, ()) if r.inputs["side"] == side]
            found += _maps(f"{side} width", rows, "eps", ("side",), _width)
    simulated = kinds.get("success", ())
    found += _maps("share of hits", simulated, "samples", ("seed", "trials"), _hits)
    searched = kinds.get("prune", ())
    alike = ("seed", "target_seed")
    found += _maps("share of tickets found", searched, "eps", alike, _tickets)
    return found


def _maps(
    what: str, rows: Sequence[Row], x: str, ignored: Sequence[str], cell: _Cell
) -> Iterator[Json]:
    """One map for each value of what neither axis shows."""
    asked = [_asked(row) for row in rows]
    names = dict.fromkeys(name for inputs in asked for name in inputs)
    counts = {
        name: len({inputs.get(name) for inputs in asked})
        for name in names
        if name not in (x, *ignored)
    }
    y = max(counts, key=lambda name: counts[name], default="")
    if counts.get(y, 0) < 2:
        return
    groups: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row, inputs in zip(rows, asked, strict=True):
        groups[tuple(inputs.get(name) for name in counts if name != y)].append(row)
    for key, group in sorted(groups.items(), key=lambda item: str(item[0])):
        cells: defaultdict[tuple[Any, Any], list[Row]] = defaultdict(list)
        for row in group:
            inputs = _asked(row)
            cells[inputs[x], inputs.get(y)].append(row)
        xs = sorted({place for place, _ in cells}, key=_order)[:_MOST_LINES]
        ys = sorted({place for _, place in cells}, key=_order)[:_MOST_LINES]
        if min(len(xs), len(ys)) < 2:
            continue
        rest = zip((name for name in counts if name != y), key, strict=True)
        yield {
            "what": what,
            "question": ", ".join(
                f"{name}={value}" for name, value in rest if value not in ("", 0, None)
            ),
            "x": x,
            "xs": [str(place) for place in xs],
            "y": y,
            "ys": [str(place) for place in ys],
            "cells": [
                [cell(cells[a, b]) if (a, b) in cells else None for a in xs] for b in ys
            ],
        }


def _asked(row: Row) -> Mapping[str, Any]:
    """Inputs; a file by its name."""
    return {**row.inputs, "target": row.source} if row.source else row.inputs


def _order(value: Any) -> tuple[int, Fraction, str]:
    """Numbers by size, larger eps first as they are written in plans; then texts."""
    try:
        return 0, exact_number(str(value).removesuffix("%")), str(value)
    except InvalidParameterError:
        return 1, Fraction(0), str(value)


def _width(rows: Sequence[Row]) -> int | None:
    result = rows[0].result
    width = result.get("widest", result.get("width"))
    return None if width is None else int(width)


def _hits(rows: Sequence[Row]) -> list[int]:
    return [
        sum(row.result["hits"] for row in rows),
        sum(row.inputs["trials"] for row in rows),
    ]


def _tickets(rows: Sequence[Row]) -> list[int]:
    return [sum(bool(row.result["found"]) for row in rows), len(rows)]
