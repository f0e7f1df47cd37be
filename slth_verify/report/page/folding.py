"""What a page shows of many rows and charts, and counts of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slth_verify.report.model.contradictions import believed

Document = Mapping[str, Any]

#: Rows of findings on a page; as many at most are about what is not VERIFIED.
MOST_ROWS, MOST_PROBLEMS = 1000, 500

#: Cases with charts and tables of their own, those with a row in tables of all cases,
#: and those with a line in charts of all cases.
MOST_DETAILED, MOST_LISTED, MOST_DRAWN = 12, 200, 30

#: Pictures of masks on a page.
MOST_MASKS = 40

#: Characters of a document that its page embeds, and bytes of a page that does.
MOST_EMBEDDED, MOST_BYTES = 700_000, 1_900_000

#: The document's file, which lies beside the page.
BESIDE = "slth-report.json"


@dataclass(frozen=True, slots=True)
class Folded:
    """What is shown of a case's findings.

    Attributes:
        rows: Shown.
        more: How many others there are, by verdict.
    """

    rows: tuple[Document, ...]
    more: Mapping[str, int]


def folded_findings(cases: Sequence[Document]) -> tuple[Folded, ...]:
    """The findings that a page shows of each case, in their order.

    What is not VERIFIED comes first; a page with few findings shows all of them.
    """
    open_left, left = MOST_PROBLEMS, MOST_ROWS
    chosen: list[set[int]] = []
    for case in cases:
        found = [
            n for n, x in enumerate(case["findings"]) if x["verdict"] != "VERIFIED"
        ]
        chosen.append(set(found[:open_left]))
        open_left -= len(chosen[-1])
        left -= len(chosen[-1])
    share = max(0, left) // max(1, len(cases))
    for kept, case in zip(chosen, cases, strict=True):
        proved = [
            n for n, x in enumerate(case["findings"]) if x["verdict"] == "VERIFIED"
        ]
        kept.update(proved if _total(cases) <= MOST_ROWS else proved[:share])
    return tuple(
        Folded(
            tuple(case["findings"][n] for n in sorted(kept)),
            counts(x for n, x in enumerate(case["findings"]) if n not in kept),
        )
        for kept, case in zip(chosen, cases, strict=True)
    )


def chosen_cases(
    cases: Sequence[Document], most: int
) -> tuple[tuple[Document, ...], Mapping[str, int]]:
    """Cases that a page shows, in their order, and counts of the others by verdict.

    What is not VERIFIED, or not believed, comes first.
    """
    verdicts = [believed(case) for case in cases]
    order = sorted(range(len(cases)), key=lambda n: verdicts[n] == "VERIFIED")
    kept = set(order[:most])
    return (
        tuple(case for n, case in enumerate(cases) if n in kept),
        Counter(verdict for n, verdict in enumerate(verdicts) if n not in kept),
    )


def first_masks(cases: Sequence[Document], most: int) -> tuple[dict[str, int], int]:
    """How many pictures of masks each case shows, by its name, and how many are left.

    Args:
        cases: In order of the page.
        most: Pictures in all.
    """
    shown, left = dict[str, int](), 0
    for case in cases:
        shown[case["name"]] = min(len(case["masks"]), most - sum(shown.values()))
        left += len(case["masks"]) - shown[case["name"]]
    return shown, left


def folded_records(
    records: Sequence[tuple[str, Document]],
) -> tuple[list[tuple[str, Document]], Mapping[str, int]]:
    """Records with verdicts that a page shows, in their order, and counts of others.

    What is neither VERIFIED nor NOT_REJECTED comes first.
    """
    order = sorted(range(len(records)), key=lambda n: _fine(records[n][1]))
    kept = set(order[:MOST_ROWS])
    return (
        [record for n, record in enumerate(records) if n in kept],
        counts(record for n, (_, record) in enumerate(records) if n not in kept),
    )


def _fine(record: Document) -> bool:
    return record["verdict"] in ("VERIFIED", "NOT_REJECTED")


def counts(findings: Iterable[Document]) -> Mapping[str, int]:
    """Findings by verdict."""
    return Counter(finding["verdict"] for finding in findings)


def _total(cases: Sequence[Document]) -> int:
    return sum(len(case["findings"]) for case in cases)
