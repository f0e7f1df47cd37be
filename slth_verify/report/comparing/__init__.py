"""Two reports of different times: what changed, and whether for the better."""

from slth_verify.report.comparing.reading import read_report, read_suite_or_report
from slth_verify.report.comparing.reports import compare_reports
from slth_verify.report.comparing.suites import compare_suites

__all__ = [
    "compare_reports",
    "compare_suites",
    "read_report",
    "read_suite_or_report",
]
