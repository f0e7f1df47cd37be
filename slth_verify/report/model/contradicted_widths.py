"""Proved widths and probabilities of a document that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from slth_verify.claims import Claim, enough, exclusions, needed
from slth_verify.numbers import exact_number
from slth_verify.report.model.ends import Document, ends, is_bound, is_there

#: What is fitted in floats may be so much off.
_FLOATS = 1 + Fraction(1, 10**9)


def ladder_faults(ladder: Sequence[Document]) -> Iterator[str]:
    """Widths of layers, each with a question of its own."""
    for rung in ladder:
        yield from _widths(rung, f"layer {rung['layer']}")


def excluded(points: Sequence[Document]) -> frozenset[int]:
    """Places of points whose widths exclude each other.

    Args:
        points: With ``dimension``, ``accuracy``, ``probability`` and widths.

    Rigor:
        Exact, by the ends that are guaranteed: a question that needs more than one as
        hard or harder is certified to need. Which of both is wrong is not said.
    """
    claims: list[Claim] = []
    places: list[int] = []
    for place, point in enumerate(points):
        dimension = point["dimension"]
        probability, accuracy = (
            exact_number(point[name], name) for name in ("probability", "accuracy")
        )
        for name, side, end in (("certified", enough, 1), ("necessary", needed, 0)):
            if is_there(point[name]):
                width = int(ends(point[name])[end])
                claims.append(side(width, probability, accuracy, dimension))
                places.append(place)
    return frozenset(places[n] for n in exclusions(claims)[1])


def probability_fault(point: Document) -> str:
    """Why the proved ends of a probability exclude each other; or empty."""
    lower, upper = point["lower"], point["upper"]
    for figure, side in ((lower, "lower"), (upper, "upper")):
        if is_there(figure) and not is_bound(figure, side):
            return f"its {side} end is no proved {side} bound"
    least = ends(lower)[0] if is_there(lower) else Fraction(0)
    most = ends(upper)[1] if is_there(upper) else Fraction(1)
    if least > min(most, Fraction(1)) or most < 0:
        return "the proved ends exclude each other"
    return ""


def law_faults(law: Document | None) -> Iterator[str]:
    """The law of the search, and the proved widths beside it."""
    if law is None:
        return
    before = Fraction(0)
    for row in sorted(law["rows"], key=lambda row: int(row["dimension"])):
        place = f"the law at m = {row['dimension']}"
        yield from _widths(row, place)
        # what is necessary in fewer dimensions is so in more
        if is_there(row["certified"]) and ends(row["certified"])[1] < before:
            yield f"{place} has a certified width below a necessary one"
        if is_there(row["necessary"]):
            before = max(before, ends(row["necessary"])[0])
    worst = ends(law["worst"])[1] * _FLOATS
    if ends(law["constant"])[0] > worst:
        yield "the mean constant of the law exceeds the worst"
    for point in law["points"]:
        reached = point["width"] * Fraction(point["residual"])
        if reached**2 > worst**2 * point["dimension"] ** 3:
            yield "a search needed more than the worst constant of the law"


def context_faults(context: Document | None) -> Iterator[str]:
    """The bound explorer, and the success probability."""
    if context is None:
        return
    points = context["explorer"]
    for point in points:
        place = f"m = {point['dimension']}, eps {point['accuracy']}"
        yield from _widths(point, place)
    for n in sorted(excluded(points)):
        place = f"m = {points[n]['dimension']}, eps {points[n]['accuracy']}"
        yield f"{place}: a necessary width exceeds a certified one"
    if context["success"] is not None:
        yield from _success(context["success"]["points"])


def _success(points: Sequence[Document]) -> Iterator[str]:
    before = Fraction(0)
    for point in sorted(points, key=lambda point: int(point["samples"])):
        place = f"success with n = {point['samples']}"
        fault = probability_fault(point)
        if fault:
            yield f"{place}: {fault}"
        # more samples miss no more often
        if is_there(point["upper"]) and ends(point["upper"])[1] < before:
            yield f"{place} is less likely than with fewer samples"
        if is_there(point["lower"]):
            before = max(before, ends(point["lower"])[0])
        if not 0 <= point["hits"] <= point["trials"]:
            yield f"{place}: more hits than trials"
        elif point["trials"] and is_there(point["interval"]):
            low, high = ends(point["interval"])
            if not low <= Fraction(point["hits"], point["trials"]) <= high:
                yield f"{place}: the share that was simulated is not in its interval"


def _widths(row: Document, place: str) -> Iterator[str]:
    """A necessary and a certified width of one question."""
    for name, side in (("necessary", "lower"), ("certified", "upper")):
        if is_there(row[name]) and not is_bound(row[name], side):
            yield f"{place}: the {name} width is no proved {side} bound"
    if not (is_there(row["necessary"]) and is_there(row["certified"])):
        return
    if ends(row["necessary"])[0] > ends(row["certified"])[1]:
        yield f"{place}: the necessary width exceeds the certified one"
