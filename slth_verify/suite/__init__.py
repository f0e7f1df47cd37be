"""What a suite of tests found: records, their JSON document, counterexamples.

Light: nothing here imports a library or a room that computes.
"""

from slth_verify.suite.attacks import Attack, attacks, require_statement
from slth_verify.suite.counterexample import Counterexample
from slth_verify.suite.document import (
    SCHEMA_VERSION,
    is_suite,
    read_suite,
    suite_document,
    suite_schema,
)
from slth_verify.suite.judging import loose_ends, suite_exit_code, verdict_of
from slth_verify.suite.outcomes import OUTCOMES, count_outcomes, passes, worst_of
from slth_verify.suite.recorder import Recorder

__all__ = [
    "OUTCOMES",
    "SCHEMA_VERSION",
    "Attack",
    "Counterexample",
    "Recorder",
    "attacks",
    "count_outcomes",
    "is_suite",
    "loose_ends",
    "passes",
    "read_suite",
    "require_statement",
    "suite_document",
    "suite_exit_code",
    "suite_schema",
    "verdict_of",
    "worst_of",
]
