"""What belongs to one test: its settings, its recorder, what its failure says."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from slth_verify.pytest_plugin._settings import Settings, statement_of
from slth_verify.suite import Recorder

if TYPE_CHECKING:
    from slth_verify.conformance import ConformanceFailure

SETTINGS = pytest.StashKey[Settings]()
_RECORDER = pytest.StashKey[Recorder]()


def is_recorded(item: pytest.Item) -> bool:
    """Whether a test is marked or has used a fixture of the plugin."""
    return _RECORDER in item.stash or item.get_closest_marker("slth") is not None


def recorder_of(item: pytest.Item) -> Recorder:
    """The recorder of a test, one for each."""
    if _RECORDER not in item.stash:
        settings = item.config.stash[SETTINGS]
        text = f"{settings.seed}:{item.nodeid}"
        digest = hashlib.sha256(text.encode(errors="surrogateescape")).digest()
        item.stash[_RECORDER] = Recorder(
            seed=int.from_bytes(digest[:8], "big"),
            precision_cap=settings.precision_cap,
            statement=statement_of(item),
        )
    return item.stash[_RECORDER]


def record_failure(recorder: Recorder, error: BaseException) -> None:
    """Record what a check of `slth_verify.conformance` contradicted."""
    for failure in _failures(error):
        recorder.contradiction(failure)


@contextmanager
def seen_ratios(recorder: Recorder) -> Iterator[None]:
    """Record the worst ratios that checks of `slth_verify.conformance` see inside."""
    room = sys.modules.get("slth_verify.conformance.recording.ratios")
    if room is None:
        yield
        return
    with room.worst_ratios() as found:
        try:
            yield
        finally:
            recorder.worst(found)


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
