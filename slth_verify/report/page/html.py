"""The page of a report, rendered from its JSON document alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, UndefinedError
from markupsafe import Markup

from slth_verify.errors import UnusableFileError
from slth_verify.report.model.contradictions import believed, contradiction
from slth_verify.report.page.cases import kept_in_picture, looseness, observed
from slth_verify.report.page.comparison import change_groups, sides
from slth_verify.report.page.display import (
    figure,
    grouped,
    percent,
    ratio,
    seconds,
    share,
    signed,
)
from slth_verify.report.page.folding import MOST_BYTES
from slth_verify.report.page.mathml import safe_mathml
from slth_verify.report.page.parts import Page
from slth_verify.report.page.stages import kept_in_stages
from slth_verify.report.page.success import conflict
from slth_verify.text import printable, reason_of


def render_html(document: Mapping[str, Any], *, just_proved: bool = False) -> str:
    """One self-contained page: no network, one style, one script, embedded JSON.

    The page declares a content-security policy under which nothing but its own style
    sheet and script are admitted, by hash; no element has a style of its own. It reads
    without both. Of many findings and targets it shows some, and counts the others.

    Args:
        document: A report document, as `to_document` makes it or as read from a file.
        just_proved: Whether this process proved what the document says, as `run_report`
            did before it writes a page. Otherwise the page says that nothing was proved
            again, and which command does.

    Returns:
        HTML; the same document gives the same bytes with the same libraries.

    Raises:
        UnusableFileError: If it is no such document, or holds what cannot be drawn.

    Rigor:
        All texts of the document are escaped, characters that steer a terminal or
        reorder a line included; formulas are rebuilt element by element.
    """
    template = _environment().get_template("report.html.j2")
    with drawable("slth-verify report"):
        page = Page.of(document)
        shown = {"document": document, "just_proved": just_proved}
        whole = template.render(shown, page=page)
        if len(whole.encode()) <= MOST_BYTES:
            return whole
        return template.render(shown, page=replace(page, data=Markup()))


@contextmanager
def drawable(made_by: str) -> Iterator[None]:
    """Say in words that a document cannot be drawn.

    A schema admits figures that no chart can hold, and callers may pass what keeps to
    none.

    Args:
        made_by: What makes such documents.

    Raises:
        UnusableFileError: Instead of what drawing raises.
    """
    try:
        yield
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        UndefinedError,
        ValueError,
    ) as error:
        raise UnusableFileError(
            f"the document cannot be drawn ({reason_of(error)}): its schema, or the "
            f"range of a chart, is not kept. Make it again with {made_by}."
        ) from error


@cache
def _environment() -> Environment:
    """The templates, which need no compilation for a second page."""
    environment = page_environment()
    environment.filters.update(
        believed=believed,
        conflict=conflict,
        contradiction=contradiction,
        figure=figure,
        kept_in=kept_in_picture,
        kept_in_stages=kept_in_stages,
        looseness=looseness,
        mathml=safe_mathml,
        observed=observed,
        percent=percent,
        ratio=ratio,
        seconds=seconds,
        share=share,
        signed=signed,
    )
    return environment


def page_environment() -> Environment:
    """Templates in which every text is escaped, and none may be missing."""
    environment = Environment(
        loader=PackageLoader("slth_verify.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        change_groups=change_groups, grouped=grouped, sides=sides
    )
    return environment


def _shown(value: Any) -> Any:
    """A value on its way into the page; what is markup already was made here."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value, len(value))
    return value
