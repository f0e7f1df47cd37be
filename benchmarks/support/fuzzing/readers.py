"""All readers, by name."""

from __future__ import annotations

from benchmarks.support.fuzzing.databases import DATABASES
from benchmarks.support.fuzzing.documents import DOCUMENTS
from benchmarks.support.fuzzing.images import IMAGES
from benchmarks.support.fuzzing.imported import IMPORTED
from benchmarks.support.fuzzing.judging import Reader
from benchmarks.support.fuzzing.own import OWN
from benchmarks.support.fuzzing.proofs import PROOFS
from benchmarks.support.fuzzing.recorded import RECORDED

_ALL = (*DOCUMENTS, *RECORDED, *PROOFS, *OWN, *IMPORTED, *IMAGES, *DATABASES)

READERS: dict[str, Reader] = {reader.name: reader for reader in _ALL}
