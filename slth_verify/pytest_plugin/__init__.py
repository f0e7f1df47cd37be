"""The pytest plugin: what a suite found out about statements, in the log and as JSON.

Loading it imports nothing but the standard library, pytest and the light parts of this
package; rooms that compute are imported by the fixtures that need them. Options are in
the group ``slth-verify``, each with a twin in the configuration file. ``-p
no:slth_verify`` turns it off.
"""

from slth_verify.pytest_plugin._fixtures import (
    slth,
    slth_check,
    slth_decide,
    slth_random_cnn,
)
from slth_verify.pytest_plugin._hooks import (
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_pycollect_makeitem,
    pytest_report_header,
    pytest_runtest_call,
    pytest_runtest_makereport,
    pytest_sessionfinish,
    pytest_sessionstart,
    pytest_terminal_summary,
)

__all__ = [
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_pycollect_makeitem",
    "pytest_report_header",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_sessionfinish",
    "pytest_sessionstart",
    "pytest_terminal_summary",
    "slth",
    "slth_check",
    "slth_decide",
    "slth_random_cnn",
]
