"""What a sweep's page is made from: laws, curves and counts of its rows, as JSON."""

from __future__ import annotations

import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from slth_verify.errors import InvalidParameterError, UnusableFileError
from slth_verify.numbers import exact_number
from slth_verify.subset_sum import SearchPoint, fit_search_law
from slth_verify.sweep.contradictions import Contradiction, in_words, judge, named
from slth_verify.sweep.maps import heat_maps
from slth_verify.sweep.results import UNFIT, refuted
from slth_verify.sweep.store import Row
from slth_verify.text import reason_of
from slth_verify.verdict import Verdict

#: Version of the document.
SCHEMA_VERSION = 1

#: Confidence of the intervals of simulated probabilities.
CONFIDENCE = Fraction(99, 100)

#: Lines and charts of a section; the store has them all, the document counts the rest.
_MOST = {
    "contradictions": 500,
    "problems": 500,
    "searches": 500,
    "prune": 500,
    "success": 24,
    "widths": 24,
    "maps": 12,
}

Json = dict[str, Any]


def to_document(name: str, rows: Iterable[Row]) -> Json:
    """The document of a sweep.

    Args:
        name: A label.
        rows: Of a store.

    Returns:
        Plain JSON of what the rows say. Widths, ends of probabilities and verdicts were
        proved by the runs that wrote the rows of ``bound``, ``width``,
        ``success-bound`` and ``prune``; here nothing is proved again, and a row that
        was changed later is noticed only where it contradicts itself or another one.
        Such rows are INCONCLUSIVE: they stand in ``contradictions``, their number in
        ``contradictory``, and nowhere else. All else is statistical.

    Raises:
        UnusableFileError: Rows are not as this version writes them.
    """
    every = list(rows)
    try:
        found = _document(name, every)
        json.dumps(found, allow_nan=False)  # NaN where rows have impossible numbers
        return found
    except UNFIT as error:
        raise UnusableFileError(
            f"rows={len(every)}: some are not as this version writes them "
            f"({reason_of(error)}; docs/sweeps.md). Export them as a table, or sweep "
            "into another store."
        ) from error


def _document(name: str, every: Sequence[Row]) -> Json:
    judged = judge(every)
    for row, reason in judged.unfit:
        raise ValueError(f"{named(row)} is none: {reason}")
    kinds = defaultdict(list)
    for row in judged.believed:
        kinds[row.kind].append(row)
    parts = {
        "contradictions": list(map(_contradiction, judged.contradictions)),
        "searches": _searches(kinds["search"]),
        "success": _success(kinds["success"], kinds["success-bound"]),
        "widths": _widths([*kinds["width"], *kinds["bound"]]),
        "prune": _prune(kinds["prune"]),
        "maps": heat_maps(kinds),
        "problems": [_problem(row) for row in every if row.outcome != "done"],
    }
    left = {name: len(found) - _MOST[name] for name, found in parts.items()}
    return {
        "schema_version": SCHEMA_VERSION,
        "name": name,
        "runs": len(every),
        "outcomes": dict(Counter(row.outcome for row in every)),
        "refuted": sum(refuted(row.kind, row.result) for row in judged.believed),
        "contradictory": len(judged.keys),
        "kinds": dict(sorted(Counter(row.kind for row in every).items())),
        "seconds": sum(row.seconds for row in every),
        "versions": _versions(every),
        "law": _law(kinds["search"]),
        "confidence": str(CONFIDENCE),
        **{name: found[: _MOST[name]] for name, found in parts.items()},
        "left_out": {name: count for name, count in left.items() if count > 0},
    }


def _contradiction(found: Contradiction) -> Json:
    """Rows that cannot be true, as they are."""
    return {
        "verdict": Verdict.INCONCLUSIVE.name,
        "reason": found.reason,
        "rows": [
            {
                "key": row.key,
                "kind": row.kind,
                "inputs": in_words(row.inputs),
                "result": in_words(row.result),
            }
            for row in found.rows
        ],
    }


def _problem(row: Row) -> Json:
    """A run without a result."""
    return {
        "kind": row.kind,
        "inputs": in_words(row.inputs),
        "outcome": row.outcome,
        "reason": row.reason,
    }


