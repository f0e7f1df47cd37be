"""A process that gives files to one reader and says what became of them.

``python -m benchmarks.support.fuzzing.child READER HOW SEED INPUTS FOLDER``; ``HOW`` is
``structure`` (Hypothesis changes what a file says), ``bytes`` (atheris changes its
bytes, led by what they reach) or ``blind`` (bytes are changed without a look at what
they reach). The outcome is written to ``FOLDER/outcome.json``; the file that is read
lies in ``FOLDER/files``, so that it is still there if the process is ended.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

_ROUND = 500  # inputs after which the outcome is written


class Session:
    """The files of one process."""

    def __init__(self, name: str, folder: Path) -> None:
        from benchmarks.support.fuzzing.judging import Findings
        from benchmarks.support.fuzzing.readers import READERS
        from benchmarks.support.fuzzing.watching import (
            Watch,
            end_without_words,
            peak,
        )

        self.reader = READERS[name]
        self.folder, self._peak = folder, peak
        home = folder / "files"
        home.mkdir(exist_ok=True)
        self.path = home / self.reader.file
        os.chdir(home)
        self.findings = Findings()
        for content in self.reader.genuine:
            self.findings.judge(self.reader, content, self.path)
        refused = self.findings.outcomes["refused"]
        if self.findings.faults or refused:
            raise SystemExit(f"genuine files: {self.findings}")
        self.findings = Findings()
        self.watch = Watch(home, reads=not self.reader.reads_elsewhere)
        self._before, self._start = peak(), time.perf_counter()
        self.longest = 0.0
        end_without_words()

    def give(self, content: bytes) -> None:
        """One file."""
        from benchmarks.support.fuzzing.watching import limited

        begun = time.process_time()
        with self.watch.watching(), limited(self.reader.seconds):
            self.findings.judge(self.reader, content, self.path)
        self.longest = max(self.longest, time.process_time() - begun)
        if self.findings.outcomes.total() % _ROUND == 0:
            self.write()

    def write(self) -> None:
        """What is known so far."""
        stray = sorted(
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if path.is_file() and not self._expected(path)
        )
        document = {
            "outcomes": dict(self.findings.outcomes),
            "faults": self.findings.faults,
            "seen": sorted(self.watch.seen)[:50],
            "strays": stray[:50],
            "longest": round(self.longest, 3),
            "memory": self._peak() - self._before,
            "seconds": round(time.perf_counter() - self._start, 1),
        }
        place = self.folder / "outcome.part"
        place.write_text(json.dumps(document))
        place.replace(self.folder / "outcome.json")

    def _expected(self, path: Path) -> bool:
        """The file itself, what SQLite keeps beside it, the cache, and the outcome."""
        known = path.name.startswith((self.reader.file, "outcome.", "corpus"))
        return known or path.suffix == ".json" or "corpus" in path.parts


def by_structure(session: Session, seed: int, inputs: int) -> None:
    """Hypothesis changes what files say."""
    import hypothesis
    from hypothesis import HealthCheck, Phase, given, settings

    from benchmarks.support.fuzzing.changes import changed_files

    files = changed_files(session.reader.genuine, session.reader.form)

    @hypothesis.seed(seed)
    @settings(
        max_examples=inputs,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(content=files)
    def give(content: bytes) -> None:
        session.give(content)

    give()
    session.write()


def by_bytes(session: Session, seed: int, inputs: int) -> None:
    """Atheris changes bytes, led by the lines that they reach."""
    import atheris

    corpus = session.folder / "corpus"
    corpus.mkdir(exist_ok=True)
    seeds = session.reader.seeds
    for number, content in enumerate(seeds):
        (corpus / f"{number}").write_bytes(content)
    longest = max(4096, 2 * max(map(len, seeds)))
    options = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={longest}", "-timeout=0"]
    quiet = ["-print_final_stats=0", "-verbosity=0", "-rss_limit_mb=0"]
    # else libFuzzer writes a file for what takes ten seconds by the clock
    quiet.append(f"-report_slow_units={1 << 30}")

    def give(data: bytes) -> None:
        session.give(session.reader.file_of(data))
        if session.findings.outcomes.total() >= inputs:
            session.write()

    atheris.Setup([sys.argv[0], *options, *quiet, str(corpus)], give)
    atheris.Fuzz()


def blindly(session: Session, seed: int, inputs: int) -> None:
    """Bytes are changed at drawn places."""
    from benchmarks.support.fuzzing.changes import changed_bytes

    random, seeds = Random(seed), session.reader.seeds
    for _ in range(inputs):
        changed = changed_bytes(random.choice(seeds), random)
        session.give(session.reader.file_of(changed))
    session.write()


HOW: dict[str, Callable[[Session, int, int], None]] = {
    "structure": by_structure,
    "bytes": by_bytes,
    "blind": blindly,
}


def main(arguments: list[str]) -> None:
    """One process."""
    name, how, seed, inputs, folder = arguments
    if how == "bytes":
        import atheris

        with atheris.instrument_imports(include=["slth_verify"]):
            session: Any = Session(name, Path(folder))
    else:
        session = Session(name, Path(folder))
    HOW[how](session, int(seed), int(inputs))


if __name__ == "__main__":
    main(sys.argv[1:])
