"""How a report says what it is doing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called as work goes on; stages look like ``"digits: prune"``."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` steps of ``stage`` are finished.

        The first call of a stage has ``done`` 0, its last one ``done == total``.
        """


def silent(stage: str, done: int, total: int) -> None:
    """A `Progress` that says nothing."""
