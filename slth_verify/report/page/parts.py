"""What the page shows beyond the document itself: order, pictures, headline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from slth_verify.report.model.contradictions import (
    believed,
    believed_verdict,
    contradictions,
)
from slth_verify.report.page.assets import embedded, script_file, style_sheet
from slth_verify.report.page.charts import (
    error_chart,
    ladder_chart,
    mask_chart,
    whole_mask_chart,
)
from slth_verify.report.page.explorer import Explorer
from slth_verify.report.page.folding import (
    BESIDE,
    MOST_DETAILED,
    MOST_DRAWN,
    MOST_LISTED,
    MOST_MASKS,
    MOST_PROBLEMS,
    Folded,
    chosen_cases,
    counts,
    first_masks,
    folded_findings,
)
from slth_verify.report.page.gap import law_chart
from slth_verify.report.page.nearness import bracket_chart, share_chart
from slth_verify.report.page.ratios import ratio_chart
from slth_verify.report.page.samples import magnification, pictures
from slth_verify.report.page.sections import (
    context_of,
    sections_of,
    statement_groups_of,
)
from slth_verify.report.page.stages import stage_chart
from slth_verify.report.page.success import success_chart

Document = Mapping[str, Any]

_HEADLINES = {
    "VERIFIED": "Every claim is proved",
    "REFUTED": "A claim is false",
    "VACUOUS": "Some claims say nothing at these parameters",
    "INCONCLUSIVE": "Not every claim could be decided",
}


#: A command that checks a ticket: two files and nothing that a shell reads otherwise.
_CHECK = re.compile(r"slth-verify check [\w./][\w./+-]* [\w./][\w./+-]*")


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that templates read beside the document.

    Attributes:
        style: The style sheet.
        style_hash: Its SHA-256 as a content-security policy names it.
        script: The script, without which everything can be read.
        script_hash: Its SHA-256 likewise.
        data: The document as JSON that cannot end its element; empty if it is long.
        beside: The file of the document.
        explorer: Points of the bound explorer.
        cases: With charts and tables of their own.
        more_cases: How many others there are, by verdict.
        listed: With a row in tables of all cases.
        more_listed: How many others there are, by verdict.
        drawn_cases: How many of them the charts of all cases show at most.
        findings: What is shown of the findings of every listed case.
        more_problems: How many of the problems are not shown, by verdict.
        verdict: The document's, unless its figures contradict it.
        headline: One sentence for the verdict.
        lead: The first case if it is VERIFIED, else None.
        scored: The first case with an accuracy, or None.
        verified_cases: Number of cases that are VERIFIED.
        sections: Ids and titles of the sections that are there.
        problems: Names of cases and their findings that are not VERIFIED.
        ladders: Cases with a ladder of widths.
        near: Cases that were attacked.
        masks: How many masks are shown of each case, by name.
        more_masks: How many others there are.
        drawn: Cases with masks that are drawn as histograms.
        whole: Cases whose masks are drawn filter by filter.
        bins: Parts of a block in a histogram.
        charts: SVG by name.
        pictures: Per case and sample, the four small pictures.
        magnification: Per case, how much stronger differences are drawn.
        statement_groups: Title and statements of each group.
        stages: Names of timed stages, in order.
        planted: Number of wrong implementations that are shipped.
        check: What proves a ticket anew.
    """

    style: Markup
    style_hash: str
    script: Markup
    script_hash: str
    data: Markup
    beside: str
    explorer: Explorer
    cases: tuple[Document, ...]
    more_cases: Mapping[str, int]
    listed: tuple[Document, ...]
    more_listed: Mapping[str, int]
    drawn_cases: int
    findings: tuple[Folded, ...]
    more_problems: Mapping[str, int]
    verdict: str
    headline: str
    lead: Document | None
    scored: Document | None
    verified_cases: int
    sections: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, Document], ...]
    ladders: tuple[Document, ...]
    near: tuple[Document, ...]
    masks: Mapping[str, int]
    more_masks: int
    drawn: tuple[Document, ...]
    whole: tuple[Document, ...]
    bins: int
    charts: dict[str, Markup]
    pictures: dict[str, tuple[dict[str, Markup], ...]]
    magnification: dict[str, int]
    statement_groups: tuple[tuple[str, tuple[Document, ...]], ...]
    stages: tuple[str, ...]
    planted: int
    check: str

    @classmethod
    def of(cls, document: Document) -> Page:
        """Collect it from a document."""
        cases = document["cases"]
        verdict = believed_verdict(document)
        shown, more_cases = chosen_cases(cases, MOST_DETAILED)
        listed, more_listed = chosen_cases(cases, MOST_LISTED)
        whole = sorted((c for c in shown if c["masks"] and _is_whole(c)), key=_filters)
        drawn = tuple(c for c in shown if c["masks"] and not _is_whole(c))
        masks, more_masks = first_masks([*drawn, *whole], MOST_MASKS)
        ladders = tuple(c for c in shown if c["ladder"])
        bins = [len(p["positive"][0]) for c in shown for p in c["masks"]]
        power = {c["name"]: magnification(c) for c in shown if c["samples"]}
        style, style_hash = style_sheet()
        script, script_hash = script_file()
        problems = (*_not_believed(document), *_problems(cases))
        return cls(
            style=style,
            style_hash=style_hash,
            script=script,
            script_hash=script_hash,
            data=embedded(document),
            beside=BESIDE,
            explorer=Explorer.of(context_of(document)["explorer"]),
            cases=shown,
            more_cases=more_cases,
            listed=listed,
            more_listed=more_listed,
            drawn_cases=MOST_DRAWN,
            findings=folded_findings(listed),
            more_problems=counts(finding for _, finding in problems[MOST_PROBLEMS:]),
            verdict=verdict,
            headline=_HEADLINES[verdict],
            lead=cases[0] if _is_certified(cases[0]) else None,
            scored=next((c for c in shown if c["accuracy"]), None),
            verified_cases=sum(believed(case) == "VERIFIED" for case in cases),
            sections=sections_of(document, shown, listed),
            problems=problems[:MOST_PROBLEMS],
            ladders=ladders,
            near=tuple(c for c in listed if c["nearness"]),
            masks=masks,
            more_masks=more_masks,
            drawn=drawn,
            whole=tuple(whole),
            bins=max(bins, default=0),
            charts=_charts(shown, document)
            | _masks("mask", mask_chart, drawn, masks)
            | _masks("whole", whole_mask_chart, whole, masks),
            pictures={c["name"]: pictures(c, power) for c in shown if c["samples"]},
            magnification=power,
            statement_groups=statement_groups_of(document["statements"]),
            stages=tuple(dict.fromkeys(s for c in listed for s in c["seconds"])),
            planted=sum(row["planted"] for row in context_of(document)["attacks"]),
            check=_check(document["replay"]),
        )


