"""What the page shows beyond the document itself: order, pictures, headline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

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
    MOST_PROBLEMS,
    Folded,
    counts,
    folded_findings,
)
from slth_verify.report.page.gap import law_chart
from slth_verify.report.page.nearness import bracket_chart, share_chart
from slth_verify.report.page.ratios import ratio_chart
from slth_verify.report.page.samples import magnification, pictures
from slth_verify.report.page.stages import believed, contradictions, stage_chart
from slth_verify.report.page.success import success_chart

Document = Mapping[str, Any]

_HEADLINES = {
    "VERIFIED": "Every claim is proved",
    "REFUTED": "A claim is false",
    "VACUOUS": "Some claims say nothing at these parameters",
    "INCONCLUSIVE": "Not every claim could be decided",
}
_GROUPS = {
    "The paper": ("thm:", "def:", "lem:", "fig:"),
    "Derived here": ("der:",),
    "Related results": ("rel:",),
}
SECTIONS = (
    ("widths", "Widths"),
    ("law", "Law of the search"),
    ("explorer", "Bound explorer"),
    ("success", "Success probability"),
    ("tickets", "Tickets"),
    ("nearness", "How near"),
    ("accuracy", "Accuracy"),
    ("masks", "Masks"),
    ("collapse", "Collapse"),
    ("findings", "Findings"),
    ("statements", "Statements"),
    ("derivations", "Derivations"),
    ("attacks", "Attacks"),
    ("samples", "Sample digits"),
    ("benchmarks", "Benchmarks"),
    ("replay", "Replay"),
)


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
        findings: What is shown of the findings, case by case.
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
        drawn: Cases with masks that are drawn as histograms.
        whole: Cases whose masks are drawn filter by filter.
        bins: Parts of a block in a histogram.
        charts: SVG by name.
        pictures: Per case and sample, the four small pictures.
        magnification: Per case, how much stronger differences are drawn.
        statement_groups: Title and statements of each group.
        stages: Names of timed stages, in order.
        planted: Number of wrong implementations that are shipped.
    """

    style: Markup
    style_hash: str
    script: Markup
    script_hash: str
    data: Markup
    beside: str
    explorer: Explorer
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
    drawn: tuple[Document, ...]
    whole: tuple[Document, ...]
    bins: int
    charts: dict[str, Markup]
    pictures: dict[str, tuple[dict[str, Markup], ...]]
    magnification: dict[str, int]
    statement_groups: tuple[tuple[str, tuple[Document, ...]], ...]
    stages: tuple[str, ...]
    planted: int

    @classmethod
    def of(cls, document: Document) -> Page:
        """Collect it from a document."""
        cases = document["cases"]
        verdict = document["verdict"]
        if verdict == "VERIFIED" and contradictions(cases):
            verdict = "INCONCLUSIVE"
        whole = sorted((c for c in cases if c["masks"] and _is_whole(c)), key=_filters)
        drawn = tuple(c for c in cases if c["masks"] and not _is_whole(c))
        ladders = tuple(c for c in cases if c["ladder"])
        bins = [len(p["positive"][0]) for c in cases for p in c["masks"]]
        power = {c["name"]: magnification(c) for c in cases if c["samples"]}
        style, style_hash = style_sheet()
        script, script_hash = script_file()
        problems = (*contradictions(cases), *_problems(cases))
        return cls(
            style=style,
            style_hash=style_hash,
            script=script,
            script_hash=script_hash,
            data=embedded(document),
            beside=BESIDE,
            explorer=Explorer.of(_context(document)["explorer"]),
            findings=folded_findings(cases),
            more_problems=counts(finding for _, finding in problems[MOST_PROBLEMS:]),
            verdict=verdict,
            headline=_HEADLINES[verdict],
            lead=cases[0] if _is_certified(cases[0]) else None,
            scored=next((c for c in cases if c["accuracy"]), None),
            verified_cases=sum(believed(case) == "VERIFIED" for case in cases),
            sections=_sections(document),
            problems=problems[:MOST_PROBLEMS],
            ladders=ladders,
            near=tuple(c for c in cases if c["nearness"]),
            drawn=drawn,
            whole=tuple(whole),
            bins=max(bins, default=0),
            charts=_charts(ladders, drawn, whole, document),
            pictures={c["name"]: pictures(c, power) for c in cases if c["samples"]},
            magnification=power,
            statement_groups=_groups(document["statements"]),
            stages=tuple(dict.fromkeys(s for c in cases for s in c["seconds"])),
            planted=sum(row["planted"] for row in _context(document)["attacks"]),
        )


