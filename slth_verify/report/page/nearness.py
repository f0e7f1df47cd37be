"""Charts of how near networks are: brackets of errors, and shares of proved images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from matplotlib.axes import Axes

from slth_verify.report.model.ends import ends
from slth_verify.report.page.drawing.spans import draw_spans
from slth_verify.report.page.drawing.steps import draw_end
from slth_verify.report.page.drawing.svg import FAINT, LEGEND, plain, svg

Document = Mapping[str, Any]

#: Inches; the page scales charts to its own width.
_WIDTH = 8.6


def bracket_chart(cases: Sequence[Document], identifier: str) -> str:
    """Attacked and certified errors as parts of the certified one.

    Cases whose certified error is 0, or not there, are left out.
    """
    rows = [row for case in reversed(cases) if (row := _parts(case)) is not None]
    if not rows:
        return ""
    text = "; ".join(
        f"{row['name']}: attacked {row['attacked']:.2g} of the certified error"
        for row in reversed(rows)
    )
    marks = (("attacked", ">", 2), ("certified", "<", 0), ("by intervals", "|", 1))

    def draw(axes: Axes) -> None:
        numbers = [{key: row[key] for key, _, _ in marks if key in row} for row in rows]
        draw_spans(axes, numbers, marks, [plain(row["name"]) for row in rows])
        axes.set_xlim(left=0.0)
        axes.set_xlabel("error, as a part of the certified error")

    size = (_WIDTH, 1.2 + 0.3 * len(rows))
    return svg(draw, size, identifier, f"Errors from both sides. {text}.")


def _parts(case: Document) -> dict[str, Any] | None:
    near = case["nearness"]
    if "absent" in near["certified"] or ends(near["certified"])[1] == 0:
        return None
    whole = ends(near["certified"])[1]
    row = {
        "name": case["name"],
        "attacked": float(ends(near["attacked"])[0] / whole),
        "certified": 1.0,
    }
    if "absent" not in near["by_intervals"]:
        row["by intervals"] = float(ends(near["by_intervals"])[1] / whole)
    return row


def share_chart(case: Document, identifier: str) -> str:
    """Shares of images that are proved, and that are not refuted, by radius."""
    rows = case["nearness"]["shares"]
    total = rows[0]["images"]
    radii = [float(Fraction(row["radius"])) for row in rows]
    proved = [100 * float(ends(row["proved"])[0]) / total for row in rows]
    open_ = [100 - 100 * float(ends(row["refuted"])[0]) / total for row in rows]
    text = "; ".join(
        f"radius {row['radius']}: {share:.0f} % proved, {most:.0f} % not refuted"
        for row, share, most in zip(rows, proved, open_, strict=True)
    )

    def draw(axes: Axes) -> None:
        # what is proved for a ball is for smaller ones, what is refuted for larger ones
        for place in range(len(radii) - 1):
            ends_of_span = radii[place : place + 2]
            axes.fill_between(
                ends_of_span, proved[place + 1], open_[place], color=FAINT, lw=0
            )
        draw_end(axes, "upper", radii, open_, "not refuted", rises=False)
        draw_end(axes, "lower", radii, proved, "proved", rises=False)
        axes.set_xticks(radii, [row["radius"] for row in rows])
        axes.set_ylim(0, 105)
        axes.set_xlabel("radius: every entry of the image may change by so much")
        axes.set_ylabel("images, %")
        axes.grid()
        axes.legend(**LEGEND)

    return svg(draw, (_WIDTH, 2.8), identifier, f"One class near images. {text}.")
