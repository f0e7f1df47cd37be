"""All readers, by name."""

from __future__ import annotations

from benchmarks.support.fuzzing.databases import DATABASES
from benchmarks.support.fuzzing.documents import DOCUMENTS
from benchmarks.support.fuzzing.judging import Reader
from benchmarks.support.fuzzing.tensors import TENSORS

READERS: dict[str, Reader] = {
    reader.name: reader for reader in (*DOCUMENTS, *TENSORS, *DATABASES)
}
