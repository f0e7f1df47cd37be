"""What belongs to one test: its settings, its recorder, what its failure says."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from slth_verify.pytest_plugin._journal import records_of
from slth_verify.pytest_plugin._settings import Settings, statement_of
from slth_verify.suite import Recorder
from slth_verify.suite.judging import seed_of

if TYPE_CHECKING:
    from slth_verify.conformance import ConformanceFailure

SETTINGS = pytest.StashKey[Settings]()
_RECORDER = pytest.StashKey[Recorder]()
_SENT = pytest.StashKey[int]()


def is_recorded(item: pytest.Item) -> bool:
    """Whether a test is marked, or uses a fixture of the plugin, or would have."""
    return (
        _RECORDER in item.stash
        or item.get_closest_marker("slth") is not None
        or "slth" in getattr(item, "fixturenames", ())  # all others stand on it
    )


def recorder_of(item: pytest.Item) -> Recorder:
    """The recorder of a test, one for each."""
    if _RECORDER not in item.stash:
        settings = item.config.stash[SETTINGS]
        recorder = item.stash[_RECORDER] = Recorder(
            seed=seed_of(settings.seed, item.nodeid),
            precision_cap=settings.precision_cap,
            statement=statement_of(item),
        )
        recorder.records = records_of(item, recorder.statement, recorder.seed)
    return item.stash[_RECORDER]


def new_records(item: pytest.Item) -> dict[str, Any]:
    """What a test says of itself, with what it recorded since the last call."""
    recorder = recorder_of(item)
    sent = item.stash.get(_SENT, 0)
    new = list(recorder.records[sent:])
    item.stash[_SENT] = sent + len(new)
    return {
        "statement": recorder.statement,
        "seed": str(recorder.seed),
        "records": new,
    }


def record_failure(recorder: Recorder, error: BaseException) -> None:
    """Record what a check of `slth_verify.conformance` contradicted."""
    for failure in _failures(error):
        recorder.contradiction(failure)


@contextmanager
def seen_ratios(recorder: Recorder) -> Iterator[None]:
    """Record the worst ratios that checks of `slth_verify.conformance` see inside.

    One above 1 belongs to a check that failed. Where the failure did not leave the
    block, the test wanted it, and the ratio is nothing against the claim.
    """
    room = sys.modules.get("slth_verify.conformance.recording.ratios")
    if room is None:
        yield
        return
    with room.worst_ratios() as found:
        try:
            yield
        except BaseException:
            recorder.worst(found)
            raise
        recorder.worst({name: ratio for name, ratio in found.items() if ratio <= 1})


def _failures(error: BaseException) -> Iterator[ConformanceFailure]:
    """Failures of checks in an exception; without the room there are none."""
    room = sys.modules.get("slth_verify.conformance._failure")
    if room is None:
        return
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _failures(inner)
    elif isinstance(error, room.ConformanceFailure):
        yield error
