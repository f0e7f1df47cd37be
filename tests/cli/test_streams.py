"""Pipes that are closed, disks that are full, and runs that nobody watches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from slth_verify.cli import run
from slth_verify.cli.printing.plain_progress import plain_progress

LIGHT = [["--help"], ["--version"], ["nonsense"]]
#: They load all statements, as the long one does.
HEAVY = [
    pytest.param(words, marks=pytest.mark.nightly)
    for words in (["statements", "thm:rss"], ["statements", "thm:nonsense", "--json"])
]
#: More than a pipe holds at once.
LONG = ["statements", "--json"]


def _run(words: list[str], **streams: object) -> tuple[int, str]:
    command = [sys.executable, "-m", "slth_verify", *words]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    done = subprocess.run(command, text=True, check=False, **options)
    return done.returncode, done.stderr or ""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
@pytest.mark.parametrize("words", [*LIGHT, LONG, *HEAVY], ids=" ".join)
def test_a_closed_pipe_is_never_a_verdict(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        code, said = _run(words, stdout=writing)
    finally:
        os.close(writing)
    assert code in (0, 2, 141)
    assert code != 2 or "nonsense" in " ".join(words)
    assert "Traceback" not in said
    assert "Exception ignored" not in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize(
    "words", [*LIGHT, ["statements", "thm:rss"], HEAVY[1]], ids=" ".join
)
def test_an_output_that_is_full_is_no_verdict(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        code, said = _run(words, stdout=full)
        assert code == 2
        assert "Traceback" not in said
        assert "Exception ignored" not in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("words", [["--version"], ["nonsense"]], ids=" ".join)
def test_messages_that_are_lost_change_no_exit_code(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        code, _ = _run(words, stderr=full)
        assert code == (2 if "nonsense" in words else 0)


def test_letters_never_fail(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    for words in (["statements", "thm:rss"], ["check", "\u00e9", "\u202e"]):
        code, said = _run(words, env=environment)
        assert code == (0 if words[0] == "statements" else 2)
        assert "Traceback" not in said


def test_a_long_run_tells_where_it_is_and_a_short_one_does_not() -> None:
    told: list[str] = []
    twice = threading.Event()

    def tell(line: str) -> None:
        told.append(line)
        if len(told) >= 2:
            twice.set()

    with plain_progress(tell, first=1e-3, every=1e-3) as advance:
        advance("subset sums", 3, 8)
        assert twice.wait(60)
    assert told[0].startswith("slth-verify: subset sums 3/8, ")
    told.clear()
    with plain_progress(tell, first=1e6) as advance:
        advance("subset sums", 3, 8)
    assert told == []


def test_lack_of_memory_decides_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def greedy(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("slth_verify.statements.statement", greedy)
    assert run(["statements", "thm:rss", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["verdict"] == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ("bash_source", 0, b"_slth_verify_completion"),
        ("zsh_source", 0, b"#compdef slth-verify"),
        ("fish_source", 0, b"function _slth_verify_completion"),
        ("bash_complete", 0, b"plain,prune"),
        ("nonsense", 2, b"bash_source, zsh_source or fish_source was required"),
    ],
)
def test_completions_of_shells_have_exit_codes_of_their_own(
    asked: str, code: int, said: bytes
) -> None:
    asks = {"COMP_WORDS": "slth-verify pr", "COMP_CWORD": "1"}
    words = [sys.executable, "-m", "slth_verify"]
    done = subprocess.run(
        words,
        env={**os.environ, **asks, "_SLTH_VERIFY_COMPLETE": asked},
        capture_output=True,
        check=False,
    )
    assert done.returncode == code
    assert said in done.stdout + done.stderr
