"""Documents whose own figures do not go together with what they say is proved.

A document is believed in nothing. What can be held against it without proving anything
again is held against it here: every figure that bounds another, by the end that is
guaranteed. Readers refuse such documents, and pages do not show them as verified.
"""

from __future__ import annotations

from collections.abc import Iterator

from slth_verify.report.model.contradicted_counts import count_faults
from slth_verify.report.model.contradicted_errors import error_faults
from slth_verify.report.model.contradicted_widths import (
    context_faults,
    ladder_faults,
    law_faults,
)
from slth_verify.report.model.ends import Document

#: Verdicts of cases whose claim was proved, be it a trivial one.
_PROVED = ("VERIFIED", "VACUOUS")
_BESIDE = "beside the cases"


def contradiction(case: Document) -> str:
    """Why the verdict of a case cannot be believed, from its own figures; or empty.

    Args:
        case: Of a document that keeps to the schema.

    Rigor:
        Exact comparisons, which allow for the rounding of figures and for nothing else:
        a case of `run_report` never has one. That there is none proves nothing.
    """
    return next(_faults(case), "")


def contradiction_beside(document: Document) -> str:
    """Why figures beside the cases cannot all be true; or empty.

    Args:
        document: That keeps to the schema.
    """
    found = (*law_faults(document["law"]), *context_faults(document["context"]))
    return next(iter(found), "")


def believed(case: Document) -> str:
    """The verdict of a case, or INCONCLUSIVE where its figures contradict a proof."""
    verdict = str(case["verdict"])
    return "INCONCLUSIVE" if verdict in _PROVED and contradiction(case) else verdict


def contradictions(document: Document) -> tuple[tuple[str, str], ...]:
    """Names of cases whose verdicts cannot be believed, and what else cannot; why.

    Args:
        document: That keeps to the schema.
    """
    found = [(case["name"], contradiction(case)) for case in document["cases"]]
    found.append((_BESIDE, contradiction_beside(document)))
    return tuple((name, reason) for name, reason in found if reason)


def believed_verdict(document: Document) -> str:
    """The verdict of a document, or INCONCLUSIVE where its figures contradict it."""
    verdict = str(document["verdict"])
    if verdict in _PROVED and contradictions(document):
        return "INCONCLUSIVE"
    return verdict


def _faults(case: Document) -> Iterator[str]:
    says = f"the document says {case['verdict']}"
    if case["verdict"] in _PROVED:
        for fault in error_faults(case):
            yield f"{says}, but {fault}"
        for fault in count_faults(case):
            yield f"{says}, but {fault}"
        admitted = _PROVED[: 1 + (case["verdict"] == "VACUOUS")]
        if any(finding["verdict"] not in admitted for finding in case["findings"]):
            yield f"{says}, but one of its findings is not"
    for fault in ladder_faults(case["ladder"]):
        yield f"{says}, but {fault}"
