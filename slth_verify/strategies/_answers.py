"""Strategies for stored answers of ``bounds``: genuine, and forged."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from slth_verify.numbers import shown
from slth_verify.strategies._built_answers import built_answers

#: A stored answer: one JSON document of a ``bounds`` command.
Answer = dict[str, Any]

_Place = tuple[str | int, ...]

#: What no honest program writes where a number, a name or a flag belongs.
_HOSTILE: tuple[Any, ...] = (
    *(0, -1, 1, 10**6, 10**12, 10**400),
    *("0", "-1", "1/2", "1000000", "1/1000000", "1e5000", "1e-5000", "1e30000000"),
    *("9" * 5000, "1/0", "nan", "inf", "", "\x1b[2J", "\u202e1"),
    *(float("nan"), float("inf"), 0.5, True, False, None, [], {}),
    *("[0, 0]", "[1, 1]", "[1, 0]", "[0, 1e9999]"),
    *("euclidean", "one-norm", "der:net", "der:two-blocks", "def:subset-sum-number"),
)

#: Names that a careless reader might look up in the wrong place.
_NAMES = ("norm", "eps", "n", "size", "dim", "radius", "failure", "probability", "note")


@st.composite
def stored_answers(draw: st.DrawFn) -> Answer:
    """Answers as the evaluators write them: one of every kind, all of small cost."""
    return copy.deepcopy(_samples()[draw(st.sampled_from(sorted(_samples())))])


@st.composite
def forged_answers(
    draw: st.DrawFn, answers: st.SearchStrategy[Answer] | None = None
) -> Answer:
    """Documents that look like stored answers, and need not be true.

    Either a genuine answer or one that is built step by step from drawn parameters,
    with recorded numbers that fit them, but where a step may claim more than it proved;
    then up to three changes: leaves replaced by hostile values, by other leaves or by
    neighbours, one value replaced wherever it stands, keys added or dropped, steps
    dropped, doubled, swapped or taken from another answer.

    Args:
        answers: Documents to start from; None for both kinds.

    Raises:
        InvalidArgument: If that is no strategy, when something is drawn.
    """
    if answers is None:
        answers = stored_answers() | built_answers()
    if not isinstance(answers, st.SearchStrategy):
        raise InvalidArgument(
            f"answers={shown(answers)}: a strategy of documents is required, such as "
            "stored_answers() or built_answers(); or None for both."
        )
    answer = draw(answers)
    changes = draw(st.lists(st.sampled_from(_CHANGES), max_size=3))
    random = draw(st.randoms(use_true_random=False))
    for change in changes:
        change(answer, random)
    return answer


@cache
def _samples() -> dict[str, Answer]:
    source = files("slth_verify.strategies") / "answers.json"
    found: dict[str, Answer] = json.loads(source.read_text(encoding="utf-8"))
    return found


def _leaves(value: Any, place: _Place = ()) -> Iterator[_Place]:
    """Places of all values that are no objects or lists."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    elif place:
        yield place
    for key, inner in items:
        yield from _leaves(inner, (*place, key))


def _at(value: Any, place: _Place) -> Any:
    for key in place:
        value = value[key]
    return value


def _leaf(answer: Answer, random: Any) -> _Place:
    # a dictionary may be emptied by earlier changes, but never the whole document
    places = list(_leaves(answer))
    named = [place for place in places if place[-1] != "text"]
    return random.choice(named or places)  # type: ignore[no-any-return]


def _put(answer: Answer, place: _Place, value: Any) -> None:
    _at(answer, place[:-1])[place[-1]] = value


def _hostile_leaf(answer: Answer, random: Any) -> None:
    _put(answer, _leaf(answer, random), copy.deepcopy(random.choice(_HOSTILE)))


def _other_leaf(answer: Answer, random: Any) -> None:
    """A value from another place, of this answer or of another one."""
    source = answer if random.random() < 0.5 else _another(random)
    value = copy.deepcopy(_at(source, _leaf(source, random)))
    _put(answer, _leaf(answer, random), value)


def _near_leaf(answer: Answer, random: Any) -> None:
    """A number close to the one that is there."""
    place = _leaf(answer, random)
    _put(answer, place, _neighbour(_at(answer, place), random))


def _everywhere(answer: Answer, random: Any) -> None:
    """One value replaced wherever it stands, as number or as text."""
    old = _at(answer, _leaf(answer, random))
    new = _neighbour(old, random)
    for place in list(_leaves(answer)):
        value = _at(answer, place)
        if str(value) == str(old):
            _put(answer, place, type(value)(new) if type(value) is int else str(new))


def _neighbour(value: Any, random: Any) -> Any:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        ends = str(value).partition("/")
        if ends[0].isdigit() and ends[2].isdigit():
            return f"{ends[0]}/{int(ends[2]) * random.choice((2, 3, 10))}"
        return value
    changed = random.choice((number - 1, number + 1, 2 * number, number // 2))
    return str(changed) if isinstance(value, str) else changed


def _added_key(answer: Answer, random: Any) -> None:
    """A key that the object does not have, at any level."""
    inner = [place[:-1] for place in _leaves(answer) if isinstance(place[-1], str)]
    if inner:
        value = random.choice((*_HOSTILE, _at(answer, _leaf(answer, random))))
        _at(answer, random.choice(inner)).setdefault(random.choice(_NAMES), value)


def _dropped_key(answer: Answer, random: Any) -> None:
    place = _leaf(answer, random)
    if len(place) > 1:
        del _at(answer, place[:-1])[place[-1]]


def _steps_changed(answer: Answer, random: Any) -> None:
    """Steps dropped, doubled, swapped, or taken from another answer."""
    ledger = answer.get("ledger")
    if not isinstance(ledger, list) or not ledger:
        return
    place = random.randrange(len(ledger))
    match random.randrange(4):
        case 0:
            del ledger[place]
        case 1:
            ledger.insert(place, copy.deepcopy(ledger[place]))
        case 2:
            ledger.insert(random.randrange(len(ledger)), ledger.pop(place))
        case _:
            ledger.insert(
                place, copy.deepcopy(random.choice(_another(random)["ledger"]))
            )


def _other_question(answer: Answer, random: Any) -> None:
    answer["inputs"] = copy.deepcopy(_another(random)["inputs"])


def _another(random: Any) -> Answer:
    return _samples()[random.choice(sorted(_samples()))]


_CHANGES = (
    _hostile_leaf,
    _other_leaf,
    _near_leaf,
    _everywhere,
    _added_key,
    _dropped_key,
    _steps_changed,
    _other_question,
)
