"""Cases on the page: kept filters and charts of their stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from slth_verify.report.model.ends import ends
from slth_verify.report.page.display import grouped
from slth_verify.report.page.drawing.svg import INK, SERIES, plain, svg

Document = Mapping[str, Any]

#: Inches; the page scales charts to its own width.
_WIDTH = 8.6
#: Height of a bar; a stage has two in a row of height 1.
_BAR = 0.36
_ERRORS = ("own_error", "carried_error")


def kept_in_stages(case: Document, key: str = "kept") -> str:
    """Kept filters of all stages, or all ``filters`` that there were."""
    return grouped(sum(int(stage[key]["value"]) for stage in case["ticket"]["stages"]))


def stage_chart(case: Document, identifier: str) -> str:
    """Budget, own and carried error of every stage, as shares of its certified range.

    Stages whose outputs are constant have no shares and are left out.
    """
    ticket = case["ticket"]
    stages = [] if ticket is None else ticket["stages"]
    rows = [
        (stage["stage"], *(_share(stage, key) for key in _ERRORS), _budget(stage))
        for stage in stages
        if _range(stage) > 0
    ]
    if not rows:
        return ""
    text = "; ".join(
        f"{name}: own {own:.2g} %, carried {carried:.2g} %"
        + (f", budget {budget:.2g} %" if budget is not None else "")
        for name, own, carried, budget in rows
    )

    def draw(axes: Axes) -> None:
        for place, (label, series) in enumerate((("own", 0), ("carried", 1))):
            axes.barh(
                [row + (place - 0.5) * _BAR for row in range(len(rows))],
                [values[1 + place] for values in rows],
                height=_BAR,
                color=SERIES[series],
                label=f"{label} error",
            )
        planned = [
            (row - 0.5 * _BAR, values[3])
            for row, values in enumerate(rows)
            if values[3] is not None
        ]
        if planned:
            axes.scatter(
                [budget for _, budget in planned],
                [place for place, _ in planned],
                marker="|",
                s=160,
                color=INK,
                label="budget of the own error",
            )
        axes.set_yticks(range(len(rows)), [plain(name) for name, *_ in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(left=0)
        axes.set_xlabel("error, in per cent of the certified range of the stage")
        axes.grid(axis="x")
        axes.legend(
            loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.2
        )

    size = (_WIDTH, 1.0 + 0.45 * len(rows))
    return svg(draw, size, identifier, f"Errors of stages. {text}.")


def _range(stage: Document) -> float:
    low, high = ends(stage["output"])
    return float(high - low)


def _share(stage: Document, key: str) -> float:
    return 100 * float(ends(stage[key])[1]) / _range(stage)


def _budget(stage: Document) -> float | None:
    return None if "absent" in stage["budget"] else _share(stage, "budget")
