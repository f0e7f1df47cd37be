"""The whole report: cases, statements, verdict, files."""

from __future__ import annotations

import os
import shlex
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from slth_verify.errors import InvalidParameterError
from slth_verify.files import as_path, write_atomically
from slth_verify.graph import TargetCNN
from slth_verify.numbers import ExactNumber, shown, whole_number
from slth_verify.processes.background import Background
from slth_verify.report._progress import Progress, silent
from slth_verify.report.collect.cases.case import run_case
from slth_verify.report.collect.context.again import Again
from slth_verify.report.collect.context.gathered import context
from slth_verify.report.collect.environment import machine, versions
from slth_verify.report.collect.statements import statement_summaries
from slth_verify.report.collect.targets.generated import (
    dense_subject,
    generated_subjects,
)
from slth_verify.report.collect.targets.given import given_subjects
from slth_verify.report.collect.targets.subject import Subject, derived_seed
from slth_verify.report.collect.targets.trained import digits_subject, lenet_subject
from slth_verify.report.collect.widths.ladder import width_ladder
from slth_verify.report.collect.widths.proved import ProvedWidths, proved_widths
from slth_verify.report.collect.widths.search_law import Sweep, ask_law
from slth_verify.report.folder import (
    HTML_NAME,
    JSON_NAME,
    PROFILE_NAME,
    prepare_folder,
)
from slth_verify.report.model.case import CaseReport
from slth_verify.report.model.document import to_document, to_json
from slth_verify.report.model.profile import Profile, to_toml
from slth_verify.report.model.report import Report
from slth_verify.report.page.html import render_html
from slth_verify.subset_sum import Journal
from slth_verify.verdict import Verdict, overall


def run_report(
    profile: Profile,
    output: str | os.PathLike[str],
    *,
    seed: int,
    targets: Sequence[TargetCNN] = (),
    eps: ExactNumber | None = None,
    journal: Journal | None = None,
    progress: Progress = silent,
    second: Background | None = None,
) -> Report:
    """Verify tickets for all targets of a profile and write page, JSON and tickets.

    Args:
        profile: What to cover.
        output: Folder for ``slth-report.html``, ``slth-report.json``, ``tickets/`` and
            ``slth-profile.toml``; created if missing in an existing folder, earlier
            files are replaced.
        seed: Integer of at least 0, from which all others derive; see `derived_seed`.
        targets: Networks to report on instead of the profile's.
        eps: Admissible sup error of each of them, in its units; None for 2 % of its
            certified range.
        journal: Keeps the finished searches; the same call goes on from it.
        progress: Called as work goes on.
        second: A process that takes its share; None for one that is started and ended
            here.

    Returns:
        The report. A case whose search found no ticket is INCONCLUSIVE in it.

    Raises:
        InvalidParameterError: If the seed is negative, or ``eps`` not positive or given
            without targets.
        InvalidTargetError: If the shipped network is damaged.
        UnusableFileError: If the folder cannot be made or written to; no work is lost.

    Cost:
        About 30 seconds on two cores for the profile ``quick``.
    """
    folder, seed = as_path(output), whole_number(seed, "seed")
    if eps is not None and not targets:
        raise InvalidParameterError(
            f"eps={shown(eps)} without targets: the profile names the accuracy of its "
            "own. Give targets, or a profile with another relative_eps."
        )
    if targets:
        subjects = given_subjects(targets, seed, eps)
    else:
        subjects = subjects_of(profile, seed)
    return report_on(
        subjects,
        profile,
        folder,
        seed=seed,
        journal=journal,
        progress=progress,
        second=second,
    )


def subjects_of(profile: Profile, seed: int) -> tuple[Subject, ...]:
    """The targets of a profile, digits first."""
    if seed < 0:
        raise InvalidParameterError(
            f"seed={seed}: a report needs an integer of at least 0. Choose another."
        )
    return (
        *((digits_subject(seed), lenet_subject(seed)) if profile.digits else ()),
        *generated_subjects(seed, profile.generated),
        *((dense_subject(seed),) if profile.dense else ()),
    )


