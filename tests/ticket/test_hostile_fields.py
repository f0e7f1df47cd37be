"""Hostile fields of tickets and of files of kernels: refused, exit code 2."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import slth_verify as sv
from slth_verify.ticket import _fields

Header = dict[str, Any]
#: Changes header and description before both are put together again.
Change = Callable[[Header, dict[str, Any]], Any]

KINDS = ("ticket", "target")


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


def _no_description(header: Header, _: dict[str, Any]) -> None:
    header["__metadata__"] = {"format": "pt"}


def _metadata(value: Any) -> Change:
    def change(header: Header, _: dict[str, Any]) -> None:
        header["__metadata__"] = value

    return change


CHANGES: dict[str, Change] = {
    "no description": _no_description,
    "metadata is a list": _metadata([1]),
    "metadata is text": _metadata("slth_ticket slth_verify_target"),
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
}

TARGET_CHANGES: dict[str, Change] = {
    "no version": _drop("schema_version"),
    "version 2": _put("schema_version", 2),
    "version 1.0": _put("schema_version", 1.0),
    "version true": _put("schema_version", True),
    "version nested": _put("schema_version", [[1]]),
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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CHANGES)
def test_hostile_headers_are_refused(
    name: str, kind: str, hostile: Any, tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(hostile.rewritten(hostile.files[kind], CHANGES[name]))
    hostile.refused(kind, bad, capsys)


@pytest.mark.parametrize("name", TARGET_CHANGES)
def test_hostile_target_fields_are_refused(
    name: str, hostile: Any, tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(hostile.rewritten(hostile.files["target"], TARGET_CHANGES[name]))
    hostile.refused("target", bad, capsys)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_changes_start_from_is_accepted(
    kind: str, hostile: Any, tmp_path: Path
) -> None:
    same = tmp_path / "same"
    same.write_bytes(hostile.rewritten(hostile.files[kind], lambda *_: None))
    pair = {**hostile.files, kind: same}
    assert sv.check(pair["ticket"], pair["target"]).verdict is sv.Verdict.VERIFIED


def test_eps_has_as_many_digits_when_it_is_written_as_when_it_is_read() -> None:
    most = 10**_fields._EPS_DIGITS
    for eps in (Fraction(most - 1), Fraction(1, most - 1)):
        _fields.require_eps(eps)
        assert _fields.rational(f"{eps.numerator}/{eps.denominator}") == eps
    for eps in (Fraction(most), Fraction(1, most)):
        with pytest.raises(ValueError, match="digits"):
            _fields.require_eps(eps)
        with pytest.raises(ValueError, match="digits"):
            _fields.rational(f"{eps.numerator}/{eps.denominator}")
