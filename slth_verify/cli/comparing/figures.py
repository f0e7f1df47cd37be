"""Attacks and local certificates, in print and in JSON."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from slth_verify.cli._findings import exact_or_rounded_down
from slth_verify.cli._scale import decimal, plain
from slth_verify.verdict import Verdict

if TYPE_CHECKING:
    from slth_verify.comparison import AttackResult, LocalReport, LocalResult


def attack_as_json(found: AttackResult) -> dict[str, Any]:
    """The worst image that was found, with exact numbers as strings."""
    return {
        "image": [str(entry) for entry in found.image],
        "shape": list(found.shape),
        "entry": list(found.entry),
        "seed": found.seed,
        "direction": "lower bound",
        **exact_or_rounded_down(found.difference),
    }


def bracket_as_json(found: AttackResult, certified: Fraction | None) -> dict[str, Any]:
    """Both ends of what is known of the true error."""
    upper = None if certified is None else decimal(certified, 18, up=True)
    return {
        "attacked": attack_as_json(found),
        "certified": upper,
        "ratio": _ratio(found.difference, certified),
    }


def bracket_line(found: AttackResult, certified: Fraction | None) -> str:
    """The same in words."""
    low = plain(found.difference, 9, up=False)
    if certified is None:
        return f"sup ||f - g||_max >= {low}; the certified bound left float64's range"
    line = f"sup ||f - g||_max is in [{low}, {plain(certified, 9)}]"
    ratio = _ratio(found.difference, certified)
    return line if ratio is None else f"{line}, certified / attacked = {ratio}"


def _ratio(attacked: Fraction, certified: Fraction | None) -> str | None:
    if certified is None or not attacked:
        return None
    return decimal(certified / attacked, 4, up=True)


def report_as_json(report: LocalReport) -> dict[str, Any]:
    """Every image with what is proved of its ball."""
    return {
        "verdict": report.verdict.name,
        "radius": str(report.radius),
        "counts": {verdict.name: report.count(verdict) for verdict in Verdict},
        "images": [_local_as_json(result) for result in report.results],
    }


def _local_as_json(result: LocalResult) -> dict[str, Any]:
    content: dict[str, Any] = {
        "index": result.index,
        "verdict": result.verdict.name,
        "reason": result.reason,
        "classes": list(result.classes),
        "difference": _upper(result.difference),
    }
    if result.margins is not None:
        content["margins"] = [decimal(m, 18, up=False) for m in result.margins]
    if result.witness is not None:
        content["witness"] = [str(entry) for entry in result.witness]
    return content


def _upper(number: Fraction | None) -> str | None:
    return None if number is None else decimal(number, 18, up=True)


def report_lines(report: LocalReport) -> list[str]:
    """How many images are proved, and each of those that are not."""
    total = len(report.results)
    lines = [
        report.verdict.name,
        f"same class in f and g, for every image within {report.radius}: "
        f"{report.count(Verdict.VERIFIED)} of {total} proved, "
        f"{report.count(Verdict.REFUTED)} refuted, "
        f"{report.count(Verdict.INCONCLUSIVE)} undecided",
    ]
    known = [r.difference for r in report.results if r.difference is not None]
    if len(known) == total and known:
        lines.append(f"||f - g||_max <= {plain(max(known), 6)} near all of them")
    for result in report.results:
        if result.verdict is not Verdict.VERIFIED:
            lines.append(
                f"  image {result.index}: {result.verdict.name}: {result.reason}"
            )
    return lines
