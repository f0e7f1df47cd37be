"""The reader of documents that nobody vouches for: each kind of value, at its edges."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from slth_verify.bounds.rechecking.reader import (
    Fields,
    LedgerStep,
    NotConfirmedError,
    require_enclosed,
    require_lower,
    require_steps,
    require_upper,
)
from slth_verify.enclosure import Enclosure
from slth_verify.limits import LAYERS

F = Fraction


def _read(method: str, value: Any, *arguments: Any) -> Any:
    return getattr(Fields("here", {"x": value}), method)("x", *arguments)


@pytest.mark.parametrize(
    ("method", "value", "arguments", "found"),
    [
        ("text", "x" * 10_000, (), "x" * 10_000),
        ("flag", True, (), True),
        ("flag", False, (), False),
        ("number", "1/3", (), F(1, 3)),
        ("number", -2, (), F(-2)),
        ("integer", "3", (3, 5), 3),
        ("integer", 5, (3, 5), 5),
        ("integers", "0,1000000000", (), (0, 10**9)),
        ("integers", ",".join(["1"] * (LAYERS + 1)), (), (1,) * (LAYERS + 1)),
        ("interval", "[1/3, 1/3]", (), Enclosure(F(1, 3), F(1, 3))),
        ("at_least", "[1/4, 1]", (), F(1, 4)),
        ("at_most", "[0, 7]", (), F(7)),
        ("probability", {"lower": 0, "upper": 1}, (), Enclosure(F(0), F(1))),
        ("exactly", "a", ("b", "a"), "a"),
    ],
)
def test_what_is_read(method, value, arguments, found) -> None:
    assert _read(method, value, *arguments) == found


@pytest.mark.parametrize(
    ("method", "value", "arguments", "reason"),
    [
        ("text", "x" * 10_001, (), "no text of sensible length"),
        ("text", 3, (), "no text of sensible length"),
        ("flag", 1, (), "not true or false"),
        ("flag", "true", (), "not true or false"),
        ("flag", None, (), "not true or false"),
        ("number", 0.5, (), "no exact number"),
        ("number", None, (), "no exact number"),
        ("number", "nan", (), "here: x"),
        ("number", "1/0", (), "here: x"),
        ("number", True, (), "here: x"),
        ("integer", "5/2", (1, 3), "no integer from 1 to 3"),
        ("integer", 2, (3, 5), "no integer from 3 to 5"),
        ("integer", 6, (3, 5), "no integer from 3 to 5"),
        ("integers", "1,-1", (), "no integer"),
        ("integers", "1,1000000001", (), "no integer"),
        ("integers", "1,", (), "here: x"),
        ("integers", ",".join(["1"] * (LAYERS + 2)), (), "too many parts"),
        ("interval", "[1]", (), "no interval"),
        ("interval", "[1, 2, 3]", (), "no interval"),
        ("interval", "[2, 1]", (), "empty interval"),
        ("at_least", "[1/4, 1/2]", (), "does not end at 1"),
        ("at_least", "[1/4, 2]", (), "does not end at 1"),
        ("at_most", "[1/4, 1/2]", (), "does not begin at 0"),
        ("at_most", "[-1, 1/2]", (), "does not begin at 0"),
        ("probability", {"lower": "-1/9", "upper": 1}, (), "no probability"),
        ("probability", {"lower": 0, "upper": "10/9"}, (), "no probability"),
        ("probability", {"lower": 1, "upper": 0}, (), "empty interval"),
        ("probability", {"lower": 0, "upper": 1, "more": 1}, (), "nothing uses more"),
        ("probability", {"lower": 0}, (), "upper is missing"),
        ("probability", [0, 1], (), "no JSON object"),
        ("fields", {1: 2}, (), "no JSON object"),
        ("entries", "text", (9,), "no list of at most 9"),
        ("entries", {}, (9,), "no list of at most 9"),
        ("entries", [{}] * 10, (9,), "no list of at most 9"),
        ("entries", [{}, 1], (9,), "x 2 is no JSON object"),
        ("exactly", "c", ("b", "a"), "b or a was expected"),
    ],
)
def test_what_is_refused(method, value, arguments, reason) -> None:
    with pytest.raises(NotConfirmedError, match=reason):
        _read(method, value, *arguments)


def test_a_value_is_read_once() -> None:
    fields = Fields("here", {"x": 1})
    assert fields.peek("x") == 1
    assert fields.has("x")
    assert fields.take("x") == 1
    assert not fields.has("x")
    with pytest.raises(NotConfirmedError, match="x is missing"):
        fields.take("x")
    with pytest.raises(NotConfirmedError, match="x is missing"):
        fields.peek("x")


def test_nothing_is_left_over_unless_another_error_is_told() -> None:
    with (
        pytest.raises(NotConfirmedError, match="nothing uses x, y"),
        Fields("here", {"y": 1, "x": 1}),
    ):
        pass
    with pytest.raises(KeyError), Fields("here", {"x": 1}):
        raise KeyError
    with pytest.raises(NotConfirmedError, match="nothing uses"):
        LedgerStep("der:net", Fields("here", {"x": 1})).end()
    LedgerStep("der:net", Fields("here", {})).end()


def _step(**values: Any) -> dict[str, Any]:
    return {"statement": "der:net", "text": "", **values}


def test_steps() -> None:
    document = Fields("here", {"ledger": [_step(), _step(values={"n": 2})]})
    first, second = document.steps()
    first.end()
    assert second.values.take("n") == 2
    assert second.statement == "der:net"
    require_steps([first, second], "der:net", "der:net")
    for names in (["der:net"], ["der:net"] * 3, ["der:net", "der:two-blocks"]):
        with pytest.raises(NotConfirmedError, match="were expected"):
            require_steps([first, second], *names)
    assert len(Fields("here", {"ledger": [_step()] * 10}).steps()) == 10
    with pytest.raises(NotConfirmedError, match="no list of at most 10"):
        Fields("here", {"ledger": [_step()] * 11}).steps()
    with pytest.raises(NotConfirmedError, match="nothing uses more"):
        Fields("here", {"ledger": [_step(more=1)]}).steps()


#: Just as much as a record may differ from what is proved.
_SHARE = F(1, 10**6)


@pytest.mark.parametrize(
    ("require", "wrong"), [(require_lower, 1), (require_upper, -1)]
)
def test_bounds_follow_and_are_the_ones_proved(require, wrong) -> None:
    for proved in (F(1, 3), F(-1, 3), F(0)):
        slack = _SHARE * abs(proved)
        require("x", proved, proved)
        require("x", proved - wrong * slack, proved)
        with pytest.raises(NotConfirmedError, match="belong together"):
            require("x", proved - wrong * (slack + F(1, 10**30)), proved)
        with pytest.raises(NotConfirmedError, match="follows"):
            require("x", proved + wrong * F(1, 10**30), proved)


def test_both_ends_of_an_enclosure_follow() -> None:
    proved = Enclosure(F(1, 3), F(2, 3))
    require_enclosed("x", proved, proved)
    for ends in ((F(1, 3) + _SHARE, F(2, 3)), (F(1, 3), F(2, 3) - _SHARE)):
        with pytest.raises(NotConfirmedError, match="follows"):
            require_enclosed("x", Enclosure(*ends), proved)
