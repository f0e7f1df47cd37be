"""Hostile fields of ticket and target files: refused in words, exit code 2."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import slth_verify as sv

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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CHANGES)
def test_hostile_headers_are_refused(
    name: str, kind: str, hostile: Any, tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(hostile.rewritten(hostile.files[kind], CHANGES[name]))
    hostile.refused(kind, bad, capsys)


@pytest.mark.parametrize("name", TICKET_CHANGES)
def test_hostile_ticket_fields_are_refused(
    name: str, hostile: Any, tmp_path: Path, capsys: Any
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(hostile.rewritten(hostile.files["ticket"], TICKET_CHANGES[name]))
    hostile.refused("ticket", bad, capsys)


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
