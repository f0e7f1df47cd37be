"""What a page carries beside its text: style sheet, script, and its document."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files

from markupsafe import Markup

from slth_verify.report.page.folding import MOST_EMBEDDED, Document


def style_sheet() -> tuple[Markup, str]:
    """The style sheet, and its SHA-256 as a content-security policy names it."""
    return _hashed("style.css")


def script_file() -> tuple[Markup, str]:
    """The script, without which everything can be read, and its SHA-256 likewise."""
    return _hashed("script.js")


def _hashed(name: str) -> tuple[Markup, str]:
    source = files("slth_verify.report.page") / "templates" / name
    text = source.read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode()).digest()
    return Markup(text), f"sha256-{base64.b64encode(digest).decode()}"


def embedded(document: Document) -> Markup:
    """The document as JSON that cannot end its element; empty if it is long."""
    text = as_element(document)
    return text if len(text) <= MOST_EMBEDDED else Markup()


def as_element(document: Document) -> Markup:
    """A document as JSON that cannot end its element, however long."""
    text = json.dumps(document, allow_nan=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c"))
