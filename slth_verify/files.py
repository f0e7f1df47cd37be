"""Files: whole or absent when written, of bounded cost when read."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from slth_verify.errors import UnusableFileError
from slth_verify.limits import DIGITS, DOCUMENT_BYTES, NESTING
from slth_verify.text import printable

#: Names in an instance for other verifiers: known before what writes them is loaded.
INSTANCE = ("f.onnx", "g.onnx", "difference.onnx", "difference.vnnlib")

#: Networks of other tools, which say nothing of a box.
IMPORTED = (".onnx", ".pt2")
#: Files that may run code when they are read.
PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt")

_PathLike = str | os.PathLike[str]


def as_path(path: _PathLike) -> Path:
    """The path that was given.

    Raises:
        UnusableFileError: If it is none, such as None or a number.
    """
    try:
        return Path(os.fsdecode(path))
    except TypeError as error:
        raise UnusableFileError(
            f"{_named(path)} is no path. Give a text or a pathlib.Path."
        ) from error


def write_atomically(path: _PathLike, content: bytes | str) -> None:
    """Write a file so that a crash leaves the old one or the new one, never half.

    Args:
        path: Where: a new file in an existing folder, or a regular file. A link is
            followed.
        content: All of it; text is encoded as UTF-8.

    Raises:
        UnusableFileError: If it is no path, there is something else than a regular
            file, or the file cannot be written, as on a full disk. No temporary file is
            left behind.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        _write(_place(path), data)
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnusableFileError(
            f"{_named(path)} cannot be written: {reason}. Give another path, or make "
            "room."
        ) from error


def require_writable(path: _PathLike) -> None:
    """Fail now where `write_atomically` would fail after the work is done.

    Raises:
        UnusableFileError: As `write_atomically`, as far as it can be known before.
    """
    try:
        with tempfile.TemporaryFile(dir=_place(path).parent):
            pass
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnusableFileError(
            f"{_named(path)} cannot be written: {reason}. Give a file in a folder that "
            "exists and can be written."
        ) from error


def read_regular(path: _PathLike, most: int = DOCUMENT_BYTES) -> bytes:
    """All bytes of a regular file; pipes and devices are refused, never waited for.

    Args:
        path: The file.
        most: Larger files are refused unread.

    Raises:
        UnusableFileError: If it is missing, unreadable, no regular file or too large.
    """
    try:
        with open_regular(path) as file:
            data = file.read(most + 1)
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnusableFileError(
            f"{_named(path)} cannot be read: {reason}. Give a regular, readable file."
        ) from error
    if len(data) > most:
        raise UnusableFileError(
            f"{_named(path)} is too large: at most {most} bytes are "
            "read. Give the file that slth-verify wrote."
        )
    return data


def open_regular(path: _PathLike) -> BinaryIO:
    """A regular file, open for reading; a pipe is refused, never waited for.

    Raises:
        OSError: If it is missing, unreadable or no regular file.
        ValueError: If the path cannot name a file.
        TypeError: If it is no path; a number would be an open file of somebody else.
    """
    return open(os.fspath(path), "rb", opener=_open_at_once)


def parse_json(data: bytes | str) -> Any:
    """The value of a JSON document that nobody vouches for.

    Stricter than the format: no key twice, no NaN or infinity, no number beyond 1,000
    digits or out of the range of floats, no unpaired surrogate, at most 50 levels.

    Raises:
        ValueError: If it is no such document.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        value = json.loads(
            text,
            parse_int=_parse_int,
            parse_float=_parse_float,
            parse_constant=_refuse_constant,
            object_pairs_hook=_parse_object,
        )
    except RecursionError as error:
        raise ValueError(f"more than {NESTING} levels") from error
    _refuse_deep(value)
    return value


def has_large_integer(value: Any) -> bool:
    """Whether a JSON value holds an integer beyond 64 bits, which none draws or times.

    Such numbers are read where exact arithmetic follows; floats are far from them.
    """
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, int) and abs(item) >= 1 << 64:
            return True
        if isinstance(item, dict):
            pending += item.values()
        elif isinstance(item, list):
            pending += item
    return False


def read_json(path: _PathLike, most: int = DOCUMENT_BYTES) -> Any:
    """The value of a JSON file; see `read_regular` and `parse_json`.

    Raises:
        UnusableFileError: If it is unreadable, too large, or no such document.
    """
    data = read_regular(path, most)
    try:
        return parse_json(data)
    except ValueError as error:
        raise UnusableFileError(
            f"{_named(path)} is no JSON document that is read here: "
            f"{printable(str(error), 200)}. Store it again."
        ) from error


def _place(path: _PathLike) -> Path:
    """Where a file is written: behind links, nothing there or a regular file."""
    target = Path(os.path.realpath(os.fsdecode(path)))
    if target.is_symlink():
        raise OSError("it is a link that leads to itself")
    if target.exists() and not target.is_file():
        raise OSError("it exists and is no regular file")
    return target


def _named(path: _PathLike) -> str:
    try:
        return f"path='{printable(os.fsdecode(path))}'"
    except TypeError:
        return f"path=<{type(path).__name__}>"


def _write(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _open_at_once(path: str, flags: int) -> int:
    """Open a regular file; a pipe without a writer would be waited for."""
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise OSError("it is no regular file")


def _parse_int(text: str) -> int:
    if len(text) > DIGITS:
        raise ValueError(f"an integer of more than {DIGITS} digits")
    return int(text)


def _parse_float(text: str) -> float:
    number = float(text) if len(text) <= DIGITS else float("inf")
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"the number {text[:40]} is out of range")
    return number


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _parse_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice in one object")
    return found


def _refuse_deep(value: Any) -> None:
    """Bounded nesting, and text that can be encoded."""
    level: list[Any] = [value]
    for _ in range(NESTING):
        if not level:
            return
        inner: list[Any] = []
        for item in level:
            if isinstance(item, str):
                item.encode("utf-8")  # an unpaired surrogate raises a ValueError
            elif isinstance(item, dict):
                inner += [*item.keys(), *item.values()]
            elif isinstance(item, list):
                inner += item
        level = inner
    if any(isinstance(item, dict | list) for item in level):
        raise ValueError(f"more than {NESTING} levels")
