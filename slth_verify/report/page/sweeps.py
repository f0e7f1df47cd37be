"""The page of a sweep, rendered from its JSON document alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from slth_verify.report.page.assets import as_element, style_sheet
from slth_verify.report.page.display import seconds
from slth_verify.report.page.drawing.heat_maps import heat_map
from slth_verify.report.page.drawing.steps import SIDES, Side, draw_end
from slth_verify.report.page.drawing.success import Simulated, draw_success
from slth_verify.report.page.drawing.svg import FAINT, LEGEND, SERIES, svg
from slth_verify.report.page.html import page_environment
from slth_verify.report.page.success import outlying
from slth_verify.text import counted

Document = Mapping[str, Any]

#: Inches; the page scales charts to its own width.
_WIDTH, _HEIGHT = 8.6, 3.4
#: A width rises with 1 / eps.
_SIDE_OF: dict[str, Side] = {"certified": "upper", "necessary": "lower"}
_TICKS = 8  # as many samples have ticks of their own


def render_sweep(document: Document) -> str:
    """One self-contained page of a sweep, under the same policy as a report's.

    Args:
        document: As `slth_verify.sweep.document.to_document` makes it.

    Returns:
        HTML; the same document gives the same bytes with the same libraries.

    Rigor:
        All texts of the document are escaped. Curves join what rows say was proved, or
        what was seen; the first are steps on the safe side. Nothing is proved again.
    """
    environment = page_environment()
    environment.filters.update(seconds=seconds, short=_short, outlying=_outlying)
    style, style_hash = style_sheet()
    return environment.get_template("sweep.html.j2").render(
        document=document,
        style=style,
        style_hash=style_hash,
        headline=_headline(document),
        data=as_element(document),
        law_chart=Markup(_law_chart(document)),
        success_charts=[
            Markup(_success_chart(curve, f"success-{number}"))
            for number, curve in enumerate(document["success"])
        ],
        maps=[
            Markup(heat_map(found, f"map-{number}"))
            for number, found in enumerate(document["maps"])
        ],
        width_charts=[
            Markup(_width_chart(curve, f"widths-{number}"))
            for number, curve in enumerate(document["widths"])
        ],
    )


def _headline(document: Document) -> str:
    """The worst that can be said of a sweep, or that nothing bad can."""
    if document["refuted"]:
        return f"{counted(document['refuted'], 'ticket')} with a claim that is false"
    if document["contradictory"]:
        return f"{counted(document['contradictory'], 'row')} that cannot be believed"
    left = document["runs"] - document["outcomes"].get("done", 0)
    if left:
        return f"{counted(left, 'run')} without a result"
    return "Every run has a result" if document["runs"] else "Nothing was run"


def _law_chart(document: Document) -> str:
    """Residuals against samples, a line for each dimension, over the fitted law."""
    lines: dict[int, list[Document]] = {}
    for row in document["searches"]:
        if row["least"] > 0:
            lines.setdefault(row["dimension"], []).append(row)
    if not lines:
        return ""
    law = document["law"]

    def draw(axes: Axes) -> None:
        for dimension, rows in lines.items():
            samples = [row["samples"] for row in rows]
            low = [row["median"] - row["least"] for row in rows]
            high = [row["largest"] - row["median"] for row in rows]
            middle = [row["median"] for row in rows]
            axes.errorbar(samples, middle, (low, high), fmt="o", color=SERIES[2])
            axes.annotate(f"m = {dimension}", (samples[-1], middle[-1]), (6, 0),
                          textcoords="offset points")  # fmt: skip
            if law:
                expected = [law["constant"] * dimension**1.5 / n for n in samples]
                axes.plot(samples, expected, color=FAINT, zorder=1)
        axes.set_xscale("log")
        axes.set_yscale("log")
        ticks = sorted({row["samples"] for row in document["searches"]})
        if len(ticks) <= _TICKS:
            axes.set_xticks(ticks, [str(n) for n in ticks], minor=False)
            axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("samples n")
        axes.set_ylabel("largest entry of the residual")
        axes.grid()

    text = "; ".join(
        f"m = {row['dimension']}, n = {row['samples']}: {row['median']:.2g}"
        for row in document["searches"]
    )
    return svg(draw, (_WIDTH, _HEIGHT), "law", f"Residuals of searches. {text}.")


def _success_chart(curve: Document, identifier: str) -> str:
    """Simulated probabilities between the ends that rows say were proved."""
    points = curve["points"]
    proved = {
        side: [(p["samples"], float(p[side])) for p in points if side in p]
        for side in SIDES
    }
    seen = [
        Simulated(p["samples"], p["hits"] / p["trials"], p["low"], p["high"])
        for p in points
        if "trials" in p
    ]

    def draw(axes: Axes) -> None:
        draw_success(axes, proved, seen, "stored")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))

    text = "; ".join(f"n = {point['samples']}" for point in points)
    title = f"Success probability, m = {curve['dimension']}, eps = {curve['eps']}"
    return svg(draw, (_WIDTH, _HEIGHT), identifier, f"{title}: {text}.")


def _width_chart(curve: Document, identifier: str) -> str:
    """Widths that rows say are enough and needed, against 1 / eps."""
    points: Sequence[Document] = curve["points"]

    def draw(axes: Axes) -> None:
        for kind, side in _SIDE_OF.items():
            there = sorted(
                (float(1 / Fraction(point["eps"])), point[kind])
                for point in points
                if point.get(kind)
            )
            if there:
                finer, widths = zip(*there, strict=True)
                draw_end(axes, side, finer, widths, kind, rises=True)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("1 / eps")
        axes.set_ylabel("width n")
        axes.grid()
        if axes.get_legend_handles_labels()[0]:
            axes.legend(**LEGEND)

    text = "; ".join(f"eps = {point['eps']}" for point in points)
    return svg(draw, (_WIDTH, _HEIGHT), identifier, f"{curve['question']}: {text}.")


def _outlying(point: Document) -> str:
    """Where a simulated interval lies outside of the ends of rows, or empty."""
    return outlying(
        (Fraction(point["low"]), Fraction(point["high"])) if "low" in point else None,
        Fraction(point["lower"]) if "lower" in point else None,
        Fraction(point["upper"]) if "upper" in point else None,
    )


def _short(number: float | str | None) -> str:
    """Three digits of a float; a dash for none."""
    if number is None:
        return "\u2013"
    return number if isinstance(number, str) else f"{number:.3g}"
