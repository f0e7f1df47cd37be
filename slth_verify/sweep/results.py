"""Results that contradict themselves or the question of their run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from slth_verify.claims import Claim, enough, needed
from slth_verify.numbers import exact_number, whole_numbers_of_text
from slth_verify.sweep.kinds import shape_of
from slth_verify.verdict import Verdict

#: Inputs or a result, of which nothing is believed.
Given = Mapping[str, Any]

#: What readers of a result raise that this version did not write.
UNFIT = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


def complaint(kind: str, inputs: Given, result: Given) -> str:
    """Why no run of these inputs has this result; empty if it may be so.

    Args:
        kind: Name of the kind; others than this version's are left alone.
        inputs: Of the run.
        result: Of the run, which is done.

    Raises:
        LookupError, TypeError, ValueError: It is no result of this kind.
    """
    judge = _JUDGES.get(kind)
    return judge(inputs, result) if judge else ""


def claims(kind: str, inputs: Given, result: Given) -> Iterator[Claim]:
    """What a result of ``width``, ``bound`` or ``success-bound`` claims to be proved.

    Raises:
        LookupError, TypeError, ValueError: It is no result of this kind.
    """
    if kind == "width":
        side = _SIDES[inputs["side"]]
        probability = exact_number(inputs["probability"])
        yield side(result["width"], probability, *_question(inputs))
    elif kind == "success-bound":
        accuracy, dimension, norm = _question(inputs)
        for name in ("lower", "upper"):
            yield Claim(
                about=(),
                dimension=dimension,
                accuracy=accuracy,
                norm=norm,
                samples=_count(inputs, "samples"),
                probability=exact_number(result[name], name),
                at_least=name == "lower",
            )
    elif kind == "bound":
        side = _SIDES[inputs["side"]]
        numbers = map(exact_number, (inputs["probability"], inputs["eps"]))
        probability, accuracy = numbers
        kernel, channels = shape_of(inputs)
        for layer, width in enumerate(_listed(result, "widths")):
            about = (*kernel, 0, *channels, layer)
            yield side(width, probability, accuracy, about=about)


def refuted(kind: str, result: Given) -> bool:
    """Whether a run found a ticket whose claim its checker refuted."""
    return kind == "prune" and result.get("verdict") == Verdict.REFUTED.name


def rounded_up(number: Fraction) -> float:
    """The float nearest to a number, or the next one above."""
    nearest = float(number)
    return nearest if nearest >= number else math.nextafter(nearest, math.inf)


def _question(inputs: Given) -> tuple[Fraction, int, Fraction]:
    accuracy, norm = exact_number(inputs["eps"]), exact_number(inputs["norm"])
    return accuracy, _count(inputs, "dimension"), norm


def _width(inputs: Given, result: Given) -> str:
    width = _count(result, "width")
    accuracy, _, norm = _question(inputs)
    if width < 0:
        return f"width={width} is negative"
    if norm <= accuracy and inputs["side"] == "necessary" and width:
        return f"width={width}: the empty subset hits, no sample is needed"
    if norm > accuracy and inputs["side"] == "certified" and not width:
        return "width=0: the empty subset does not hit"
    return ""


def _bound(inputs: Given, result: Given) -> str:
    kernel, channels = shape_of(inputs)
    widths = _listed(result, "widths")
    if len(widths) != len(kernel):
        return f"widths={result['widths']} for {len(kernel)} layers"
    if _count(result, "widest") != max(widths):
        return f"widths={result['widths']}, but widest={result['widest']}"
    filters = sum(2 * n * c for n, c in zip(widths, channels[:-1], strict=True))
    if _count(result, "filters") != filters:
        return f"widths={result['widths']}, but filters={result['filters']}"
    return ""


def _success_bound(inputs: Given, result: Given) -> str:
    lower, upper = (exact_number(result[name], name) for name in ("lower", "upper"))
    ends = f"lower={result['lower']}, upper={result['upper']}"
    if lower > upper:
        return f"{ends}: the lower end exceeds the upper one"
    if lower < 0 or upper > 1:
        return f"{ends}: no probability lies there"
    accuracy, _, norm = _question(inputs)
    if norm <= accuracy and upper < 1:
        return f"{ends}: the empty subset hits"
    return ""


def _success(inputs: Given, result: Given) -> str:
    hits, trials = _count(result, "hits"), _count(inputs, "trials")
    if trials < 1:
        raise ValueError(f"trials={trials}")
    return "" if 0 <= hits <= trials else f"hits={hits} of trials={trials}"


def _search(inputs: Given, result: Given) -> str:
    found, residual = _truth(result, "found"), _float(result, "residual")
    size, samples = _count(result, "size"), _count(inputs, "samples")
    if residual < 0:
        return f"residual={residual} is negative"
    if not 0 <= size <= samples:
        return f"size={size} of samples={samples}"
    eps = float(exact_number(inputs["eps"]))
    # as the search decides it, with the same rounding
    if 0 < eps < math.inf and found is not (residual / eps <= 1.0):
        return f"found={found}, but residual={residual} and eps={inputs['eps']}"
    return ""


def _prune(inputs: Given, result: Given) -> str:
    found = _truth(result, "found")
    error, used = result["certified_error"], str(result["used_widths"])
    error = None if error is None else _float(result, "certified_error")
    if error is not None and error < 0:
        return f"certified_error={error} is negative"
    if inputs["widths"] and used != inputs["widths"]:
        return f"used_widths={used}, but widths={inputs['widths']} were asked for"
    if not found:
        told = sorted({"verdict", "kept"} & set(result))
        return f"found=False, but {told[0]}={result[told[0]]}" if told else ""
    verdict = str(result["verdict"])
    if verdict not in Verdict.__members__:
        raise ValueError("verdict: it is none")
    if (kept := _count(result, "kept")) < 0:
        return f"kept={kept} is negative"
    return _verdict_of(verdict, error, str(inputs["eps"]))


def _verdict_of(verdict: str, error: float | None, eps: str) -> str:
    """Whether verdict and certified error go together.

    What is REFUTED may have an error within eps: another claim of the ticket is false.
    """
    if verdict == Verdict.VERIFIED.name and error is None:
        return "verdict=VERIFIED without a certified error"
    if error is None or eps.endswith("%"):  # a share of what the row does not say
        return ""
    number = exact_number(eps)
    if verdict == Verdict.VERIFIED.name and error > rounded_up(number):
        return f"verdict=VERIFIED, but certified_error={error} exceeds eps={eps}"
    return ""


def _count(given: Given, name: str) -> int:
    value = given[name]
    if type(value) is not int:
        raise TypeError(f"{name}: no integer")
    return value


def _float(given: Given, name: str) -> float:
    value = given[name]
    if type(value) not in (int, float):
        raise TypeError(f"{name}: no number")
    return float(value)


def _truth(given: Given, name: str) -> bool:
    value = given[name]
    if not isinstance(value, bool):
        raise TypeError(f"{name}: neither true nor false")
    return value


def _listed(given: Given, name: str) -> tuple[int, ...]:
    if not isinstance(given[name], str):
        raise TypeError(f"{name}: no text")
    return tuple(whole_numbers_of_text(given[name], name, least=0))


_SIDES: Mapping[str, Callable[..., Claim]] = {"certified": enough, "necessary": needed}
_JUDGES: Mapping[str, Callable[[Given, Given], str]] = {
    "prune": _prune,
    "search": _search,
    "success": _success,
    "success-bound": _success_bound,
    "width": _width,
    "bound": _bound,
}
