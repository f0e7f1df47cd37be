"""Safetensors files are judged by their header before a tensor is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from slth_verify import tensors
from slth_verify.tensors import READING_ERRORS, exact_keys, integer, read_tensors

KEY = "about"


def expected(description: dict[str, Any], count: int) -> dict[str, tuple[str, int]]:
    return {f"t{i}": ("F32", 2) for i in range(count)}


def written(path: Path, *arrays: np.ndarray, about: str = "{}") -> Path:
    named = {f"t{i}": array for i, array in enumerate(arrays)}
    path.write_bytes(save(named, {KEY: about}))
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal((3, 4)).astype(np.float32) for _ in range(3)]
    path = written(tmp_path / "x", *arrays, about='{"a": [1, 2]}')
    description, found = read_tensors(path, KEY, expected)
    assert description == {"a": [1, 2]}
    for number, array in enumerate(arrays):
        assert found[f"t{number}"].tobytes() == array.tobytes()
        with pytest.raises(ValueError, match="read-only"):
            found[f"t{number}"][0] = 1


@pytest.mark.parametrize(
    ("array", "word"),
    [
        (np.ones((2, 2)), "F64"),
        (np.ones((2, 2), np.float16), "F16"),
        (np.ones((2, 2), np.int64), "I64"),
        (np.ones(2, np.float32), "dimensions"),
    ],
)
def test_other_tensors_are_refused_unread(
    array: np.ndarray, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "x", array)
    monkeypatch.setattr(tensors, "safe_open", None)  # loading would fail
    with pytest.raises(ValueError, match=word):
        read_tensors(path, KEY, expected)


def test_limits_are_kept_before_anything_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "x", *[np.ones((1, 1), np.float32)] * 5)
    read_tensors(path, KEY, expected)
    monkeypatch.setattr(tensors, "safe_open", None)
    for name, limit, word in (
        ("TENSOR_FILE_BYTES", path.stat().st_size - 1, "bytes, more than"),
        ("DOCUMENT_BYTES", 100, "no safetensors header"),
        ("_TENSORS", 4, "5 tensors, more than 4"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(tensors, name, limit)
            with pytest.raises(ValueError, match=word):
                read_tensors(path, KEY, expected)


def test_a_file_cut_behind_its_header_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "x", np.ones((4, 4), np.float32))
    data = path.read_bytes()
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        with pytest.raises(READING_ERRORS):
            read_tensors(path, KEY, expected)


def test_keys_must_be_exact() -> None:
    exact_keys({"a": 1, "b": 2}, frozenset("ab"))
    for wrong in ({"a": 1}, {"a": 1, "b": 2, "c": 3}, {}):
        with pytest.raises(ValueError, match="missing or unknown"):
            exact_keys(wrong, frozenset("ab"))


def test_integers_are_no_bools() -> None:
    assert integer(7) == 7
    for wrong in (True, 7.0, "7", None, np.int64(7)):
        with pytest.raises(ValueError, match="no integer"):
            integer(wrong)
