"""Plans: grids and lists of runs in TOML, checked as a whole before anything runs."""

from __future__ import annotations

import difflib
import math
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from slth_verify.deadline import seconds_of
from slth_verify.errors import InvalidParameterError, SlthVerifyError
from slth_verify.files import as_path, read_regular
from slth_verify.numbers import shown, whole_number
from slth_verify.showing import OneLine
from slth_verify.sweep.fields import Value
from slth_verify.sweep.kinds import KINDS
from slth_verify.sweep.lines import Place, places_of
from slth_verify.sweep.run import Limits, Run, file_digest
from slth_verify.text import counted, printable

_T = TypeVar("_T")

#: Runs of one plan.
MOST_RUNS = 200_000
_MOST_BYTES = 1 << 16
_MOST_TOLD = 50  # errors of one plan
_HEAD = ("name", "time_limit", "memory_limit", "runs")
_LEAST_MEMORY, _MOST_MEMORY = 64, 1 << 24  # MiB
_BLOCK = ""  # the key of a block's head


class InvalidPlanError(InvalidParameterError):
    """A plan says what cannot be run. Nothing of it was run.

    Attributes:
        problems: Line numbers, from 1 (0 where none is known), and what is wrong.

    Usual remedy: the message has a line for each mistake.
    """

    def __init__(self, plan: str, problems: Sequence[tuple[int, str]]) -> None:
        self.problems = tuple(problems)
        lines = [
            f"\n  line {line}: {text}" if line else f"\n  {text}"
            for line, text in self.problems[:_MOST_TOLD]
        ]
        if (more := len(self.problems) - _MOST_TOLD) > 0:
            lines.append(f"\n  and {more} more")
        found = counted(len(self.problems), "mistake")
        super().__init__(
            f"plan={shown(plan)}: {found}, nothing was run (docs/sweeps.md)."
            + "".join(lines)
        )


@dataclass(frozen=True, slots=True, repr=False)
class Plan(OneLine):
    """What a sweep is to run.

    Attributes:
        name: A label.
        runs: All different runs, in the order of the plan.
    """

    name: str
    runs: tuple[Run, ...]


def load_plan(path: str | os.PathLike[str]) -> Plan:
    """Read a plan, with all that is wrong in one error.

    Args:
        path: A TOML file. Paths in it are relative to its folder.

    Raises:
        InvalidPlanError: It is no plan; nothing of it can be run.
        UnusableFileError: It cannot be read.
    """
    source = str(as_path(path))
    try:
        text = read_regular(path, _MOST_BYTES).decode("utf-8")
        document = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidPlanError(source, [(0, printable(str(error), 200))]) from error
    except ValueError as error:  # an integer of too many digits
        raise InvalidPlanError(source, [(0, shown(str(error)))]) from error
    return _Reader(Path(source), places_of(text)).plan(document)


