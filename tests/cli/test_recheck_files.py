"""Files for ``bounds recheck``: an answer or a refusal, soon, whoever wrote them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from slth_verify.cli import run

_SOURCE = files("slth_verify.strategies") / "answers.json"
ANSWER: dict[str, Any] = next(
    answer
    for answer in json.loads(_SOURCE.read_text(encoding="utf-8")).values()
    if answer["statement"] == "der:weighted-moment" and "prob" in answer["inputs"]
)
WHOLE = json.dumps(ANSWER)


def _altered(**changes: Any) -> bytes:
    return json.dumps(ANSWER | changes).encode()


def _asked(**changes: Any) -> bytes:
    return _altered(inputs=ANSWER["inputs"] | changes)


#: Not read at all: exit code 2.
REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"slth",
    "half a document": WHOLE[:-9].encode(),
    "not UTF-8": b"\xff\xfe" + WHOLE.encode("utf-16"),
    "NaN": WHOLE.replace(f'"n": {ANSWER["n"]}', '"n": NaN').encode(),
    "an infinite number": WHOLE.replace(f'"n": {ANSWER["n"]}', '"n": 1e999').encode(),
    "an integer of 5000 digits": WHOLE.replace(
        f'"n": {ANSWER["n"]}', '"n": ' + "9" * 5000
    ).encode(),
    "lists in lists": b"[" * 100_000,
    "objects in objects": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    "a key twice": (WHOLE[:-1] + ', "n": 1}').encode(),
    "nine megabytes": b" " * (9 << 20),
    "ten thousand answers": json.dumps({"results": [ANSWER] * 10_000}).encode(),
    "a lone surrogate": _altered(statement="\ud800"),
    "answers and more": json.dumps({"results": [ANSWER, ANSWER], "n": 1}).encode(),
}

#: Read, but nothing is proved: exit code 3.
UNPROVED: dict[str, bytes] = {
    "a list": b"[]",
    "a number": b"7",
    "an exponent without end": _altered(n="1e999999999"),
    "an accuracy without end": _asked(eps="1e-999999999"),
    "a width of 10^400": _altered(n=str(10**400)),
    "a negative dimension": _asked(dim=-2),
    "a dimension without end": _asked(dim=10**12),
    "a boolean width": _altered(n=True),
    "a null width": _altered(n=None),
    "no inputs": _altered(inputs={}),
    "no steps": _altered(ledger=[]),
    "a thousand steps": _altered(ledger=ANSWER["ledger"] * 1000),
    "another key": _altered(norm="1000000"),
    "a step that is a text": _altered(ledger=["der:weighted-moment"]),
    "a screen that is cleared": _altered(statement="\x1b[2J\u202egnorw\nVERIFIED"),
    "no answers": b'{"results": []}',
}


def _rechecked(content: bytes, folder: Path) -> int:
    path = folder / "answer.json"
    path.write_bytes(content)
    limits = ["--time-limit", "60", "--memory-limit", "1024"]
    return run(["bounds", "recheck", str(path), *limits])


def _harmless(said: str) -> None:
    assert "Traceback" not in said
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert len(said) < 5_000


def test_the_answer_itself_is_verified(tmp_path: Path, capsys: Any) -> None:
    assert _rechecked(WHOLE.encode(), tmp_path) == 0
    assert _rechecked(json.dumps({"results": [ANSWER] * 2}).encode(), tmp_path) == 0
    assert "VERIFIED" in capsys.readouterr().out
    assert _rechecked(_altered(schema_version=1), tmp_path) == 0
    assert _rechecked(_altered(schema_version=2), tmp_path) == 3


def test_what_a_command_prints_is_read_again(tmp_path: Path, capsys: Any) -> None:
    question = ["bounds", "mrss", "--dim", "2", "--eps", "1/10", "--prob", "1/2"]
    for kind in ("certified", "all"):
        assert run([*question, "--kind", kind, "--json"]) == 0
        printed = capsys.readouterr().out
        assert json.loads(printed)["schema_version"] == 1
        assert _rechecked(printed.encode(), tmp_path) == 0
        capsys.readouterr()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_document_is_refused(name: str, tmp_path: Path, capsys: Any) -> None:
    assert _rechecked(REFUSED[name], tmp_path) == 2
    said = capsys.readouterr()
    assert said.out == ""
    _harmless(said.err)


@pytest.mark.parametrize("name", UNPROVED)
def test_what_is_no_answer_proves_nothing(
    name: str, tmp_path: Path, capsys: Any
) -> None:
    assert _rechecked(UNPROVED[name], tmp_path) == 3
    said = capsys.readouterr()
    assert "VERIFIED\n" not in said.out
    _harmless(said.out + said.err)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
@pytest.mark.parametrize(
    "make",
    [os.mkfifo, os.mkdir, lambda path: os.symlink(path, path), lambda path: None],
    ids=["pipe", "folder", "link to itself", "missing"],
)
def test_what_is_no_file_is_refused(
    make: Callable[[Path], None], tmp_path: Path, capsys: Any
) -> None:
    make(tmp_path / "answer.json")
    assert run(["bounds", "recheck", str(tmp_path / "answer.json")]) == 2
    _harmless(capsys.readouterr().err)
