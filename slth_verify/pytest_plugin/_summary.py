"""What the terminal shows of a suite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from slth_verify.pytest_plugin._progress import UNENDED
from slth_verify.pytest_plugin._settings import Settings
from slth_verify.suite import count_outcomes, loose_ends
from slth_verify.suite.judging import recorded, verdict_records
from slth_verify.suite.outcomes import CONTRADICTED, OPEN
from slth_verify.text import counted, printable

_SHOWN = 300
_MOST_RATIOS = 10
_Test = dict[str, Any]


def summary_lines(
    tests: Sequence[_Test], settings: Settings, *, problem: str
) -> Iterator[str]:
    """Counts, what is not as it should be, the worst ratios, and where all that is.

    Args:
        tests: What each found.
        settings: How the suite was run.
        problem: Why the document could not be written, or "".
    """
    tests = sorted(tests, key=lambda test: str(test["id"]))
    counts = count_outcomes(recorded(tests))
    told = ", ".join(f"{number} {name}" for name, number in counts.items())
    if not sum(counts.values()):
        yield f"no verdict was recorded by {counted(len(tests), 'test')}"
    else:
        yield f"{counted(sum(counts.values()), 'verdict')}: {told}"
    yield from _claims(tests)
    loose = list(loose_ends(tests))
    told_of = {test["id"] for test, _, _ in loose}
    for test in tests:
        if test["reason"].startswith(UNENDED) and test["id"] not in told_of:
            yield f"did not end: {printable(test['id'])}"
    for found, name, reason in loose:
        about = f" {found['statement']}:" if found["statement"] else ""
        yield f"{name} {printable(found['id'])}{about} {printable(reason, _SHOWN)}"
    yield from _ratios(tests)
    if loose:
        yield "what failed or was not judged leaves open what it was to show"
    yield from _remarks(counts, settings)
    if problem:
        yield f"ERROR: the report is missing: {printable(problem)}"
    elif settings.report is not None:
        yield f"written: {printable(str(settings.report))}"


def _claims(tests: Sequence[_Test]) -> Iterator[str]:
    """Claims that are contradicted or open."""
    for test, record in verdict_records(tests):
        if record["verdict"] in (*CONTRADICTED, *OPEN):
            about = f" {record['statement']}:" if record["statement"] else ""
            text = f"{record['claim']}: {record['reason']}"
            yield (
                f"{record['verdict']} {printable(test['id'])}{about} "
                f"{printable(text, _SHOWN)}"
            )
        if record["verdict"] in CONTRADICTED:
            yield f"    slth-verify replay {record['replay']}"


def _ratios(tests: Sequence[_Test]) -> Iterator[str]:
    """The worst ratios of the suite, one for each statement and claim."""
    worst: dict[tuple[str, str], tuple[float, str]] = {}
    for test in tests:
        for record in test["records"]:
            if record["kind"] == "ratio":
                key = record["statement"] or "", record["claim"]
                found = float(record["ratio"]), str(test["id"])
                worst[key] = max(worst.get(key, found), found)
    ordered = sorted(worst.items(), key=lambda item: item[1], reverse=True)
    for (about, claim), (ratio, name) in ordered[:_MOST_RATIOS]:
        named = f"{about} {claim}".strip()
        yield f"worst ratio {ratio:.6g} of what is allowed: {named} ({name})"


def _remarks(counts: dict[str, int], settings: Settings) -> Iterator[str]:
    open_claims = sum(counts[name] for name in OPEN)
    if open_claims and settings.allow_inconclusive:
        yield f"{counted(open_claims, 'claim')} left open, as the options allow"
    elif open_claims:
        yield (
            "INCONCLUSIVE and VACUOUS are no pass, so the run fails; "
            "--slth-allow-inconclusive accepts them"
        )
    if counts["REFUTED"] + counts["REJECTED"]:
        yield "something is contradicted, so the run fails"
    if sum(counts.values()) and not counts["VERIFIED"]:
        yield "nothing was proved"
