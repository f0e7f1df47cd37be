"""Stored answers with one place changed: every place is read, and matters by itself."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from slth_verify import bounds
from slth_verify.bounds.rechecking import network, reader
from slth_verify.bounds.rechecking.reader import require
from slth_verify.conformance.oracles.remembered import evaluated_once
from slth_verify.text import printable
from slth_verify.verdict import Verdict

#: Clears a terminal, turns a line around, and more.
_HOSTILE = "\x1b[2J\u202e\x00\n\ud800"

Place = tuple[str | int, ...]

_DOCUMENTS: dict[str, Any] = json.loads(
    (files("slth_verify.strategies") / "answers.json").read_text(encoding="utf-8")
)
_NAMES = sorted(_DOCUMENTS)


@pytest.fixture(autouse=True, scope="module")
def quick() -> Iterator[None]:
    with evaluated_once():
        yield


def _at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value


def _with(document: Any, place: Place, value: Any) -> Any:
    changed = copy.deepcopy(document)
    _at(changed, place[:-1])[place[-1]] = value
    return changed


def _inner(value: Any, place: Place = ()) -> Iterator[Place]:
    """Places of all values, the whole one among them."""
    yield place
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, item in items:
        yield from _inner(item, (*place, key))


def _verified(document: Any) -> bool:
    return bounds.recheck(document).verdict is Verdict.VERIFIED


def _unread(document: Any) -> list[Place]:
    """Places whose value can be anything, and the answer is still confirmed."""
    places = [place for place in _inner(document) if place and place[-1] != "text"]
    return [place for place in places if _verified(_with(document, place, ["x"]))]


def _loose(document: Any) -> list[Place]:
    """Steps that can be of another statement, missing, twice or with more values."""
    found = []
    for place in _inner(document):
        value = _at(document, place)
        if place[-1:] == ("statement",):
            others = [_with(document, place, x) for x in ("der:net", "thm:mrss-nsn")]
            others = [x for x in others if x != document]
        elif place[-1:] == ("ledger",):
            others = [_with(document, place, [*value, value[-1]])]
            others += [_with(document, place, value[:-1])]
        elif isinstance(value, dict) and place:
            others = [_with(document, place, value | {"more": "1"})]
        else:
            continue
        found += [place for other in others if _verified(other)]
    return found


def _steering(document: Any) -> list[Place]:
    """Places whose text gets into what is said of the answer as it is."""
    found = []
    for place in _inner(document):
        value = _at(document, place)
        others = [_with(document, place, _HOSTILE)] if place else []
        if isinstance(value, dict):
            others.append(
                _with(document, place, value | {_HOSTILE: 1})
                if place
                else value | {_HOSTILE: 1}
            )
        for other in others:
            told = bounds.recheck(other)
            words = f"{told.claim} {told.reason}"
            found += [place] * (printable(words, len(words)) != words)
    return found


@pytest.mark.parametrize("name", _NAMES)
def test_no_text_of_a_document_steers_a_terminal(name: str) -> None:
    assert _steering(_DOCUMENTS[name]) == []


def test_a_reason_that_quotes_as_it_is_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "printable", lambda text, *_: text)
    assert any(_steering(_DOCUMENTS[name]) for name in _NAMES)


@pytest.mark.parametrize("name", _NAMES)
def test_every_value_is_read(name: str) -> None:
    assert _verified(_DOCUMENTS[name])
    assert _unread(_DOCUMENTS[name]) == []


@pytest.mark.parametrize("name", _NAMES)
def test_every_step_is_the_one_that_is_needed(name: str) -> None:
    assert _loose(_DOCUMENTS[name]) == []


def test_steps_that_nobody_looks_at_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    document = _DOCUMENTS["network necessary"]

    def counted(steps: list[Any], *names: str) -> None:  # planted lie
        require(len(steps) == len(names), "another number of steps")

    monkeypatch.setattr(network, "require_steps", counted)
    assert ("ledger", 0, "statement") in _loose(document)


@pytest.mark.parametrize("name", _NAMES)
def test_the_claim_says_for_which_targets(name: str) -> None:
    document = _DOCUMENTS[name]
    inputs = document["inputs"]
    claim = bounds.recheck(document).claim
    if "half" in inputs:
        assert ("[-1/2, 1/2]" in claim) is inputs["half"]
        assert ("[-1, 1]" in claim) is not inputs["half"]
    if "ball" in inputs:
        assert f"all targets of the {inputs['ball']} ball" in claim
    elif "prob" in inputs:
        assert "all targets" not in claim
    assert ("are not enough" in claim) is (document["kind"] == "necessary")
