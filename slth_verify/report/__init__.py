"""Reports: a JSON document under a schema, and one offline page made from it alone."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

if _TYPE_CHECKING:
    from slth_verify.report._progress import Progress
    from slth_verify.report.collect.run import (
        run_report,
        write_document,
        write_report,
    )
    from slth_verify.report.folder import HTML_NAME, JSON_NAME
    from slth_verify.report.model.case import CaseReport
    from slth_verify.report.model.document import schema, to_document, to_json
    from slth_verify.report.model.profile import PROFILES, Profile, load_profile
    from slth_verify.report.model.report import SCHEMA_VERSION, Report
    from slth_verify.report.page.html import render_html
    from slth_verify.report.page.suite import render_suite

#: Where names are; a page is made without what measures and searches.
_LAZY = {
    "CaseReport": "model.case",
    "HTML_NAME": "folder",
    "JSON_NAME": "folder",
    "PROFILES": "model.profile",
    "Profile": "model.profile",
    "Progress": "_progress",
    "Report": "model.report",
    "SCHEMA_VERSION": "model.report",
    "load_profile": "model.profile",
    "render_html": "page.html",
    "render_suite": "page.suite",
    "run_report": "collect.run",
    "schema": "model.document",
    "to_document": "model.document",
    "to_json": "model.document",
    "write_document": "collect.run",
    "write_report": "collect.run",
}

__all__ = [
    "HTML_NAME",
    "JSON_NAME",
    "PROFILES",
    "SCHEMA_VERSION",
    "CaseReport",
    "Profile",
    "Progress",
    "Report",
    "load_profile",
    "render_html",
    "render_suite",
    "run_report",
    "schema",
    "to_document",
    "to_json",
    "write_document",
    "write_report",
]


def __getattr__(name: str) -> _Any:
    if name in _LAZY:
        return getattr(_import_module(f"slth_verify.report.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
