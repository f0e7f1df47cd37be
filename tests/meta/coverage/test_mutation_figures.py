"""Figures of mutants: what was tried before is kept, and nothing is counted twice."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[3]))  # where benchmarks/ lies

from benchmarks.support.mutation.figures import digest, figures, open_ones


def test_what_was_published_is_kept_and_told_apart() -> None:
    keys = ["a", "b", "c", "d"]
    first = figures(keys, {"a": "killed", "b": "survived"}, {"b": "equal"}, {})
    assert (first["tried"], first["of runs before"]) == (2, 0)
    assert "sums alone" not in first
    # the journal is lost: what was tried stands, but for what is no mutant any more
    second = figures(keys[1:], {"c": "killed"}, {"b": "equal"}, first)
    assert (second["tried"], second["of runs before"]) == (2, 1)
    assert second["outcomes"] == {"survived": 1, "killed": 1}
    assert second["by digest"] == {"killed": digest("c"), "survived": digest("b")}
    assert not open_ones(second)
    assert open_ones(figures(keys[1:], {}, {}, second)) == ["b"]
    # what was tried once more counts once, as it came out now
    third = figures(keys[1:], {"b": "killed"}, {}, second)
    assert third["outcomes"] == {"killed": 2}
    assert third["survivors"] == {}


def test_sums_of_unknown_mutants_are_never_added_to_others() -> None:
    keys = ["a", "b", "c", "d"]
    old = {"mutants": 9, "tried": 3, "outcomes": {"killed": 1, "survived": 2}}
    old["survivors"] = {"b": "equal", "gone": "equal"}
    for _ in range(2):  # and they are carried on from file to file
        old = figures(keys, {"a": "killed"}, {"b": "equal"}, old)
        assert (old["tried"], old["outcomes"]) == (1, {"killed": 1})
        assert old["sums alone"] == {
            "mutants": 9, "tried": 3, "outcomes": {"killed": 1, "survived": 2},
            "survivors": {"b": "equal"},
        }  # fmt: skip
    assert open_ones(figures(keys, {"a": "killed"}, {}, old)) == ["b"]
    assert not open_ones(figures(keys, {"a": "killed", "b": "killed"}, {}, old))
    # as many are known one by one: these stand alone
    known = dict.fromkeys(keys[:3], "killed")
    assert "sums alone" not in figures(keys, known, {}, old)
