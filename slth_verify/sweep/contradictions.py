"""Rows of a store that cannot all be true, found without proving any of them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slth_verify.claims import Claim, exclusions
from slth_verify.sweep.results import UNFIT, claims, complaint
from slth_verify.sweep.store import Row
from slth_verify.text import counted, printable, reason_of

_KEY = 12  # digits of a key that name a row to a reader


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What one row says that it, or another one, excludes.

    Attributes:
        rows: The rows in question, one or two.
        reason: A sentence that names them.
    """

    rows: tuple[Row, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows with a result, as far as they can be told apart.

    Attributes:
        believed: What nothing speaks against. It is as it was written; nothing here
            proves it.
        contradictions: What cannot be true.
        keys: Of all rows that take part in that; one of two may be right, but which?
        unfit: Rows that this version does not write, with the reason.
    """

    believed: tuple[Row, ...]
    contradictions: tuple[Contradiction, ...]
    keys: frozenset[str]
    unfit: tuple[tuple[Row, str], ...]


def judge(rows: Iterable[Row]) -> Judged:
    """Look for rows that contradict themselves or one another.

    A certified width must not lie below a necessary one of a question that is as easy
    or easier, no success probability above its upper end; see `complaint` for what a
    row says on its own. Rows of other versions are compared as well: what is proved
    does not depend on them.

    Args:
        rows: Of a store; those without a result are left out.
    """
    found: list[Contradiction] = []
    unfit: list[tuple[Row, str]] = []
    told: list[tuple[Row, Claim]] = []
    sound: list[Row] = []
    for row in rows:
        if row.outcome != "done":
            continue
        asked = (row.kind, row.inputs, row.result)
        try:
            said, claimed = complaint(*asked), list(claims(*asked))
        except UNFIT as error:
            unfit.append((row, reason_of(error)))
            continue
        if said:
            found.append(
                Contradiction((row,), f"{named(row)} contradicts itself: {said}")
            )
        else:
            sound.append(row)
            told += [(row, claim) for claim in claimed]
    pairs, wrong = exclusions([claim for _, claim in told])
    met: dict[tuple[str, str], Contradiction] = {}
    for above, below, more in pairs:
        two = (told[above][0], told[below][0])
        met.setdefault((two[0].key, two[1].key), Contradiction(two, _said(two, more)))
    found += met.values()
    keys = {row.key for one in found for row in one.rows}
    keys |= {told[place][0].key for place in wrong}
    believed = tuple(row for row in sound if row.key not in keys)
    return Judged(believed, tuple(found), frozenset(keys), tuple(unfit))


def named(row: Row) -> str:
    """A row in a few words, with the beginning of its key."""
    asked = in_words({**row.inputs, "row": row.key[:_KEY]})
    return printable(f"{row.kind} ({asked})", 300)


def in_words(inputs: Mapping[str, Any]) -> str:
    """Inputs in a line, without those that are left open."""
    left_open = [("depth", 0), ("target_seed", 0)]
    parts = [
        f"{name}={value}"
        for name, value in inputs.items()
        if value != "" and (name, value) not in left_open
    ]
    return ", ".join(parts)


def _said(two: tuple[Row, Row], more: int) -> str:
    one, other = (f"{named(row)} with {in_words(row.result)}" for row in two)
    rest = f"; {counted(more, 'more row')} exclude the first" if more else ""
    return f"{one} and {other} exclude each other{rest}"
