"""Files and text that nobody vouches for."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import UnusableFileError
from slth_verify.files import (
    parse_json,
    read_json,
    read_regular,
    require_writable,
    write_atomically,
)
from slth_verify.text import printable, reason_of

_HOSTILE = {
    "deep lists": "[" * 100_000 + "]" * 100_000,
    "51 levels": "[" * 51 + "]" * 51,
    "5000 digits": "9" * 5000,
    "infinite": "1e999",
    "NaN": '{"a": NaN}',
    "twice": '{"a": 1, "a": 2}',
    "surrogate": r'{"a": "\ud800"}',
    "surrogate key": r'{"\udc00": 1}',
    "latin-1": b'{"a": "\xe9"}',
    "empty": "",
    "half": '{"a": [1,',
    "trailing": "{} {}",
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_documents_are_refused(name: str, tmp_path: Path) -> None:
    content = _HOSTILE[name]
    data = content.encode() if isinstance(content, str) else content
    (tmp_path / "document.json").write_bytes(data)
    with pytest.raises(UnusableFileError, match=r"document\.json"):
        read_json(tmp_path / "document.json")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(_json)
def test_ordinary_documents_come_back(value: object) -> None:
    try:
        data = json.dumps(value, allow_nan=False).encode()
    except ValueError:
        return
    assert parse_json(data) == value


def test_pipes_folders_devices_and_large_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(bytes(11))
    for name in ("pipe", ".", "missing", "large", "/dev/zero"):
        with pytest.raises(UnusableFileError, match="path="):
            read_regular(tmp_path / name, most=10)


def test_only_regular_files_are_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    write_atomically(tmp_path / "link", "new")
    assert (tmp_path / "file").read_text() == "new"
    assert (tmp_path / "link").is_symlink()
    for name in ("pipe", ".", "missing/file", "/dev/full"):
        with pytest.raises(UnusableFileError, match="path="):
            write_atomically(tmp_path / name, "new")
    assert {item.name for item in tmp_path.iterdir()} == {"pipe", "file", "link"}


@pytest.mark.parametrize("wrong", [None, 3, "a\0b", 1.5, ["a"]], ids=repr)
def test_what_is_no_path_is_no_file(wrong: Any) -> None:
    for write in (require_writable, lambda path: write_atomically(path, "new")):
        with pytest.raises(UnusableFileError, match=r"^path=.* cannot be written"):
            write(wrong)


def test_paths_may_be_bytes(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path / "file")
    write_atomically(path, "new")  # type: ignore[arg-type]
    assert (tmp_path / "file").read_text() == "new"


@given(st.text())
def test_nothing_printable_steers_a_terminal(text: str) -> None:
    shown = printable(text, most=2_000)
    assert "\n" not in shown
    assert all(ord(character) >= 32 for character in shown)
    assert not set(shown) & set("\x7f\x9b\u202e\u2066\u200f\u2028")
    shown.encode("utf-8")


def test_printable_text_is_kept_and_long_text_cut() -> None:
    assert printable("δ = ½, Σ 模型") == "δ = ½, Σ 模型"
    assert printable("\x1b[2J\u202eabc\n\ud800") == r"\x1b[2J\u202eabc\n\ud800"
    assert printable("a" * 50, most=10) == "a" * 10 + "... (50 characters)"


def test_the_reason_of_an_error_is_one_printable_line() -> None:
    assert reason_of(ValueError("no\x1b[2J\nroom")) == r"ValueError: no\x1b[2J\nroom"
    assert reason_of(KeyError("a" * 50), 15) == "KeyError: 'aaaa... (62 characters)"