def report_on(
    subjects: tuple[Subject, ...],
    profile: Profile,
    output: Path,
    *,
    seed: int,
    journal: Journal | None = None,
    progress: Progress = silent,
    second: Background | None = None,
) -> Report:
    """`run_report` on given targets.

    Args:
        subjects: Targets with different names and their own seeds.
        profile: How much to do with each.
        output: Folder of the report.
        seed: For the record.
        journal: As in `run_report`.
        progress: Called as work goes on.
        second: As in `run_report`.
    """
    stems = [subject.stem for subject in subjects]
    if len(set(stems)) < len(stems):
        raise InvalidParameterError(
            f"names={stems}: the targets of a report need different names, which their "
            "files bear. Rename one."
        )
    start = time.perf_counter()
    prepare_folder(output)
    patience = 2 * profile.time_limit
    with proved_widths(profile.certified_dimension, patience, second) as widths:
        papers = any(subject.target.in_papers_class for subject in subjects)
        sweep = _begin_law(profile, seed, widths) if papers else None
        again = Again(profile, seed, widths.second)
        cases = [
            run_case(subject, profile, output, progress, widths, journal)
            for subject in _counted(subjects, progress)
        ]
        if papers:
            widths.share(progress)
        again.share(progress)
        if papers:
            cases = _with_ladders(subjects, cases, widths, sweep, progress)
        law = None if sweep is None else sweep.figures(widths)
        shown_beside = context(again, law)
    report = Report(
        verdict=overall(tuple(case.verdict for case in cases)),
        counts=_counts(cases),
        seed=str(seed),
        profile=profile,
        cases=tuple(cases),
        statements=statement_summaries(cases),
        replay=_replay(seed, subjects, cases),
        versions=versions(),
        platform=machine(),
        seconds=round(time.perf_counter() - start, 3),
        law=law,
        context=shown_beside,
    )
    write_report(report, output)
    return report


def _begin_law(profile: Profile, seed: int, widths: ProvedWidths) -> Sweep | None:
    """Have the law, of networks of the paper's class only, found in the meantime."""
    ask_law(profile, widths)
    if not profile.law_dimension:
        return None
    return Sweep(profile, derived_seed(seed, "law"), widths.second)


def _counted(subjects: Sequence[Subject], progress: Progress) -> Iterator[Subject]:
    for done, subject in enumerate(subjects):
        progress("cases", done, len(subjects))
        yield subject
    progress("cases", len(subjects), len(subjects))


def _with_ladders(
    subjects: tuple[Subject, ...],
    cases: list[CaseReport],
    widths: ProvedWidths,
    sweep: Sweep | None,
    progress: Progress,
) -> list[CaseReport]:
    """The cases with their ladders of widths, which were asked for before."""
    if sweep is not None:
        sweep.wait(progress)
    found = None if sweep is None else sweep.width
    completed: list[CaseReport] = []
    for subject, case in zip(subjects, cases, strict=True):
        if subject.target.in_papers_class:
            eps, used = Fraction(case.eps.lower), case.network.widths
            ladder = width_ladder(subject.target, eps, used, widths, found)
            case = replace(case, ladder=ladder)
        completed.append(case)
    return completed


def write_report(report: Report, output: str | os.PathLike[str]) -> None:
    """Write the JSON document, the page made from it and the profile, atomically."""
    write_atomically(as_path(output) / PROFILE_NAME, to_toml(report.profile))
    write_document(to_document(report), output, just_proved=True)


def write_document(
    document: Mapping[str, Any],
    output: str | os.PathLike[str],
    *,
    just_proved: bool = False,
) -> None:
    """Write a JSON document and the page made from it, atomically.

    Args:
        document: Of a report.
        output: Folder of the report.
        just_proved: As in `render_html`.
    """
    folder, page = as_path(output), render_html(document, just_proved=just_proved)
    write_atomically(folder / JSON_NAME, to_json(dict(document)))
    write_atomically(folder / HTML_NAME, page)


def _counts(cases: list[CaseReport]) -> dict[str, int]:
    found = Counter(item.verdict for case in cases for item in case.findings)
    return {verdict.value: found[verdict] for verdict in Verdict}


def _replay(
    seed: int, subjects: tuple[Subject, ...], cases: list[CaseReport]
) -> tuple[str, ...]:
    """Commands for the folder in which the report lies."""
    checks = [
        f"slth-verify check {case.ticket.file} {case.target.file}"
        for case in cases
        if case.ticket is not None
    ]
    again = f"slth-verify report --profile {PROFILE_NAME} --seed {seed} --output again"
    for subject, case in zip(subjects, cases, strict=True):
        if subject.origin == "given":
            again += f" --target {case.target.file}"
    asked = {subject.asked for subject in subjects if subject.asked}
    return (*checks, again + "".join(f" --eps {shlex.quote(eps)}" for eps in asked))
