"""The one place that decides what form an answer is printed in."""

from slth_verify.cli.printing.annotations import (
    annotate,
    annotation_option,
    finding_marks,
)
from slth_verify.cli.printing.forms import (
    Form,
    asked_form,
    formatted,
    print_answer,
    print_answers,
    print_failure,
)

__all__ = [
    "Form",
    "annotate",
    "annotation_option",
    "asked_form",
    "finding_marks",
    "formatted",
    "print_answer",
    "print_answers",
    "print_failure",
]
