"""Signals at any moment: no process, no half a file, and a journal that resumes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.cli import run

pytestmark = [
    pytest.mark.usefixtures("usual_signals"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc"),
]
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
_PATIENCE = 60.0  # seconds for the last process to be gone


def _target(folder: Path) -> Path:
    rng = np.random.default_rng(6)
    shapes = [(4, 2, 3, 3), (4, 4, 3, 3), (2, 4, 1, 1)]
    kernels = tuple(
        (rng.standard_normal(shape) / 8).astype(np.float32) for shape in shapes
    )
    path = folder / "net.safetensors"
    sv.TargetCNN.from_kernels(kernels, (2, 8, 8), name="toy").save(path)
    return path


def _command(kind: str, folder: Path) -> list[str]:
    start = [sys.executable, "-m", "slth_verify", kind]
    if kind == "report":
        return [*start, "--output", str(folder / "out"), "--seed", "3"]
    ticket = str(folder / "out" / "t")
    more = ["--eps", "1/20", "--seed", "5", "--workers", "2", "--output", ticket]
    return [*start, str(folder / "net.safetensors"), *more]


def _bearing(mark: str) -> list[str]:
    """Command lines of all processes whose environment bears a mark."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                if mark.encode() in (place / "environ").read_bytes():
                    found.append((place / "cmdline").read_text())
            except OSError:
                continue
    return found


def _end(
    kind: str, number: signal.Signals, seconds: float, folder: Path
) -> tuple[int, str]:
    """Start a command, end it by a signal some seconds later, wait for all of it."""
    mark = f"mark-{folder.name}-{os.getpid()}"
    environment = os.environ | {"SLTH_VERIFY_CACHE": str(folder / "cache"), "M": mark}
    with subprocess.Popen(
        _command(kind, folder), env=environment, stderr=subprocess.PIPE, text=True,
        stdout=subprocess.DEVNULL,
    ) as running:  # fmt: skip
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            running.send_signal(number)
        said = running.communicate()[1]
    end = time.monotonic() + _PATIENCE
    while (left := _bearing(mark)) and time.monotonic() < end:
        continue
    assert left == []
    return running.returncode, said


def _whole(kind: str, folder: Path) -> None:
    """Whatever lies in the output is a whole file under its own name."""
    for path in (folder / "out").rglob("*"):
        assert not path.name.startswith("."), path
        if kind == "prune":
            assert sv.check(path, folder / "net.safetensors").verdict.name == "VERIFIED"


def _at_any_moment(
    kind: str, number: signal.Signals, seed: int, folder: Path, most: float
) -> None:
    (folder / "out").mkdir(exist_ok=True)
    _target(folder)
    seconds = random.Random(seed).uniform(0.1, most)
    code, said = _end(kind, number, seconds, folder)
    early = -int(number)  # before the command had set up its answer
    assert code in (0, 1, 3, early, CODES.get(number, early))
    if code == CODES.get(number):
        assert "slth-verify: " in said
        assert "Traceback" not in said
    _whole(kind, folder)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The ticket of a search that nobody ends."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "out").mkdir()
    _target(folder)
    words = [*_command("prune", folder)[3:], "--workers", "1"]  # which change no byte
    assert run(words) == 0
    return (folder / "out" / "t").read_bytes()


def _resumed(folder: Path) -> bytes:
    """The ticket once the search has been run to its end; its journal is gone."""
    code, _ = _end("prune", signal.SIGKILL, 600.0, folder)
    assert code == 0
    _whole("prune", folder)
    assert os.listdir(folder / "cache" / "journals") == []
    return (folder / "out" / "t").read_bytes()


def test_a_search_is_ended_twice_and_resumes(
    undisturbed: bytes, tmp_path: Path
) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        _at_any_moment("prune", number, int(number), tmp_path, 4.0)
    assert _resumed(tmp_path) == undisturbed


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("kind", ["prune", "report"])
def test_every_moment(
    kind: str, number: signal.Signals, seed: int, undisturbed: bytes, tmp_path: Path
) -> None:
    most = 12.0 if kind == "prune" else 60.0
    _at_any_moment(kind, number, seed, tmp_path, most)
    if kind == "prune":
        assert _resumed(tmp_path) == undisturbed


def test_half_a_file_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    _target(tmp_path)
    (tmp_path / "out" / ".t.x7f").write_bytes(b"half")
    with pytest.raises(AssertionError):
        _whole("prune", tmp_path)


def test_a_process_that_stays_would_be_noticed(tmp_path: Path) -> None:
    mark = f"mark-{tmp_path.name}-{os.getpid()}"
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], env=os.environ | {"M": mark},
        stdin=subprocess.PIPE,
    ) as staying:  # fmt: skip
        try:
            while staying.poll() is None and not (found := _bearing(mark)):
                continue
            assert len(found) == 1
        finally:
            staying.kill()


def test_an_interrupt_while_commands_are_loaded_ends_in_silence() -> None:
    code = """
import os, signal, sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "slth_verify.cli":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
from slth_verify.__main__ import main
main()
"""
    words = [sys.executable, "-c", code, "--version"]
    done = subprocess.run(words, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")
