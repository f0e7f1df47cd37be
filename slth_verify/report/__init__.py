"""Reports: a JSON document under a schema, and one offline page made from it alone."""

from slth_verify.report._progress import Progress
from slth_verify.report.collect.run import (
    HTML_NAME,
    JSON_NAME,
    run_report,
    write_document,
    write_report,
)
from slth_verify.report.model.case import CaseReport
from slth_verify.report.model.document import schema, to_document, to_json
from slth_verify.report.model.profile import PROFILES, Profile, load_profile
from slth_verify.report.model.report import SCHEMA_VERSION, Report
from slth_verify.report.page.html import render_html
from slth_verify.report.page.suite import render_suite

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
