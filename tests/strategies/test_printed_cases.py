"""What Hypothesis prints of a failing case is complete, and in public words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from slth_verify import strategies as slst

FIRST = settings(
    max_examples=1,
    phases=(Phase.generate,),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

DRAWN: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
    "architectures": slst.architectures,
    "built_answers": slst.built_answers,
    "channel_blocked_masks": slst.channel_blocked_masks,
    "corrupted_tickets": slst.corrupted_tickets,
    "extreme_inputs": lambda: slst.extreme_inputs((1, 2, 2)),
    "forged_answers": slst.forged_answers,
    "missed_parameters": lambda: slst.missed_parameters("thm:rss"),
    "near_blocked_masks": slst.near_blocked_masks,
    "nsn_vectors": slst.nsn_vectors,
    "parameters": lambda: slst.parameters("thm:rss"),
    "random_networks": slst.random_networks,
    "seeds": slst.seeds,
    "stored_answers": slst.stored_answers,
    "subset_sum_problems": slst.subset_sum_problems,
    "target_graphs": slst.target_graphs,
    "target_kernels": lambda: slst.target_kernels((1, 1, 2, 2)),
    "target_networks": slst.target_networks,
    "tickets": slst.tickets,
}
#: A private name that is called, an object without its content, a shortened line.
HIDDEN = re.compile(r"\b_[a-z]\w*\(|object at 0x|in all")


def printed(strategy: st.SearchStrategy[Any]) -> str:
    @FIRST
    @given(case=strategy)
    def fails(case: Any) -> None:
        raise AssertionError

    with pytest.raises(AssertionError) as caught:
        fails()
    return "\n".join(caught.value.__notes__)


def test_every_strategy_is_looked_at() -> None:
    public = {name for name in slst.__all__ if name.islower()}
    assert set(DRAWN) == public - {"missable_hypotheses"}


@pytest.mark.parametrize("name", DRAWN)
def test_a_failing_case_is_printed_in_full(name: str) -> None:
    text = printed(DRAWN[name]())
    assert "case=" in text
    assert HIDDEN.search(text) is None


def test_lie_a_private_name_and_a_hidden_object() -> None:
    def _made(number: int) -> dict[str, int]:
        return {"a": number}

    assert HIDDEN.search(printed(st.integers().map(lambda x: _made(x))))
    assert HIDDEN.search(printed(st.builds(object)).replace("object()", repr(object())))
