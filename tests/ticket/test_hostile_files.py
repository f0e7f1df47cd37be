"""Hostile ticket and target files: a clear refusal, exit code 2, at bounded cost."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.bounded import run_bounded
from slth_verify.cli import run
from slth_verify.errors import InvalidTargetError, InvalidTicketError
from slth_verify.ticket import Ticket

Header = dict[str, Any]
#: Header as text, data, and what to change before both are put together.
Change = Callable[[Header, dict[str, Any]], Any]

KEYS = {"ticket": "slth_verify_ticket", "target": "slth_verify_target"}
ERRORS = {"ticket": InvalidTicketError, "target": InvalidTargetError}


@pytest.fixture(scope="module")
def target() -> sv.TargetCNN:
    kernel = np.array([[[[0.25]], [[-0.5]]]], dtype=np.float32)
    return sv.TargetCNN((kernel,), (2, 3, 3), "pointwise")


@pytest.fixture(scope="module")
def files(target: sv.TargetCNN, tmp_path_factory: Any) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("honest")
    network = sv.RandomCNN(seed=1, widths=(300,))
    sv.prune(target, network, eps="1/20").save(folder / "ticket")
    target.save(folder / "target")
    return {kind: folder / kind for kind in KEYS}


def _parts(path: Path) -> tuple[Header, bytes]:
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def _framed(header: str | bytes, data: bytes = b"") -> bytes:
    text = (
        header.encode("utf-8", "surrogatepass") if isinstance(header, str) else header
    )
    return len(text).to_bytes(8, "little") + text + data


def _tensor(header: Header) -> Header:
    """Description of one of the tensors."""
    return next(value for key, value in header.items() if key != "__metadata__")


def _put(where: str, value: Any) -> Change:
    """Set an entry of the description; dots lead into objects."""

    def change(_: Header, description: dict[str, Any]) -> None:
        *path, last = where.split(".")
        for key in path:
            description = description[key]
        description[last] = value

    return change


def _drop(where: str) -> Change:
    def change(_: Header, description: dict[str, Any]) -> None:
        *path, last = where.split(".")
        for key in path:
            description = description[key]
        del description[last]

    return change


def _tensor_put(key: str, value: Any) -> Change:
    def change(header: Header, _: dict[str, Any]) -> None:
        _tensor(header)[key] = value

    return change


def _renamed(header: Header, _: dict[str, Any]) -> None:
    name = next(key for key in header if key != "__metadata__")
    header[name.replace("1", "01", 1)] = header.pop(name)


def _extra(header: Header, _: dict[str, Any]) -> None:
    header["more"] = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}


def _many(header: Header, _: dict[str, Any]) -> None:
    for number in range(4000):
        header[f"layers.{number + 2}.weight"] = _tensor(header)


def _rewritten(path: Path, change: Change) -> bytes:
    header, data = _parts(path)
    kind = next(kind for kind, key in KEYS.items() if key in header["__metadata__"])
    description = json.loads(header["__metadata__"][KEYS[kind]])
    change(header, description)
    if not isinstance(header["__metadata__"], dict):
        return _framed(json.dumps(header), data)
    held = header["__metadata__"].get(KEYS[kind], "")
    if isinstance(held, str) and held and held != "as it is":
        header["__metadata__"][KEYS[kind]] = json.dumps(description)
    return _framed(json.dumps(header), data)


def _description_text(text: str) -> Callable[[Path], bytes]:
    def write(path: Path) -> bytes:
        header, data = _parts(path)
        for key in KEYS.values():
            if key in header["__metadata__"]:
                header["__metadata__"][key] = text
        return _framed(json.dumps(header), data)

    return write


def _no_description(header: Header, _: dict[str, Any]) -> None:
    header["__metadata__"] = {"format": "pt"}


def _metadata(value: Any) -> Change:
    def change(header: Header, _: dict[str, Any]) -> None:
        header["__metadata__"] = value

    return change


#: What a file of either kind holds instead; callables get the honest file's path.
CONTENTS: dict[str, Callable[[Path], bytes]] = {
    "nothing": lambda _: b"",
    "seven bytes": lambda _: b"\0" * 7,
    "length 0": lambda _: b"\0" * 8,
    "length beyond the file": lambda _: (1 << 62).to_bytes(8, "little") + b"{}",
    "all ones": lambda _: b"\xff" * 64,
    "text": lambda _: b"PK\x03\x04 no safetensors",
    "header is no JSON": lambda _: _framed("{]"),
    "header is a list": lambda _: _framed("[]"),
    "header is null": lambda _: _framed("null"),
    "header is no UTF-8": lambda _: _framed(b'{"\xff": 1}'),
    "nested header": lambda _: _framed("[" * 200_000),
    "nested objects": lambda _: _framed('{"a":' * 200_000),
    "header of a long integer": lambda _: _framed("9" * 5000),
    "header with 1e999": lambda _: _framed('{"a": 1e999}'),
    "header with NaN": lambda _: _framed('{"a": NaN}'),
    "header with a surrogate": lambda _: _framed('{"\\ud800": 1}'),
    "a key twice": lambda path: _framed(
        json.dumps(_parts(path)[0])[:-1] + ', "__metadata__": {}}', _parts(path)[1]
    ),
    "truncated data": lambda path: path.read_bytes()[:-1],
    "longer data": lambda path: path.read_bytes() + b"\0",
    "description is no JSON": _description_text("{"),
    "description is a list": _description_text("[]"),
    "description is a number": _description_text("1"),
    "description is nested": _description_text("[" * 100_000),
    "description nested 60 levels": _description_text('{"a":' * 60 + "1" + "}" * 60),
    "description has a key twice": _description_text('{"eps": "1", "eps": "2"}'),
    "description has NaN": _description_text('{"schema_version": NaN}'),
    "description has a long integer": _description_text('{"seed": ' + "9" * 5000 + "}"),
    "description has a surrogate": _description_text('{"target": "\\udc00"}'),
}

CHANGES: dict[str, Change] = {
    "no description": _no_description,
    "metadata is a list": _metadata([1]),
    "metadata is text": _metadata("slth_verify_ticket slth_verify_target"),
    "metadata is null": _metadata(None),
    "BF16": _tensor_put("dtype", "BF16"),
    "F8_E4M3": _tensor_put("dtype", "F8_E4M3"),
    "F8_E5M2": _tensor_put("dtype", "F8_E5M2"),
    "F16": _tensor_put("dtype", "F16"),
    "F64": _tensor_put("dtype", "F64"),
    "BOOL": _tensor_put("dtype", "BOOL"),
    "an unknown dtype": _tensor_put("dtype", "X\x1b[2J"),
    "a dtype that is a list": _tensor_put("dtype", [1]),
    "a shape without end": _tensor_put("shape", [1 << 62, 1 << 62, 1 << 62, 1 << 62]),
    "a negative shape": _tensor_put("shape", [-1, -1, 1, 1]),
    "a shape of floats": _tensor_put("shape", [1.0, 2.0, 1.0, 1.0]),
    "a shape of text": _tensor_put("shape", "1211"),
    "no shape": _tensor_put("shape", None),
    "offsets beyond the file": _tensor_put("data_offsets", [0, 1 << 50]),
    "offsets backwards": _tensor_put("data_offsets", [8, 0]),
    "another tensor name": _renamed,
    "one tensor more": _extra,
    "thousands of tensors": _many,
    "no version": _drop("schema_version"),
    "version 2": _put("schema_version", 2),
    "version 1.0": _put("schema_version", 1.0),
    "version true": _put("schema_version", True),
    "version nested": _put("schema_version", [[1]]),
}

TICKET_CHANGES: dict[str, Change] = {
    "eps 1e999": _put("eps", "1e999"),
    "eps 1/0": _put("eps", "1/0"),
    "eps negative": _put("eps", "-1"),
    "eps a number": _put("eps", 0.05),
    "eps of 5000 digits": _put("eps", "9" * 5000),
    "eps 2%": _put("eps", "2%"),
    "eps in other digits": _put("eps", "\u0661"),
    "eps NaN": _put("eps", "nan"),
    "certified_error 1e999999999": _put("certified_error", "1e999999999"),
    "certified_error NaN": _put("certified_error", "nan"),
    "certified_error infinite": _put("certified_error", "inf"),
    "certified_error negative": _put("certified_error", "-0.1"),
    "certified_error a number": _put("certified_error", 0.1),
    "certified_error empty": _put("certified_error", ""),
    "certified_error long": _put("certified_error", "0." + "0" * 5000 + "1"),
    "seed true": _put("random_network.seed", True),
    "seed 1.0": _put("random_network.seed", 1.0),
    "seed text": _put("random_network.seed", "1"),
    "seed negative": _put("random_network.seed", -1),
    "seed 2^64": _put("random_network.seed", 1 << 64),
    "width 0": _put("random_network.widths", [0]),
    "width 2^48 + 1": _put("random_network.widths", [(1 << 48) + 1]),
    "width text": _put("random_network.widths", "3"),
    "widths without end": _put("random_network.widths", [1] * 3300),
    "widths empty": _put("random_network.widths", []),
    "widths an object": _put("random_network.widths", {"1": 1}),
    "exponent 1025": _put("scale_exponents", [1025]),
    "exponent -1025": _put("scale_exponents", [-1025]),
    "exponent 0.0": _put("scale_exponents", [0.0]),
    "exponents null": _put("scale_exponents", None),
    "generator a list": _put("random_network.generator", ["philox"]),
    "generator long": _put("random_network.generator", "x" * 10**6),
    "sha256 a number": _put("target.sha256", 1),
    "input_shape of floats": _put("target.input_shape", [2.0, 3.0, 3.0]),
    "input_shape of four": _put("target.input_shape", [1, 2, 3, 3]),
    "input_shape true": _put("target.input_shape", [True, 3, 3]),
    "target null": _put("target", None),
    "target a list": _put("target", []),
    "versions null": _put("versions", None),
    "versions of numbers": _put("versions", {"numpy": 1}),
    "an unknown key": _put("norm", "1000000"),
    "an unknown key of the target": _put("target.norm", "1000000"),
    "an unknown key of the network": _put("random_network.norm", "1000000"),
    "no certified_error": _drop("certified_error"),
    "no seed": _drop("random_network.seed"),
}

TARGET_CHANGES: dict[str, Change] = {
    "input_shape null": _put("input_shape", None),
    "input_shape text": _put("input_shape", "233"),
    "input_shape of floats": _put("input_shape", [2.0, 3, 3]),
    "input_shape true": _put("input_shape", [2, True, 3]),
    "input_shape of zeros": _put("input_shape", [2, 0, 3]),
    "input_shape negative": _put("input_shape", [2, -3, 3]),
    "input_shape of two": _put("input_shape", [2, 3]),
    "input_shape huge": _put("input_shape", [2, 1 << 60, 3]),
    "input_shape long": _put("input_shape", [2, 10**900, 3]),
    "input_shape of other channels": _put("input_shape", [3, 3, 3]),
    "input_shape nested": _put("input_shape", [[2], 3, 3]),
    "no input_shape": _drop("input_shape"),
}


def _refused(kind: str, bad: Path, files: dict[str, Path], capsys: Any) -> None:
    """By the library and by the command line, without a trace of control characters."""
    pair = {**files, kind: bad}
    with pytest.raises(ERRORS[kind]) as caught:
        sv.check(pair["ticket"], pair["target"])
    assert not any(ord(character) < 32 for character in str(caught.value))
    assert len(str(caught.value)) < 2000
    capsys.readouterr()
    assert run(["check", str(pair["ticket"]), str(pair["target"])]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "Traceback" not in err
    assert "\x1b" not in err
    assert run(["check", "--json", str(pair["ticket"]), str(pair["target"])]) == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "INCONCLUSIVE"


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("name", CONTENTS)
def test_hostile_contents_are_refused(
    name: str, kind: str, files: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(CONTENTS[name](files[kind]))
    _refused(kind, bad, files, capsys)


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("name", CHANGES)
def test_hostile_headers_are_refused(
    name: str, kind: str, files: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(_rewritten(files[kind], CHANGES[name]))
    _refused(kind, bad, files, capsys)


@pytest.mark.parametrize("name", TICKET_CHANGES)
def test_hostile_ticket_fields_are_refused(
    name: str, files: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(_rewritten(files["ticket"], TICKET_CHANGES[name]))
    _refused("ticket", bad, files, capsys)


@pytest.mark.parametrize("name", TARGET_CHANGES)
def test_hostile_target_fields_are_refused(
    name: str, files: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(_rewritten(files["target"], TARGET_CHANGES[name]))
    _refused("target", bad, files, capsys)


@pytest.mark.parametrize("kind", KEYS)
def test_what_the_changes_start_from_is_accepted(
    kind: str, files: dict[str, Path], tmp_path: Path
) -> None:
    same = tmp_path / "same"
    same.write_bytes(_rewritten(files[kind], lambda *_: None))
    pair = {**files, kind: same}
    assert sv.check(pair["ticket"], pair["target"]).verdict is sv.Verdict.VERIFIED


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


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("name", PLACES)
def test_what_is_no_regular_file_is_refused(
    name: str, kind: str, files: dict[str, Path], tmp_path: Path
) -> None:
    """In a process with a limit: a reader that waits would never come back."""
    bad = tmp_path / "bad"
    PLACES[name](bad)
    pair = {**files, kind: bad}
    with pytest.raises(ERRORS[kind]):
        run_bounded(sv.check, pair["ticket"], pair["target"], seconds=60)
    assert run(["check", str(pair["ticket"]), str(pair["target"])]) == 2


@pytest.mark.parametrize("name", ["a\0b", "", "x" * 5000, "\udcff", "a\nb\x1b[2J"])
def test_hostile_paths_are_refused(name: str, files: dict[str, Path]) -> None:
    for kind in KEYS:
        with pytest.raises(ERRORS[kind]) as caught:
            sv.check(*{**files, kind: name}.values())
        assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("wrong", [None, 5, b"ticket", object()])
def test_what_is_neither_file_nor_object_is_refused(
    wrong: Any, files: dict[str, Path], target: sv.TargetCNN
) -> None:
    with pytest.raises(InvalidTicketError):
        sv.check(wrong, target)
    with pytest.raises(InvalidTargetError):
        sv.check(files["ticket"], wrong)


def test_what_is_written_can_be_read(
    files: dict[str, Path], target: sv.TargetCNN, tmp_path: Path
) -> None:
    """A ticket that the reader would refuse is not written."""
    import dataclasses

    ticket = Ticket.load(files["ticket"])
    lies: list[dict[str, Any]] = [
        {"seed": True},
        {"widths": ((1 << 48) + 1,)},
        {"certified_error": "nan"},
        {"target": {**ticket.target, "more": "x"}},
        {"target": {**ticket.target, "name": "\ud800"}},
        {"versions": {"numpy": 2}},
    ]
    for lie in lies:
        with pytest.raises(InvalidTicketError):
            dataclasses.replace(ticket, **lie).save(tmp_path / "bad")
    assert not (tmp_path / "bad").exists()
    with pytest.warns(sv.errors.TrivialClaimWarning):
        long = sv.prune(target, sv.RandomCNN(1, (300,)), eps="9" * 999 + "e999")
    long.save(tmp_path / "long")
    assert Ticket.load(tmp_path / "long").eps == long.eps
    result = sv.check(tmp_path / "long", target, input_bound="7" * 999 + "e999")
    assert result.verdict is sv.Verdict.VACUOUS
