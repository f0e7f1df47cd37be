"""What a protobuf file holds, counted before a parser makes objects of it.

A parser turns two bytes into an object of hundreds. Here fields are only stepped over.
"""

from __future__ import annotations

from typing import Final

from slth_verify.limits import DOCUMENT_BYTES

#: Fields of all messages together: some hundred for each node that is read.
FIELDS: Final = 1 << 18

#: Messages within a message, by field number (onnx.proto).
_INNER: Final[dict[str, dict[int, str]]] = {
    "model": {7: "graph", 8: "opset"},
    "graph": {1: "node", 5: "tensor", 11: "image", 12: "image"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor"},
    "tensor": {13: "entry"},
}

#: Fields that are text; onnx hands out bytes where they are none.
_TEXTS: Final[dict[str, frozenset[int]]] = {
    "opset": frozenset({1}),
    "image": frozenset({1}),
    "node": frozenset({1, 2, 3, 4, 7, 8}),
    "attribute": frozenset({1, 21}),
    "tensor": frozenset({8}),
    "entry": frozenset({1, 2}),
}

#: Fields of a tensor whose size in memory is that in the file: floats and raw bytes.
_PLAIN: Final = frozenset({4, 9, 10})


def require_small(data: bytes) -> None:
    """Refuse a model of too many parts, or of too many bytes that are no weights.

    Args:
        data: All bytes of the file.

    Raises:
        ValueError: If it has too many, is no protobuf message, or has names that are no
            text.
    """
    fields = others = 0
    pending = [(0, len(data), "model")]
    while pending:
        position, end, message = pending.pop()
        inner = _INNER.get(message, {})
        while position < end:
            start, position, number = _field(data, position, end)
            fields += 1
            if number in inner:
                pending.append((start, position, inner[number]))
            elif message != "tensor" or number not in _PLAIN:
                others += position - start
            if number in _TEXTS.get(message, ()):
                data[start:position].decode()
            if fields > FIELDS or others > DOCUMENT_BYTES:
                raise ValueError(
                    f"more than {FIELDS} fields, or {DOCUMENT_BYTES} bytes besides "
                    "weights"
                )


def _field(data: bytes, position: int, end: int) -> tuple[int, int, int]:
    """Start and end of a field's content, and its number."""
    key, start = _varint(data, position, end)
    number, kind = key >> 3, key & 7
    if kind == 0:
        _, stop = _varint(data, start, end)
    elif kind == 2:
        size, start = _varint(data, start, end)
        stop = start + size
    elif kind in (1, 5):
        stop = start + (8 if kind == 1 else 4)
    else:
        raise ValueError("no ONNX model")
    if stop > end or number == 0:
        raise ValueError("no ONNX model, or a part of one")
    return start, stop, number


def _varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while position < end and shift < 70:
        byte = data[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position
    raise ValueError("no ONNX model, or a part of one")
