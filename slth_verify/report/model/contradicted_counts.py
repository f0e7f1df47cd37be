"""What the counts of a case must satisfy if its claim is proved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import exact_number
from slth_verify.report.model.ends import Document, ends, is_bound, is_there

_ACCURACY = "accuracy against the target's"
_POINTS = re.compile(r"within (\S+) percentage points$")


def count_faults(case: Document) -> Iterator[str]:
    """What does not go together.

    Args:
        case: That says that its claim is proved, with a ticket.
    """
    if case["ticket"] is not None:
        yield from _filters(case)
    yield from _sizes(case)
    if case["accuracy"] is not None:
        yield from _accuracy(case, case["accuracy"])
    if case["nearness"] is not None:
        yield from _balls(case["nearness"])


def _number(figure: Document) -> Fraction:
    return ends(figure)[0]


def _filters(case: Document) -> Iterator[str]:
    """Kept filters of stages, and the pictures of their masks."""
    stages, widths = case["ticket"]["stages"], case["network"]["widths"]
    for stage in stages:
        width, filters = _number(stage["width"]), _number(stage["filters"])
        if _number(stage["kept"]) > filters:
            yield f"the stage {stage['stage']} keeps more filters than there are"
        if width < 1 or filters % (2 * width):
            yield f"the filters of the stage {stage['stage']} are not those of its n"
    if stages and [_number(stage["width"]) for stage in stages] != widths:
        yield "its stages have other widths than its random network"
    used = [_number(rung["used"]) for rung in case["ladder"]]
    if used and used != widths:
        yield "its ladder has other widths than its random network"
    for mask in case["masks"]:
        drawn = sum(map(sum, (*mask["positive"], *mask["negative"])))
        place = mask["layer"] - 1
        if place >= len(stages) or drawn > _number(stages[place]["kept"]):
            yield "a mask shows more filters than are kept"
        elif mask["block"] != 2 * _number(stages[place]["width"]):
            yield "a mask shows other filters than those of its stage"


def _sizes(case: Document) -> Iterator[str]:
    """What pruning leaves is part of what there was."""
    rows = {row["network"]: row for row in case["collapse"]}
    whole, pruned = rows.get("random network"), rows.get("pruned network")
    for row in case["collapse"]:
        if min(_number(row["parameters"]), _number(row["multiply_adds"])) < 0:
            yield f"the {row['network']} has fewer weights than none"
    if whole is None or pruned is None:
        return
    for name in ("parameters", "multiply_adds"):
        if _number(pruned[name]) > _number(whole[name]):
            yield "its pruned network is larger than the random one"
    stages = case["ticket"]["stages"] if case["ticket"] else ()
    for row, name in ((whole, "filters"), (pruned, "kept")):
        if not stages or row["filters"] is None:
            continue
        if _number(row["filters"]) != sum(_number(stage[name]) for stage in stages):
            yield f"the {row['network']} has other filters than its stages"


def _accuracy(case: Document, accuracy: Document) -> Iterator[str]:
    """Images that are classified rightly, or alike."""
    images = accuracy["images"]
    names = ("target_correct", "pruned_correct", "same_class", "certified_same_class")
    counts = [ends(accuracy[name]) for name in names]
    if any(low < 0 or high > images for low, high in counts):
        yield "it counts more images than there are"
    target, pruned, same, certified = counts
    if not is_bound(accuracy["certified_same_class"], "lower") or (
        certified[0] > same[1]
    ):
        yield "more images have certainly one class than have one class"
    apart = max(target[0] - pruned[1], pruned[0] - target[1])
    if apart > images - same[0] or target[0] + pruned[0] - images > same[1]:
        yield "its counts of right and of equal classes exclude each other"
    worst = max(target[1] - pruned[0], pruned[1] - target[0])
    for finding in case["findings"]:
        named = _POINTS.search(finding["claim"])
        if finding.get("key") != _ACCURACY or not named:
            continue
        try:
            allowed = exact_number(named[1], "claim") * images / 100
        except InvalidParameterError:
            continue
        if finding["verdict"] == "VERIFIED" and worst > allowed:
            yield "its accuracies differ by more than it claims"


def _balls(near: Document) -> Iterator[str]:
    """Images by the radius of a ball: proved, refuted, and open."""
    shares, still_open = near["shares"], near["open"]
    radii = [exact_number(share["radius"], "radius") for share in shares]
    begins = [exact_number(row["radius"], "radius") for row in still_open]
    if radii != sorted(set(radii)):
        yield "the radii of its balls do not increase"
    if len({row["image"] for row in still_open}) < len(still_open):
        yield "an image is open twice"
    refuted = Fraction(0)
    for radius, share in zip(radii, shares, strict=True):
        proved, seen = _number(share["proved"]), _number(share["refuted"])
        reached = [
            row["verdict"]
            for row, begin in zip(still_open, begins, strict=True)
            if begin <= radius
        ]
        shown = Fraction(reached.count("REFUTED"))
        if proved != share["images"] - len(reached):
            yield f"at radius {share['radius']} other images are proved than not open"
        if not max(refuted, shown) <= seen <= len(reached):
            yield f"at radius {share['radius']} other images are refuted than are open"
        refuted = seen
    if not set(begins) <= set(radii):
        yield "an image is open at no radius"
    for row in still_open:
        if row["verdict"] == "VERIFIED":
            yield "an image is open and VERIFIED"
        if is_there(row["margin"]) and ends(row["margin"])[0] > 0:
            yield "an image is open though its class leads"
