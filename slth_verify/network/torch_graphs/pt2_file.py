"""Files of `torch.export.save`, read without torch's own reader.

`torch.export.load` may run what a file says: it unpickles sample inputs, custom objects
and weights, evaluates texts of symbolic sizes, and takes operators by any path below
``torch``. Here records are read from the archive by name, the program is JSON, weights
are raw bytes, and nothing else of the file is looked at.
"""

from __future__ import annotations

import io
import math
import os
import zipfile
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from slth_verify.errors import InvalidTargetError, UnusableFileError
from slth_verify.files import parse_json, read_regular
from slth_verify.limits import DOCUMENT_BYTES, LAYERS, TENSOR_FILE_BYTES
from slth_verify.numbers import shown
from slth_verify.tensors import integer
from slth_verify.text import printable, reason_of

#: Version of the program's schema that is read.
SCHEMA: Final = 8

#: Records of one archive.
_RECORDS: Final = 10 * LAYERS

#: Torch's numbers of the dtypes of weights.
_DTYPES: Final[dict[int, np.dtype[Any]]] = {
    7: np.dtype("<f4"),
    8: np.dtype("<f8"),
}


@dataclass(frozen=True, eq=False)
class Archive:
    """What is read of a file.

    Attributes:
        program: The JSON description of the program.
        weights: Descriptions of weights and constants, by their names.
    """

    program: dict[str, Any]
    weights: dict[str, tuple[str, dict[str, Any]]]
    _records: dict[str, bytes]

    def tensor(self, name: str, most: int) -> np.ndarray[Any, Any]:
        """A weight or constant of the program, of at most ``most`` entries.

        Raises:
            ValueError: If it is pickled, damaged, too large or of another dtype.
            KeyError: If it is not there.
        """
        folder, entry = self.weights[name]
        if entry["use_pickle"] is not False:
            raise ValueError(f"weight {shown(name)} is pickled")
        meta, path = entry["tensor_meta"], entry["path_name"]
        dtype = _DTYPES.get(meta["dtype"])
        if dtype is None and name.endswith("num_batches_tracked"):
            raise ValueError(
                f"{shown(name)} is counted, so that it was exported in training mode; "
                "call module.eval(), and export it again"
            )
        if dtype is None:
            raise ValueError(f"weight {shown(name)} is neither float32 nor float64")
        sizes = [_plain(size) for size in meta["sizes"]]
        strides = [_plain(stride) for stride in meta["strides"]]
        first = _plain(meta["storage_offset"])
        flat = np.frombuffer(self._records[f"data/{folder}/{path}"], dtype)
        if min([first, *sizes, *strides]) < 0 or not 0 < math.prod(sizes) <= most:
            raise ValueError(f"weight {shown(name)} of shape {shown(sizes)}")
        last = first + sum(
            (size - 1) * step for size, step in zip(sizes, strides, strict=True)
        )
        if last >= len(flat):
            raise ValueError(f"weight {shown(name)} passes the end of its record")
        steps = [step * dtype.itemsize for step in strides]
        view = np.lib.stride_tricks.as_strided(flat[first:], sizes, steps)
        return np.array(view, dtype.newbyteorder("="))


def read_archive(path: str | os.PathLike[str]) -> Archive:
    """The program of a file, and its weights as they lie there.

    Args:
        path: A regular file.

    Raises:
        InvalidTargetError: If it is unreadable, too large, damaged, or of another
            format.
    """
    try:
        data = read_regular(path, TENSOR_FILE_BYTES)
        records = _records(data)
        return _archive(records)
    except Exception as error:  # damaged archives make zipfile raise anything
        raise unreadable(path, error) from error


def unreadable(path: Any, error: Exception) -> InvalidTargetError:
    """The refusal of a file, with the reason that an exception gives."""
    why = "no such record" if isinstance(error, KeyError) else ""
    reason = f"{why} {reason_of(error, 400)}".strip()
    if isinstance(error, UnusableFileError):
        return InvalidTargetError(str(error))
    return InvalidTargetError(
        f"path='{printable(str(path), 300)}' is no exported program that is read: "
        f"{printable(reason, 500)}. Give a .pt2 file of at most {TENSOR_FILE_BYTES} "
        "bytes that torch.export.save wrote, or load it yourself, if you trust it, and "
        "use graph_from_torch(program.module(), ...)."
    )


def _records(data: bytes) -> dict[str, bytes]:
    """Records by name, without the folder that holds all of them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > _RECORDS:
            raise ValueError(f"{len(entries)} records, more than {_RECORDS}")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise ValueError("compressed records, which torch does not write")
        if sum(entry.file_size for entry in entries) > len(data):
            raise ValueError("records that overlap")
        found: dict[str, bytes] = {}
        for entry in entries:
            name = entry.filename.partition("/")[2]
            if name in found:
                raise ValueError(f"record {shown(name)} is there twice")
            found[name] = archive.read(entry)
    return found


def _archive(records: dict[str, bytes]) -> Archive:
    if records["archive_format"] != b"pt2" or records["byteorder"] != b"little":
        raise ValueError("it is no archive of format pt2 in little-endian order")
    if any(name.startswith("data/aotinductor") for name in records):
        raise ValueError("it holds compiled code")
    program = _json(records["models/model.json"])
    major = program["schema_version"]["major"]
    if integer(major) != SCHEMA:
        raise ValueError(f"schema version {major}, and {SCHEMA} is read")
    weights = {
        name: (folder, entry)
        for folder in ("weights", "constants")
        for name, entry in _json(records[f"data/{folder}/model_{folder}_config.json"])[
            "config"
        ].items()
    }
    return Archive(program, weights, records)


def _json(data: bytes) -> Any:
    if len(data) > DOCUMENT_BYTES:
        raise ValueError(f"a description of {len(data)} bytes")
    return parse_json(data)


def _plain(size: Any) -> int:
    """A size that is a number, and no expression."""
    if not isinstance(size, dict) or set(size) != {"as_int"}:
        raise ValueError(f"a size {shown(size)} that is no number")
    return integer(size["as_int"])
