"""The page of a report, rendered from its JSON document alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from slth_verify.report._display import (
    figure,
    grouped,
    percent,
    ratio,
    seconds,
    share,
    signed,
)
from slth_verify.report._mathml import safe_mathml
from slth_verify.report._page import (
    Page,
    kept_filters,
    kept_in_picture,
    looseness,
    observed,
)


def render_html(document: Mapping[str, Any]) -> str:
    """One self-contained page: no network, no scripts, inline style, embedded JSON.

    Args:
        document: A report document, as `to_document` makes it or as read from a file.

    Returns:
        HTML; the same document gives the same bytes with the same libraries.

    Rigor:
        All texts of the document are escaped; formulas are rebuilt element by element.
    """
    environment = Environment(
        loader=PackageLoader("slth_verify.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        figure=figure,
        grouped=grouped,
        kept=kept_filters,
        kept_in=kept_in_picture,
        looseness=looseness,
        mathml=safe_mathml,
        observed=observed,
        percent=percent,
        ratio=ratio,
        seconds=seconds,
        share=share,
        signed=signed,
    )
    template = environment.get_template("report.html.j2")
    return template.render(document=document, page=Page.of(document))
