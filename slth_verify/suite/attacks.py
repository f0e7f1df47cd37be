"""Which property attacks which statement, what lies it catches, what is missing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown
from slth_verify.showing import OneLine


@dataclass(frozen=True, slots=True, repr=False)
class Attack(OneLine):
    """How hard one statement is attacked.

    Attributes:
        statement: Its id.
        properties: Files, of ``properties/`` or ``tests/``, that test what it claims.
        checks: Checks of `slth_verify.conformance` that they run.
        lies: Files with the planted lies that turn them red.
        ratio: Largest observed over allowed that was seen, and where; "" if none was
            recorded.
        missing: What is not attacked; "" if nothing is known to be missing.
    """

    statement: str
    properties: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    lies: tuple[str, ...] = ()
    ratio: str = ""
    missing: str = ""


@cache
def attacks() -> Mapping[str, Attack]:
    """The row of each statement, by id, in the order of `sv.statements()`."""
    source = files("slth_verify.suite") / "attacks.toml"
    rows = tomllib.loads(source.read_text(encoding="utf-8"))
    return {
        name: Attack(
            name,
            tuple(row.get("properties", ())),
            tuple(row.get("checks", ())),
            tuple(row.get("lies", ())),
            row.get("ratio", ""),
            row.get("missing", ""),
        )
        for name, row in rows.items()
    }


def require_statement(identifier: str) -> None:
    """Refuse what is no id of a statement, without loading the statements.

    Raises:
        InvalidParameterError: If there is none; the message lists the nearest ids.
    """
    known = attacks()
    if identifier not in known:
        near = get_close_matches(str(identifier), known, n=3, cutoff=0.3)
        raise InvalidParameterError(
            f"statement={shown(identifier)} is no statement: ids look like "
            f"{', '.join(near or list(known)[:3])}. `slth-verify statements` lists all "
            "of them."
        )
