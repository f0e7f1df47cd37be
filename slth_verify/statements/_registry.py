"""The registry: every statement once, in the paper's order, then ours, then others."""

from __future__ import annotations

from dataclasses import fields
from difflib import get_close_matches

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown
from slth_verify.statements._collection import COLLECTED
from slth_verify.statements._data import StatementData
from slth_verify.statements._statement import Statement
from slth_verify.statements._types import require


def build(collected: tuple[Statement, ...]) -> dict[str, Statement]:
    """Index statements by id.

    Raises:
        InvalidParameterError: If the tuple is empty, an id occurs twice, or a statement
            uses an id that does not exist, or supersedes one that is still there.
    """
    require(bool(collected), "statements=() is empty: the registry needs statements")
    index: dict[str, Statement] = {}
    for statement in collected:
        require(
            statement.id not in index,
            f"id={statement.id!r} is registered twice: ids are permanent and unique",
        )
        index[statement.id] = statement
    for statement in collected:
        for other in statement.uses:
            require(
                other in index,
                f"id={statement.id!r} refers to {other!r}, which is not registered",
            )
        require(
            statement.supersedes not in index,
            f"id={statement.id!r} corrects {statement.supersedes!r}, which is still "
            "registered: withdraw it",
        )
    return index


def _askable(data: StatementData) -> Statement:
    return Statement(**{item.name: getattr(data, item.name) for item in fields(data)})


_INDEX = build(tuple(map(_askable, COLLECTED)))


def statements() -> tuple[Statement, ...]:
    """All statements: the paper's in its order, then derived, then related ones."""
    return tuple(_INDEX.values())


def statement(id: str) -> Statement:
    """The statement with that id.

    Args:
        id: Permanent identifier such as ``"thm:rss"``.

    Raises:
        InvalidParameterError: If there is none, or it is no text; the message lists the
            nearest ids, or those that correct a withdrawn one.
    """
    if not isinstance(id, str):
        raise InvalidParameterError(
            f"id={shown(id)}: a text such as 'thm:rss' is required. statements() lists "
            "all ids."
        )
    if id in _INDEX:
        return _INDEX[id]
    corrected = [other.id for other in statements() if other.supersedes == id]
    if corrected:
        raise InvalidParameterError(
            f"id={id!r} was withdrawn, since it claimed more than is known: "
            f"{' and '.join(corrected)} stand in its place. Choose one of them."
        )
    near = get_close_matches(id.strip().lower(), _INDEX, n=3, cutoff=0.3)
    near = near or sorted(_INDEX)[:3]
    raise InvalidParameterError(
        f"id={shown(id)} is no statement: ids look like {', '.join(near)}. "
        "statements() lists all of them."
    )
