"""Hostile ticket and target files: a clear refusal, exit code 2, at bounded cost."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.errors import InvalidTargetError, InvalidTicketError
from slth_verify.processes.bounded import run_bounded
from slth_verify.ticket import Ticket

KINDS = ("ticket", "target")
ERRORS = {"ticket": InvalidTicketError, "target": InvalidTargetError}


#: What a file of either kind holds instead of the honest one.
CONTENTS: dict[str, Callable[[Any, Path], bytes]] = {
    "nothing": lambda h, _: b"",
    "seven bytes": lambda h, _: b"\0" * 7,
    "length 0": lambda h, _: b"\0" * 8,
    "length beyond the file": lambda h, _: (1 << 62).to_bytes(8, "little") + b"{}",
    "all ones": lambda h, _: b"\xff" * 64,
    "text": lambda h, _: b"PK\x03\x04 no safetensors",
    "header is no JSON": lambda h, _: h.framed("{]"),
    "header is a list": lambda h, _: h.framed("[]"),
    "header is null": lambda h, _: h.framed("null"),
    "header is no UTF-8": lambda h, _: h.framed(b'{"\xff": 1}'),
    "nested header": lambda h, _: h.framed("[" * 200_000),
    "nested objects": lambda h, _: h.framed('{"a":' * 200_000),
    "header of a long integer": lambda h, _: h.framed("9" * 5000),
    "header with 1e999": lambda h, _: h.framed('{"a": 1e999}'),
    "header with NaN": lambda h, _: h.framed('{"a": NaN}'),
    "header with a surrogate": lambda h, _: h.framed('{"\\ud800": 1}'),
    "a key twice": lambda h, path: h.framed(
        json.dumps(h.parts(path)[0])[:-1] + ', "__metadata__": {}}', h.parts(path)[1]
    ),
    "truncated data": lambda h, path: path.read_bytes()[:-1],
    "longer data": lambda h, path: path.read_bytes() + b"\0",
}

#: What stands where the description should.
DESCRIPTIONS: dict[str, str] = {
    "is no JSON": "{",
    "is a list": "[]",
    "is a number": "1",
    "is nested": "[" * 100_000,
    "nested 60 levels": '{"a":' * 60 + "1" + "}" * 60,
    "has a key twice": '{"eps": "1", "eps": "2"}',
    "has NaN": '{"schema_version": NaN}',
    "has a long integer": '{"seed": ' + "9" * 5000 + "}",
    "has a surrogate": '{"target": "\\udc00"}',
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CONTENTS)
def test_hostile_contents_are_refused(
    name: str, kind: str, hostile: Any, tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(CONTENTS[name](hostile, hostile.files[kind]))
    hostile.refused(kind, bad, capsys)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_hostile_descriptions_are_refused(
    name: str, kind: str, hostile: Any, tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(hostile.described(hostile.files[kind], DESCRIPTIONS[name]))
    hostile.refused(kind, bad, capsys)


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path)


PLACES: dict[str, Callable[[Path], None]] = {
    "a pipe": _fifo,
    "a folder": lambda path: path.mkdir(),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": _loop,
    "a link to nothing": lambda path: path.symlink_to(path.parent / "nothing"),
    "nothing": lambda path: None,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PLACES)
def test_what_is_no_regular_file_is_refused(
    name: str, kind: str, hostile: Any, tmp_path: Path
) -> None:
    """In a process with a limit: a reader that waits would never come back."""
    bad = tmp_path / "bad"
    PLACES[name](bad)
    pair = {**hostile.files, kind: bad}
    with pytest.raises(ERRORS[kind]):
        run_bounded(sv.check, pair["ticket"], pair["target"], seconds=60)
    assert run(["check", str(pair["ticket"]), str(pair["target"])]) == 2


@pytest.mark.parametrize("name", ["a\0b", "", "x" * 5000, "\udcff", "a\nb\x1b[2J"])
def test_hostile_paths_are_refused(name: str, hostile: Any) -> None:
    for kind in KINDS:
        with pytest.raises(ERRORS[kind]) as caught:
            sv.check(*{**hostile.files, kind: name}.values())
        assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("wrong", [None, 5, b"ticket", object()])
def test_what_is_neither_file_nor_object_is_refused(wrong: Any, hostile: Any) -> None:
    with pytest.raises(InvalidTicketError):
        sv.check(wrong, hostile.files["target"])
    with pytest.raises(InvalidTargetError):
        sv.check(hostile.files["ticket"], wrong)


def test_what_is_written_can_be_read(hostile: Any, tmp_path: Path) -> None:
    """A ticket that the reader would refuse is not written."""
    target = sv.TargetCNN.from_file(hostile.files["target"])
    ticket = Ticket.load(hostile.files["ticket"])
    lies: list[dict[str, Any]] = [
        {"seed": True},
        {"stages": (replace(ticket.stages[0], width=(1 << 48) + 1),)},
        {"certified_error": "nan"},
        {"target": {**ticket.target, "more": "x"}},
        {"target": {**ticket.target, "name": "\ud800"}},
        {"versions": {"numpy": 2}},
    ]
    for lie in lies:
        with pytest.raises(InvalidTicketError):
            replace(ticket, **lie).save(tmp_path / "bad")
    assert not (tmp_path / "bad").exists()
    with pytest.warns(sv.errors.TrivialClaimWarning):
        long = sv.prune(target, sv.RandomCNN(1, (300,)), eps="9" * 999 + "e999")
    long.save(tmp_path / "long")
    assert Ticket.load(tmp_path / "long").eps == long.eps
    result = sv.check(tmp_path / "long", target)
    assert result.verdict is sv.Verdict.VACUOUS
