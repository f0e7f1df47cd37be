"""What the errors of a case must satisfy if its claim is proved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import exact_number
from slth_verify.report.model.ends import (
    ROUNDING,
    Document,
    ends,
    goes_with,
    is_bound,
    is_there,
    is_within,
)
from slth_verify.report.model.observations import CONSISTENT, TARGET_AND_PRUNED

#: A number that a claim names in nine digits, rounded down, is less than this larger.
_NINE_DIGITS = 1 + Fraction(2, 10**8)
#: Keys of claims about the error, their number, and how much larger it may be in truth.
_CLAIMED = (
    ("error on the box", re.compile(r" <= (\S+)$"), Fraction(1)),
    ("error against what was asked", re.compile(r"at most the (\S+) "), _NINE_DIGITS),
)
_RELATIVE = "error against the largest output", re.compile(r"at most (\S+) of ")


def error_faults(case: Document) -> Iterator[str]:
    """What does not go together, worst first.

    Args:
        case: That says that its claim is proved.
    """
    ticket = case["ticket"]
    if ticket is None or not is_there(ticket["certified_error"]):
        yield "it names no certified error"
        return
    error = ticket["certified_error"]
    if not is_bound(error, "upper"):
        yield "its certified error is no proved upper bound"
    if ends(error)[1] < 0:
        yield "its certified error is negative"
    yield from _claim(case, error)
    yield from _seen(case, error)
    yield from _near(case, error)
    yield from _parts(case, error)
    yield from _range(case["target"])
    yield from _stages(case, error)


def _claim(case: Document, error: Document) -> Iterator[str]:
    asked = ends(case["eps"])[0]
    if not is_within(error, asked):
        yield "its certified error is not proved to be within the claim"
    if case["verdict"] == "VERIFIED" and 2 * asked >= ends(case["target"]["widest"])[1]:
        yield "constants meet its claim as well"
    if case["witness"] is not None:
        yield "it names an image that refutes its claim"
    for key, words, slack in _CLAIMED:
        for number in _numbers(case, key, words):
            if not is_within(error, number * slack):
                yield f"its certified error exceeds what it claims as the {key}"
    relative = ticket_figure(case, "relative_error")
    for number in _numbers(case, *_RELATIVE):
        if not (is_bound(relative, "upper") and is_within(relative, number)):
            yield "its relative error exceeds what it claims of it"


def ticket_figure(case: Document, name: str) -> Document:
    """A figure of a ticket."""
    found: Document = case["ticket"][name]
    return found


def _numbers(case: Document, key: str, words: re.Pattern[str]) -> Iterator[Fraction]:
    """The number that a claim names, where it was proved; nothing where it is none."""
    for finding in case["findings"]:
        named = words.search(finding["claim"])
        if finding.get("key") != key or finding["verdict"] != "VERIFIED" or not named:
            continue
        try:
            yield exact_number(named[1], "claim")
        except InvalidParameterError:
            continue


def _seen(case: Document, error: Document) -> Iterator[str]:
    """Forward passes: a difference beyond its limit, but for rounding."""
    for seen in case["observations"]:
        difference, rounding, limit = (
            seen[name] for name in ("difference", "rounding", "limit")
        )
        if seen["outcome"] != CONSISTENT or not is_there(difference):
            yield "forward passes are not consistent with it"
            continue
        if not is_bound(limit, "upper"):
            yield "a limit of its forward passes is no proved upper bound"
            continue
        if seen["subject"] == TARGET_AND_PRUNED and ends(limit) != ends(error):
            yield "the limit of its forward passes is not its certified error"
        slack = ends(rounding)[1] if is_there(rounding) else 0
        if ends(difference)[0] - slack > ends(limit)[1]:
            yield "a difference that was seen is not below its certified error"


def _near(case: Document, error: Document) -> Iterator[str]:
    near = case["nearness"]
    if near is None:
        return
    if not is_there(near["certified"]) or ends(near["certified"]) != ends(error):
        yield "it names two certified errors"
    low, high = ends(near["attacked"])
    if low > ends(error)[1]:
        yield "an attack differs by more than its certified error"
    plain = near["by_intervals"]
    if is_there(plain):
        if not is_bound(plain, "upper"):
            yield "its error by intervals is no proved upper bound"
        if ends(plain)[1] < ends(error)[1]:
            yield "its error by intervals is below the certified one, the least of both"
    loose = near["looseness"]
    if not is_there(loose):
        return
    least, most = ends(error)
    if not is_bound(loose, "upper") or low <= 0:
        yield "its looseness is no proved upper bound"
    elif not goes_with(loose, least / high, most / low):
        yield "its looseness is not its certified error over the attacked one"


def _parts(case: Document, error: Document) -> Iterator[str]:
    """The error as parts of ranges and outputs."""
    low, high = ends(error)
    share = ticket_figure(case, "share_of_range")
    widest = ends(case["target"]["widest"])[1]
    if is_there(share):
        if not is_bound(share, "upper") or widest <= 0:
            yield "its share of the range is no proved upper bound"
        elif not goes_with(share, low / widest, high / (widest * (1 - ROUNDING))):
            yield "its share of the range is not its certified error over the range"
    relative = ticket_figure(case, "relative_error")
    if is_there(relative):
        output = case["target"]["largest_output"]
        if (
            not is_bound(relative, "upper")
            or not is_bound(output, "lower")
            or ends(output)[0] <= 0
        ):
            yield "its relative error is no proved upper bound"
            return
        least, most = ends(output)
        if ends(relative)[0] > high / most or ends(relative)[1] < low / least:
            yield "its relative error is not its certified error over the output"


def _range(target: Document) -> Iterator[str]:
    """Outputs of the target that its range does not admit."""
    low, high = ends(target["output_range"])
    if ends(target["widest"])[1] * (1 - ROUNDING) > high - low:
        yield "an output ranges over more than all of them"
    output = target["largest_output"]
    if is_there(output) and ends(output)[0] > max(abs(low), abs(high)):
        yield "an output that was seen is beyond their range"


def _stages(case: Document, error: Document) -> Iterator[str]:
    stages = case["ticket"]["stages"]
    for stage in stages:
        own, carried, after = (
            stage[name] for name in ("own_error", "carried_error", "error")
        )
        if not all(is_bound(figure, "upper") for figure in (own, carried, after)):
            yield f"an error of the stage {stage['stage']} is no proved upper bound"
        if min(ends(figure)[1] for figure in (own, carried, after)) < 0:
            yield f"an error of the stage {stage['stage']} is negative"
        if ends(after)[0] > ends(own)[1] + ends(carried)[1]:
            yield f"the stage {stage['stage']} errs by more than its parts"
    # in a chain of the paper's class nothing behind the last stage enlarges its error
    if stages and not case["target"]["outside"]:
        last = ends(stages[-1]["error"])[1]
        if last < ends(error)[0]:
            yield "its certified error exceeds that of its last stage"