def _is_certified(case: Document) -> bool:
    ticket = case["ticket"]
    if ticket is None or believed(case) != "VERIFIED":
        return False
    return "absent" not in ticket["certified_error"]


def _is_whole(case: Document) -> bool:
    return all(picture["filters"] is not None for picture in case["masks"])


def _check(replay: Sequence[str]) -> str:
    """The first command of a document that checks a ticket, if it is nothing else."""
    plain = (line for line in replay if _CHECK.fullmatch(line))
    return next(plain, "slth-verify check TICKET TARGET")


def _filters(case: Document) -> int:
    """Filters of all odd layers of the random network."""
    return sum(p["block"] * len(p["positive"]) for p in case["masks"])


def _not_believed(document: Document) -> Iterator[tuple[str, Document]]:
    """What contradicts itself, with a finding that says so."""
    claim = "the document's figures go together with its verdict"
    for name, reason in contradictions(document):
        yield name, {"claim": claim, "verdict": "INCONCLUSIVE", "reason": reason}


def _problems(cases: Sequence[Document]) -> tuple[tuple[str, Document], ...]:
    """Findings that are not VERIFIED, the refuted ones first."""
    found = [
        (case["name"], finding)
        for case in cases
        for finding in case["findings"]
        if finding["verdict"] != "VERIFIED"
    ]
    return tuple(sorted(found, key=lambda item: item[1]["verdict"] != "REFUTED"))


def _charts(shown: Sequence[Document], document: Document) -> dict[str, Markup]:
    """Charts but those of masks; ids are numbered, so that no name enters one."""
    drawn, _ = chosen_cases(document["cases"], MOST_DRAWN)
    found = {"errors": Markup(error_chart(drawn, "errors"))}
    if document["law"] is not None:
        found["law"] = Markup(law_chart(document["law"], "law"))
    context = context_of(document)
    if context["success"] is not None:
        found["success"] = Markup(success_chart(context["success"], "curve"))
    if context["benchmarks"]:
        found["benchmarks"] = Markup(ratio_chart(context["benchmarks"], "ratios"))
    for number, case in enumerate(shown):
        name = f"stages-{number}"
        found[name] = Markup(stage_chart(case, name))
    near = [case for case in drawn if case["nearness"]]
    found["brackets"] = Markup(bracket_chart(near, "brackets"))
    for number, case in enumerate(shown):
        if case["nearness"] and case["nearness"]["shares"]:
            svg = Markup(share_chart(case, f"shares-{number}"))
            found[f"shares-{case['name']}"] = svg
    for case in [case for case in shown if case["ladder"]][:1]:
        found[f"ladder-{case['name']}"] = Markup(ladder_chart(case, "ladder"))
    return found


def _masks(
    kind: str,
    draw: Callable[[Document, str], str],
    cases: Sequence[Document],
    shown: Mapping[str, int],
) -> dict[str, Markup]:
    """The shown pictures of masks."""
    found = {}
    for number, case in enumerate(cases):
        for picture in case["masks"][: shown[case["name"]]]:
            layer = picture["layer"]
            svg = Markup(draw(picture, f"{kind}-{number}-{layer}"))
            found[f"{kind}-{case['name']}-{layer}"] = svg
    return found
