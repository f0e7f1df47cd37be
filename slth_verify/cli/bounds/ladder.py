"""The ladder of a bound: the paper's form, what is enough, and what is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slth_verify.cli.printing import Form, print_answers

if TYPE_CHECKING:
    from slth_verify.bounds import BoundResult, NetworkResult, TargetWidths

#: The JSON object of an answer, its lines, and its derivation; empty if it has none.
Rung = tuple[dict[str, Any], list[str], str]


def rung(
    answer: BoundResult | NetworkResult | TargetWidths, said: str, *more: str
) -> Rung:
    """An answer; ``said`` follows its kind, and more lines may follow."""
    return answer.to_json(), [f"{answer.kind}  {said}", *more], answer.to_text()


def given(answer: NetworkResult | TargetWidths) -> list[str]:
    """The hypotheses of an answer, one a line."""
    return [f"    given [{item.name}]: {item.text}" for item in answer.hypotheses]


def enough(answer: BoundResult) -> Rung:
    """A certified number of samples."""
    return rung(answer, f"n = {answer.n} is enough")


def needed(answer: BoundResult) -> Rung:
    """A necessary number of samples."""
    return rung(answer, f"fewer than n = {answer.n} are not enough")


def climb(kind: str, rungs: Mapping[str, Callable[[], Rung]]) -> list[Rung]:
    """The answer of one kind, or with ``all`` those of all kinds in their order."""
    return [ask() for name, ask in rungs.items() if kind in (name, "all")]


def print_ladder(rungs: Sequence[Rung], *, explain: bool, form: Form) -> None:
    """Print answers side by side, with their derivations at the end if asked for."""
    lines = [line for _, own, _ in rungs for line in own]
    if explain:
        lines += [derivation for _, _, derivation in rungs if derivation]
    print_answers(form, "bounds", [document for document, _, _ in rungs], lines)
