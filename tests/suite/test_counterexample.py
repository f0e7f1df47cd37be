"""Words that hold a counterexample."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slth_verify.errors import InvalidParameterError
from slth_verify.suite import Counterexample

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
FOUND = Counterexample("one is two", "one is one", "thm:rss", "check_mask", {"n": 1})


def _word(content: object) -> str:
    packed = zlib.compress(json.dumps(content).encode())
    return "slth1." + base64.urlsafe_b64encode(packed).decode().rstrip("=")


@given(claim=TEXTS, reason=TEXTS, draw=st.tuples(TEXTS, TEXTS), flag=st.booleans())
def test_words_are_read_as_they_were_written(
    claim: str, reason: str, draw: tuple[str, str], flag: bool
) -> None:
    found = Counterexample(claim, reason, "thm:rss", "check_x", {"exact": flag}, draw)
    assert Counterexample.from_word(found.word) == found
    assert set(found.word) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    )
    assert found.command == f"slth-verify replay {found.word}"


@given(st.text())
@example("slth1.")
@example("slth1.é")
@example(FOUND.word[:-4])
@example(FOUND.word + "AAAA")
@example("slth2." + FOUND.word[6:])
@example(_word([]))
@example(_word({"claim": "x"}))
@example(_word({"claim": 0} | dict.fromkeys(("reason", "statement"), "")))
def test_other_words_are_refused(word: str) -> None:
    with pytest.raises(InvalidParameterError, match="is no counterexample"):
        Counterexample.from_word(word)


@pytest.mark.parametrize(
    ("name", "value"),
    [("claim", 1), ("draw", ["x"]), ("draw", [1, 2]), ("draw", "xy"), ("options", [])],
)
def test_fields_of_other_types_are_refused(name: str, value: object) -> None:
    packed = base64.urlsafe_b64decode(FOUND.word[6:] + "=" * (-len(FOUND.word[6:]) % 4))
    content = json.loads(zlib.decompress(packed))
    assert Counterexample.from_word(_word(content)) == FOUND
    with pytest.raises(InvalidParameterError):
        Counterexample.from_word(_word(content | {name: value}))


def test_a_word_that_unpacks_without_end_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="too large"):
        Counterexample.from_word(_word({"claim": "0" * (1 << 22)}))


def test_long_reasons_are_cut() -> None:
    found = Counterexample("x", "0" * 100_000)
    assert len(Counterexample.from_word(found.word).reason) == 20_000