def _is_certified(case: Document) -> bool:
    ticket = case["ticket"]
    if ticket is None or believed(case) != "VERIFIED":
        return False
    return "absent" not in ticket["certified_error"]


def _is_whole(case: Document) -> bool:
    return all(picture["filters"] is not None for picture in case["masks"])


def _filters(case: Document) -> int:
    """Filters of all odd layers of the random network."""
    return sum(p["block"] * len(p["positive"]) for p in case["masks"])


#: What a document without a context has beside its cases.
_NOTHING: Document = {
    "success": None,
    "explorer": (),
    "derivations": (),
    "attacks": (),
    "benchmarks": (),
}


def _context(document: Document) -> Document:
    found: Document | None = document["context"]
    return _NOTHING if found is None else found


def _sections(document: Document) -> tuple[tuple[str, str], ...]:
    cases, context = document["cases"], _context(document)
    there = {
        "law": document["law"] is not None,
        "success": context["success"] is not None,
        "explorer": bool(context["explorer"]),
        "derivations": bool(context["derivations"]),
        "attacks": bool(context["attacks"]),
        "benchmarks": document["context"] is not None,
        "widths": any(case["ladder"] for case in cases),
        "nearness": any(case["nearness"] for case in cases),
        "accuracy": any(case["accuracy"] for case in cases),
        "samples": any(case["samples"] for case in cases),
        "masks": any(case["masks"] for case in cases),
        "collapse": any(case["collapse"] for case in cases),
    }
    return tuple(item for item in SECTIONS if there.get(item[0], True))


def _problems(cases: Sequence[Document]) -> tuple[tuple[str, Document], ...]:
    return tuple(
        (case["name"], finding)
        for case in cases
        for finding in case["findings"]
        if finding["verdict"] != "VERIFIED"
    )


def _charts(
    ladders: Sequence[Document],
    drawn: Sequence[Document],
    whole: Sequence[Document],
    document: Document,
) -> dict[str, Markup]:
    """All charts; ids are numbered, so that no name of a case enters one."""
    found = {"errors": Markup(error_chart(document["cases"], "errors"))}
    if document["law"] is not None:
        found["law"] = Markup(law_chart(document["law"], "law"))
    context = _context(document)
    if context["success"] is not None:
        found["success"] = Markup(success_chart(context["success"], "curve"))
    if context["benchmarks"]:
        found["benchmarks"] = Markup(ratio_chart(context["benchmarks"], "ratios"))
    for number, case in enumerate(document["cases"]):
        name = f"stages-{number}"
        found[name] = Markup(stage_chart(case, name))
    near = [case for case in document["cases"] if case["nearness"]]
    found["brackets"] = Markup(bracket_chart(near, "brackets"))
    for number, case in enumerate(near):
        if case["nearness"]["shares"]:
            svg = Markup(share_chart(case, f"shares-{number}"))
            found[f"shares-{case['name']}"] = svg
    for case in ladders[:1]:
        found[f"ladder-{case['name']}"] = Markup(ladder_chart(case, "ladder"))
    for kind, chosen, draw in (
        ("mask", drawn, mask_chart),
        ("whole", whole, whole_mask_chart),
    ):
        for number, case in enumerate(chosen):
            for picture in case["masks"]:
                layer = picture["layer"]
                identifier = f"{kind}-{number}-{layer}"
                svg = Markup(draw(picture, identifier))
                found[f"{kind}-{case['name']}-{layer}"] = svg
    return found


def _groups(
    statements: Sequence[Document],
) -> tuple[tuple[str, tuple[Document, ...]], ...]:
    groups = [
        (title, tuple(s for s in statements if s["id"].startswith(prefixes)))
        for title, prefixes in _GROUPS.items()
    ]
    return tuple((title, items) for title, items in groups if items)