def _versions(rows: Sequence[Row]) -> dict[str, list[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for name, version in row.versions.items():
            found[name].add(version)
    return {name: sorted(found[name]) for name in sorted(found)}


def _law(rows: Sequence[Row]) -> Json | None:
    """The law of the searches that went as far as they reach."""
    points = [
        SearchPoint(r.inputs["dimension"], r.inputs["samples"], r.result["residual"])
        for r in rows
        if not r.result["found"] and r.result["size"] and r.result["residual"] > 0
    ]
    try:
        law = fit_search_law(points)
    except InvalidParameterError:
        return None  # too few dimensions or widths
    return {
        "constant": law.constant,
        "worst": law.worst,
        "dim_exponent": law.dim_exponent,
        "accuracy_exponent": law.accuracy_exponent,
        "points": law.points,
    }


def _searches(rows: Sequence[Row]) -> list[Json]:
    """Residuals by dimension, samples and solver."""
    grouped = _grouped(rows, "dimension", "samples", "solver")
    return [
        {
            "dimension": dimension,
            "samples": samples,
            "solver": solver,
            "runs": len(group),
            "found": sum(row.result["found"] for row in group),
            "least": min(row.result["residual"] for row in group),
            "median": statistics.median(row.result["residual"] for row in group),
            "largest": max(row.result["residual"] for row in group),
            "seconds": statistics.median(row.seconds for row in group),
        }
        for (dimension, samples, solver), group in grouped
    ]


def _success(simulated: Sequence[Row], proved: Sequence[Row]) -> list[Json]:
    """Curves of the success probability against the number of samples."""
    names = ("dimension", "eps", "norm")
    curves: defaultdict[tuple[Any, ...], Json] = defaultdict(lambda: defaultdict(dict))
    for (*question, samples), group in _grouped(simulated, *names, "samples"):
        hits = sum(row.result["hits"] for row in group)
        trials = sum(row.inputs["trials"] for row in group)
        low, high = _interval(hits, trials)
        found = {"hits": hits, "trials": trials, "low": low, "high": high}
        curves[tuple(question)][samples].update(found)
    for (*question, samples), group in _grouped(proved, *names, "samples"):
        curves[tuple(question)][samples].update(group[0].result)
    return [
        {
            **dict(zip(names, question, strict=True)),
            "points": [{"samples": n, **curve[n]} for n in sorted(curve)],
        }
        for question, curve in sorted(curves.items(), key=str)
    ]


def _interval(hits: int, trials: int) -> tuple[float, float]:
    """Exact binomial interval."""
    from slth_verify.sweep.intervals import clopper_pearson

    return clopper_pearson(hits, trials, float(CONFIDENCE))


def _widths(rows: Sequence[Row]) -> list[Json]:
    """Widths against eps, for every architecture or dimension."""
    curves: defaultdict[str, defaultdict[str, Json]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for row in rows:
        asked = {k: v for k, v in row.inputs.items() if k not in ("eps", "side")}
        width = row.result.get("widest", row.result.get("width"))
        if width is not None:
            curves[in_words(asked)][row.inputs["eps"]][row.inputs["side"]] = width
    return [
        {
            "question": question,
            "points": [
                {"eps": eps, **curve[eps]} for eps in sorted(curve, key=exact_number)
            ],
        }
        for question, curve in sorted(curves.items())
    ]


def _prune(rows: Sequence[Row]) -> list[Json]:
    """How often a ticket was found, by target, widths and eps."""
    groups: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        asked = {k: v for k, v in row.inputs.items() if k not in ("eps", "seed")}
        if row.source:
            asked = {"target": row.source, "widths": asked["widths"]}
        groups[in_words(asked), row.inputs["eps"]].append(row)
    found = []
    for (question, eps), group in sorted(groups.items(), key=_by_accuracy):
        tickets = [row for row in group if row.result["found"]]
        errors = [row.result["certified_error"] for row in tickets]
        verdicts = Counter(row.result["verdict"] for row in tickets)
        kept = [row.result["kept"] for row in tickets]
        low, high = _interval(len(tickets), len(group))
        found.append(
            {
                "question": question,
                "eps": eps,
                "runs": len(group),
                "found": len(tickets),
                "low": low,
                "high": high,
                "verdicts": dict(sorted(verdicts.items())),
                "largest_error": max(errors, default=None, key=lambda e: e or 0.0),
                "kept": statistics.median(kept) if kept else None,
                "seconds": statistics.median(row.seconds for row in group),
            }
        )
    return found


def _by_accuracy(item: tuple[tuple[str, str], list[Row]]) -> tuple[str, bool, Fraction]:
    (question, eps), _ = item
    return question, eps.endswith("%"), exact_number(eps.removesuffix("%"))


def _grouped(
    rows: Sequence[Row], *names: str
) -> list[tuple[tuple[Any, ...], list[Row]]]:
    """Rows by some of their inputs, in the order of these."""
    groups: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row.inputs[name] for name in names)].append(row)
    return sorted(groups.items())
