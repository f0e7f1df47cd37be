"""What every case of a report has: files, progress, and seconds by stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from slth_verify.report._progress import Progress
from slth_verify.report.folder import TICKETS
from slth_verify.text import printable


@dataclass(frozen=True, eq=False)
class Task:
    """A case while it is made.

    Attributes:
        name: Of the target.
        stem: The beginning of its file names.
        output: Folder of the report.
        progress: Called as work goes on.
        seconds: Wall time of the stages that are over.
    """

    name: str
    stem: str
    output: Path
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def ticket_file(self) -> str:
        """The ticket, relative to the report."""
        return f"{TICKETS}/{self.stem}.slth.safetensors"

    @property
    def target_file(self) -> str:
        """The target, relative to the report."""
        return f"{TICKETS}/{self.stem}.target.safetensors"

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """Time a stage and report its progress."""
        label = f"{printable(self.name)}: {name}"
        self.progress(label, 0, 1)
        start = time.perf_counter()
        try:
            yield lambda done, total: self.progress(label, done, total)
        finally:
            self.seconds[name] = round(time.perf_counter() - start, 3)
        self.progress(label, 1, 1)