class _Reader:
    """Reads a document and collects what is wrong with it."""

    def __init__(self, path: Path, places: Mapping[Place, int]) -> None:
        self._path, self._places = path, places
        self._problems: list[tuple[int, str]] = []

    def plan(self, document: Mapping[str, Any]) -> Plan:
        """The plan, or all its mistakes."""
        for key in set(document) - set(_HEAD):
            self._refuse((0, key), _unknown(key, _HEAD))
        name = document.get("name", self._path.stem)
        if not isinstance(name, str) or printable(name, 200) != name:
            self._refuse((0, "name"), f"name={shown(name)}: a short text is needed")
        limits = self._limits(0, document, Limits())
        blocks = document.get("runs")
        if not isinstance(blocks, list) or not blocks:
            self._refuse((0, "runs"), "no [[runs]]: a plan has at least one block")
            blocks = []
        grids = [self._grid(n, block, limits) for n, block in enumerate(blocks, 1)]
        sound = [grid for grid in grids if grid is not None]
        total = sum(grid.size for grid in sound)
        if total > MOST_RUNS:
            self._refuse((1, _BLOCK), f"{total} runs: at most {MOST_RUNS} are admitted")
            sound = []
        runs = {run.key: run for grid in sound for run in self._runs(grid)}
        if self._problems:
            raise InvalidPlanError(os.fspath(self._path), sorted(self._problems))
        return Plan(name, tuple(runs.values()))

    def _grid(self, number: int, block: Any, outer: Limits) -> _Grid | None:
        """The values of a block's fields; None where one of them is wrong."""
        before = len(self._problems)
        if not isinstance(block, dict):
            self._refuse((0, "runs"), "runs: write each block under [[runs]]")
            return None
        kind = block.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            said = _unknown(kind, KINDS) if isinstance(kind, str) else "kind is missing"
            self._refuse((number, "kind"), f"{said}; kinds are {', '.join(KINDS)}")
            return None
        fields = KINDS[kind].fields
        known = ("kind", "time_limit", "memory_limit", *fields)
        for key in set(block) - set(known):
            self._refuse((number, key), _unknown(key, known))
        values: dict[str, Sequence[Value]] = {}
        for key, field in fields.items():
            if key in block:
                read = partial(field.values, block[key], key)
                values[key] = self._read((number, key), read) or ()
            elif field.default is None:
                self._refuse((number, _BLOCK), f"{key} is missing: {kind} needs it")
            else:
                values[key] = (field.default,)
        digests = self._digests(number, values.get("target", ()))
        limits = self._limits(number, block, outer)
        if len(self._problems) > before:
            return None
        return _Grid(number, kind, values, digests, limits)

    def _digests(self, number: int, targets: Sequence[Value]) -> dict[Value, str]:
        """SHA-256 of files by what the plan calls them; each is read once."""
        found: dict[Value, str] = {"": ""}
        for target in targets:
            if target not in found:
                read = partial(file_digest, self._path.parent / str(target))
                found[target] = self._read((number, "target"), read) or ""
        return found

    def _runs(self, grid: _Grid) -> Iterator[Run]:
        """The runs of a block."""
        folder, columns = self._path.parent, dict(grid.values)
        targets = [target for target in columns.get("target", ()) if target]
        sources = {
            grid.digests[target]: str((folder / str(target)).absolute())
            for target in targets
        }
        if targets:
            columns["target"] = [grid.digests[target] for target in columns["target"]]
        kind, told = KINDS[grid.kind], False
        for run in Run.grid(grid.kind, columns, grid.limits, sources):
            if (said := kind.complaint(run.named())) and not told:
                self._refuse((grid.number, _BLOCK), said)
                told = True
            yield run

    def _limits(self, number: int, block: Mapping[str, Any], outer: Limits) -> Limits:
        seconds, memory = outer.seconds, outer.memory
        if "time_limit" in block:
            read = partial(seconds_of, block["time_limit"])
            found = self._read((number, "time_limit"), read)
            seconds = found if found is not None and math.isfinite(found) else None
        if "memory_limit" in block:
            memory = self._read(
                (number, "memory_limit"),
                partial(
                    whole_number,
                    block["memory_limit"],
                    "memory_limit",
                    least=_LEAST_MEMORY,
                    most=_MOST_MEMORY,
                ),
            )
        return Limits(seconds, memory)

    def _read(self, place: Place, read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except SlthVerifyError as error:
            self._refuse(place, str(error).removesuffix("."))
            return None

    def _refuse(self, place: Place, text: str) -> None:
        block, _ = place
        line = self._places.get(place) or self._places.get((block, _BLOCK), 0)
        self._problems.append((line, text))


@dataclass(frozen=True, slots=True)
class _Grid:
    """One block: all combinations of its values are runs."""

    number: int
    kind: str
    values: Mapping[str, Sequence[Value]]
    digests: Mapping[Value, str]
    limits: Limits

    @property
    def size(self) -> int:
        """Number of combinations."""
        return math.prod(map(_count, self.values.values()))


def _count(values: Sequence[Value]) -> int:
    # a range may have more members than len() can say
    if isinstance(values, range):
        return values.stop - values.start
    return len(values)


def _unknown(key: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(key, list(known), 1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"{shown(key)} is unknown{meant}"
