"""Files taken apart into trees of plain values, and put together again."""

from __future__ import annotations

import base64
import io
import json
import sqlite3
import struct
import tomllib
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Tree = Any

#: A text that is itself a document: an object with this key alone.
_INSIDE = "\0document"


class Unwritable(Exception):
    """A tree that the format cannot hold."""


@dataclass(frozen=True)
class Form:
    """A format.

    Attributes:
        apart: From a genuine file to its tree.
        together: From a tree to a file; raises `Unwritable`.
    """

    apart: Callable[[bytes], Tree]
    together: Callable[[Tree], bytes]


def _guarded(write: Callable[[Tree], bytes]) -> Callable[[Tree], bytes]:
    def together(tree: Tree) -> bytes:
        try:
            return write(tree)
        except Exception as error:  # formats refuse odd trees in many ways
            raise Unwritable from error

    return together


def opened(value: Any) -> Tree:
    """A value whose texts that are JSON documents are taken apart, too."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return {_INSIDE: opened(json.loads(value))}
        except ValueError:
            return value
    if isinstance(value, dict):
        return {key: opened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [opened(item) for item in value]
    return value


def closed(tree: Tree) -> Any:
    """The value of an opened tree; bytes become text."""
    if isinstance(tree, bytes):
        return tree.decode("latin-1")
    if isinstance(tree, dict):
        if _INSIDE in tree:
            return json.dumps(closed(tree[_INSIDE]))
        return {str(key): closed(item) for key, item in tree.items()}
    if isinstance(tree, list):
        return [closed(item) for item in tree]
    return tree


def _json_apart(content: bytes) -> Tree:
    return {"all": opened(json.loads(content))}


JSON = Form(
    _json_apart, _guarded(lambda tree: json.dumps(closed(tree.get("all"))).encode())
)

LINES = Form(
    lambda content: [opened(json.loads(line)) for line in content.splitlines()],
    _guarded(
        lambda tree: b"".join(json.dumps(closed(x)).encode() + b"\n" for x in tree)
    ),
)


def _safetensors_apart(content: bytes) -> Tree:
    length = int.from_bytes(content[:8], "little")
    header = opened(json.loads(content[8 : 8 + length]))
    return {"header": header, "body": content[8 + length :]}


def _safetensors_together(tree: Tree) -> bytes:
    body = tree.get("body", b"")
    if not isinstance(body, bytes):
        raise Unwritable
    text = json.dumps(closed(tree.get("header"))).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


SAFETENSORS = Form(_safetensors_apart, _guarded(_safetensors_together))


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_toml_value, value))}]"
    if isinstance(value, dict):
        pairs = (f"{_toml_key(key)} = {_toml_value(x)}" for key, x in value.items())
        return f"{{{', '.join(pairs)}}}"
    if value is None:
        return "1979-05-27"
    return json.dumps(value, ensure_ascii=False)


def _toml_key(key: str) -> str:
    plain = key.isascii() and key.replace("_", "a").isalnum()
    return key if plain else json.dumps(key, ensure_ascii=False)


def _toml_together(tree: Tree) -> bytes:
    lines, tables = [], []
    for key, value in closed(tree).items():
        listed = isinstance(value, list) and all(isinstance(x, dict) for x in value)
        if listed and value:
            for block in value:
                tables.append(f"[[{_toml_key(key)}]]")
                tables += [
                    f"{_toml_key(k)} = {_toml_value(v)}" for k, v in block.items()
                ]
        else:
            lines.append(f"{_toml_key(key)} = {_toml_value(value)}")
    return "\n".join([*lines, *tables, ""]).encode("utf-8", "surrogatepass")


TOML = Form(lambda content: tomllib.loads(content.decode()), _guarded(_toml_together))


def database(seal: Callable[[Tree], Tree] = lambda tree: tree) -> Form:
    """SQLite files with one table, whose rows are changed.

    Args:
        seal: Puts digests right, as whoever forges a row would.
    """

    def apart(content: bytes) -> Tree:
        connection = sqlite3.connect(":memory:")
        connection.deserialize(content)
        (name, sql) = connection.execute(
            "SELECT name, sql FROM sqlite_master"
        ).fetchone()
        rows = connection.execute(f"SELECT * FROM {name}").fetchall()
        connection.close()
        return {"name": name, "sql": [sql], "rows": [opened(list(row)) for row in rows]}

    def together(tree: Tree) -> bytes:
        connection = sqlite3.connect(":memory:")
        try:
            for statement in tree["sql"]:
                connection.execute(statement)
            for row in seal(tree)["rows"]:
                marks = ", ".join("?" * len(row))
                values = [
                    json.dumps(closed(x)) if isinstance(x, list) else _cell(x)
                    for x in row
                ]
                connection.execute(
                    f"INSERT INTO {tree['name']} VALUES ({marks})", values
                )
            connection.commit()
            return connection.serialize()
        finally:
            connection.close()

    return Form(apart, _guarded(together))


def _cell(value: Tree) -> Any:
    if isinstance(value, dict):
        found = closed(value)
        return found if isinstance(found, str) else json.dumps(found)
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return str(value)
    return value


def _archive_apart(content: bytes) -> Tree:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: _record(archive.read(name), name)
            for name in sorted(archive.namelist())
        }


def _record(content: bytes, name: str) -> Tree:
    return {_INSIDE: json.loads(content)} if name.endswith(".json") else content


def zipped(records: Tree) -> bytes:
    """An archive of records, stored as they are."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, value in records.items():
            data = value if isinstance(value, bytes) else closed(value)
            archive.writestr(
                zipfile.ZipInfo(name), data if isinstance(data, bytes | str) else "0"
            )
    return stream.getvalue()


ARCHIVE = Form(_archive_apart, _guarded(zipped))


def word_of(content: bytes) -> bytes:
    """The word of a counterexample's document."""
    return b"slth1." + base64.urlsafe_b64encode(zlib.compress(content)).rstrip(b"=")


def document_of(word: bytes) -> bytes:
    """The document of a counterexample's word."""
    body = word.removeprefix(b"slth1.")
    return zlib.decompress(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))


WORD = Form(
    lambda content: JSON.apart(document_of(content)),
    _guarded(lambda tree: word_of(JSON.together(tree))),
)


def _onnx_apart(content: bytes) -> Tree:
    import onnx
    from google.protobuf.json_format import MessageToDict

    return MessageToDict(onnx.load_model_from_string(content))


def _onnx_together(tree: Tree) -> bytes:
    import onnx
    from google.protobuf.json_format import ParseDict

    message = ParseDict(closed(tree), onnx.ModelProto(), ignore_unknown_fields=True)
    data: bytes = message.SerializeToString()
    return data


ONNX = Form(_onnx_apart, _guarded(_onnx_together))
