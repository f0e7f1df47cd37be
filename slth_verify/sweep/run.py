"""One run of a sweep: its inputs, and the key under which its row is found again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import product

from slth_verify._version import __version__
from slth_verify.files import read_regular
from slth_verify.limits import TENSOR_FILE_BYTES
from slth_verify.showing import OneLine
from slth_verify.sweep.fields import Value
from slth_verify.sweep.kinds import LIBRARIES, Inputs

#: Distributions that every result may depend on.
_DECIDING = ("numpy", "scipy", "python-flint", "mpmath")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take.

    Attributes:
        seconds: Wall time, positive; None for no limit.
        memory: MiB of the process that works on it, libraries included; None for none.
    """

    seconds: float | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Run(OneLine):
    """One run.

    Attributes:
        kind: Name of its kind.
        inputs: Names and values; of a file, its SHA-256.
        limits: What it may take.
        key: SHA-256 of all of these and of the versions that decide the result.
        source: Path of its file, which is no part of the key; empty for none.
    """

    kind: str
    inputs: tuple[tuple[str, Value], ...]
    limits: Limits
    key: str
    source: str = ""

    @classmethod
    def of(
        cls,
        kind: str,
        inputs: tuple[tuple[str, Value], ...],
        limits: Limits,
        source: str = "",
    ) -> Run:
        """The run with its key."""
        columns = {name: (value,) for name, value in inputs}
        file = str(dict(inputs).get("target", ""))
        (run,) = cls.grid(kind, columns, limits, {file: source})
        return run

    @classmethod
    def grid(
        cls,
        kind: str,
        columns: Mapping[str, Sequence[Value]],
        limits: Limits,
        sources: Mapping[str, str],
    ) -> Iterator[Run]:
        """Runs with all combinations of values, the last input changing fastest.

        Args:
            kind: Name of their kind.
            columns: Values of each input; what has many of them, such as a seed, is
                written out once.
            limits: What each may take.
            sources: Paths of files by their SHA-256.
        """
        pairs = [[(name, value) for value in of] for name, of in columns.items()]
        texts = [list(map(_written, column)) for column in pairs]
        head, tail = json.dumps(kind), json.dumps([limits.seconds, limits.memory])
        places = {name: place for place, name in enumerate(columns)}
        target, solver = places.get("target"), places.get("solver")
        for inputs, written in zip(product(*pairs), product(*texts), strict=True):
            libraries = _written_versions("" if solver is None else inputs[solver][1])
            key = _key(head, written, tail, libraries)
            file = "" if target is None else str(inputs[target][1])
            yield cls(kind, inputs, limits, key, sources.get(file, ""))

    def named(self) -> Inputs:
        """Inputs by name."""
        return dict(self.inputs)

    def again(self) -> Run:
        """The run with the key that this process gives it."""
        return Run.of(self.kind, self.inputs, self.limits, self.source)


def key_of(
    kind: str,
    inputs: Mapping[str, Value],
    limits: Limits,
    libraries: Mapping[str, str],
) -> str:
    """The key of a run, of this version or of another one.

    Args:
        kind: Name of its kind.
        inputs: By name, in their order.
        limits: What it may take.
        libraries: Versions that decided the result, in the order of `versions`.
    """
    tail = json.dumps([limits.seconds, limits.memory])
    written = list(map(_written, inputs.items()))
    return _key(json.dumps(kind), written, tail, json.dumps(libraries))


def _key(head: str, written: Sequence[str], tail: str, libraries: str) -> str:
    """SHA-256 of JSON texts: the kind, all inputs, the limits and the versions."""
    asked = f"[{head}, [{', '.join(written)}], {tail[1:]} {libraries}"
    return hashlib.sha256(asked.encode()).hexdigest()


@cache
def versions(solver: str = "") -> Mapping[str, str]:
    """Versions of all that decides a result, here.

    Args:
        solver: Name of a solver, which may be a library of its own.
    """
    names = [*_DECIDING, *([LIBRARIES[solver]] if solver in LIBRARIES else [])]
    return {"slth-verify": __version__, **{name: _version(name) for name in names}}


@cache
def _written_versions(solver: Value) -> str:
    return json.dumps(versions(str(solver)))


def _written(pair: tuple[str, Value]) -> str:
    """One input as JSON; faster for integers, of which a plan may have many."""
    name, value = pair
    return f'["{name}", {value}]' if type(value) is int else json.dumps(pair)


def file_digest(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a target's file, which stands in a run's key for its path.

    Raises:
        UnusableFileError: It cannot be read, or is too large.
    """
    return hashlib.sha256(read_regular(path, TENSOR_FILE_BYTES)).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
