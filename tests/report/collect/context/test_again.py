"""Who proves again, and when, changes nothing of what a report says."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from slth_verify.processes.background import BackgroundLostError
from slth_verify.report import Profile
from slth_verify.report.collect.context import again
from slth_verify.report.collect.context.again import Again

_PROFILE = Profile(name="p", stored_answers=5, success_trials=2)


class _Second:
    """A second process that does the first calls at once, and others never."""

    def __init__(self, done: int, lost: bool = False) -> None:
        self._done, self._lost = done, lost

    def call(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self._done > 0:
            self._done -= 1
            future.set_running_or_notify_cancel()
            if self._lost:
                future.set_exception(BackgroundLostError("gone"))
            else:
                future.set_result(function(*arguments))
        return future


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "_BATCH", 2)


def _told(second: _Second) -> tuple[Any, list[tuple[str, int, int]]]:
    calls: list[tuple[str, int, int]] = []
    made = Again(_PROFILE, 1, second)  # type: ignore[arg-type]
    made.share(lambda *call: calls.append(call))
    return made.told(), calls


def test_it_does_not_matter_who_proves() -> None:
    alone, calls = _told(_Second(4))
    stored, curve = alone
    assert [answer.again for answer in stored[:6]] == [True] * 5 + [False]
    assert curve is not None
    assert sum(point.trials for point in curve.points) == 7 * 2
    assert [call[1:] for call in calls] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert _told(_Second(1))[0] == alone  # all batches are shared
    assert _told(_Second(3))[0] == alone
    assert _told(_Second(4, lost=True))[0] == alone
