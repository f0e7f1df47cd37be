"""Fixtures: a recorder, and what is drawn or decided under the options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from slth_verify.pytest_plugin._items import recorder_of
from slth_verify.suite import Recorder

if TYPE_CHECKING:
    from slth_verify.network import RandomCNN
    from slth_verify.verdict import Verdict


@pytest.fixture
def slth(request: pytest.FixtureRequest) -> Recorder:
    """Record what this test found: ``slth.verdict(sv.check(ticket, target))``."""
    return recorder_of(request.node)


@pytest.fixture
def slth_random_cnn(slth: Recorder) -> Callable[[Sequence[int]], RandomCNN]:
    """Make a random network of given widths, from this test's own seed."""

    def make(widths: Sequence[int]) -> RandomCNN:
        from slth_verify.network import RandomCNN

        return RandomCNN(seed=slth.seed, widths=tuple(widths))

    return make


@pytest.fixture
def slth_check(slth: Recorder) -> Callable[..., Any]:
    """Prove a ticket as `slth_verify.check` does, and record what it says."""

    def check(ticket: Any, target: Any, **options: Any) -> Any:
        from slth_verify.ticket import check

        return slth.verdict(check(ticket, target, **options))

    return check


@pytest.fixture
def slth_decide(slth: Recorder) -> Callable[..., Verdict]:
    """Decide as `slth_verify.enclosure.decide` does, up to ``--slth-precision-cap``."""

    def decide(lhs: Any, relation: Any, rhs: Any, *, claim: str) -> Verdict:
        from slth_verify.enclosure import decide

        reason = f"decided with at most {slth.precision_cap} bits"
        found = decide(lhs, relation, rhs, cap=slth.precision_cap)
        return slth.verdict(found, claim=claim, reason=reason)

    return decide
