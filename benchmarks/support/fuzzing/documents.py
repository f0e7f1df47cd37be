"""Readers of texts that users write or paste: profiles, plans, counterexamples."""

from __future__ import annotations

import itertools
import json
import tomllib
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

from benchmarks.support.fuzzing.forms import (
    TOML,
    WORD,
    document_of,
    word_of,
)
from benchmarks.support.fuzzing.judging import Reader
from slth_verify.report import Profile
from slth_verify.report.model.profile import load_profile, to_toml
from slth_verify.suite import Counterexample
from slth_verify.sweep import Plan, load_plan


def _profiles() -> tuple[bytes, ...]:
    return tuple(to_toml(load_profile(name)).encode() for name in ("quick", "full"))


def _profile_is_true(content: bytes, found: Profile) -> bool:
    """Every field is what the file says, or its default; a number of seconds is one."""
    said = tomllib.loads(content.decode())
    known = {field.name: field.default for field in fields(Profile)}
    wanted = {**known, "name": "profile", **said}
    same = all(getattr(found, name) == value for name, value in wanted.items())
    return said.keys() <= known.keys() and same


_PLANS = (
    '[[runs]]\nkind = "search"\ndimension = [2, 3]\nsamples = 10\neps = "0.10"\n'
    'seed = "7..9"\n',
    'name = "p"\ntime_limit = 2.5\nmemory_limit = 512\n[[runs]]\nkind = "success"\n'
    'dimension = 1\nsamples = [3, 4]\neps = "1/4"\nseed = "0..4"\ntrials = 5\n'
    '[[runs]]\nkind = "search"\ndimension = 2\nsamples = 8\neps = ["1e-30", 10]\n'
    'seed = [0, 1]\nsolver = ["exhaustive", "one-dim"]\n',
    '[[runs]]\nkind = "bound"\neps = 1\nprobability = "1/2"\nkernel = "3,3"\n'
    'channels = "1,2,3"\n',
    '[[runs]]\nkind = "prune"\neps = "1%"\nseed = 1\ntarget = "plan.toml"\n',
)


def _plan_is_true(content: bytes, found: Plan) -> bool:
    """As many runs as there are different combinations; each has its block's kind."""
    said = tomllib.loads(content.decode())
    if found.name != said.get("name", "plan"):
        return False
    asked: Counter[tuple[Any, ...]] = Counter()
    for block in said["runs"]:
        own = {key: x for key, x in block.items() if not key.endswith("_limit")}
        limits = [
            block.get(key, said.get(key)) for key in ("time_limit", "memory_limit")
        ]
        columns = [[(key, v) for v in _values(value)] for key, value in own.items()]
        for combination in itertools.product(*columns):
            asked[(tuple(sorted(combination)), *map(str, limits))] += 1
    kinds = {block["kind"] for block in said["runs"]}
    exact = len(found.runs) <= len(asked)  # several spellings of one run are one
    return exact and {run.kind for run in found.runs} == kinds and bool(found.runs)


def _values(value: Any) -> list[str]:
    if isinstance(value, list):
        return [x for item in value for x in _values(item)]
    text = str(value)
    first, dots, last = (part.strip() for part in text.partition(".."))
    if dots and first.isdecimal() and last.isdecimal():
        return [str(number) for number in range(int(first), int(last) + 1)]
    return [text]


def _words() -> tuple[bytes, ...]:
    plain = Counterexample("a claim", "a reason", "thm:rss")
    found = Counterexample(
        *("claim", "reason", "lem:nsn-sum", "check_sums", {"n": 3, "x": [1, "2"]}),
        draw=("6.100.0", "AXicY2BgAAABAAE="),
    )
    return tuple(item.word.encode() for item in (plain, found))


def _read_word(path: Path) -> Counterexample:
    return Counterexample.from_word(
        path.read_bytes().decode("utf-8", "replace").strip()
    )


def _word_is_true(content: bytes, found: Counterexample) -> bool:
    said = json.loads(document_of(content.decode("utf-8", "replace").strip().encode()))
    mine = {field.name: getattr(found, field.name) for field in fields(found)}
    texts = [x for key, x in mine.items() if key not in ("options", "draw")]
    plain = all(isinstance(text, str) for text in (*texts, *found.draw))
    return plain and bool(mine | {"draw": list(found.draw)} == said)


DOCUMENTS = (
    Reader(
        name="profiles",
        file="profile.toml",
        make=_profiles,
        form=TOML,
        read=load_profile,
        is_true=_profile_is_true,
    ),
    Reader(
        name="sweep plans",
        file="plan.toml",
        make=lambda: tuple(text.encode() for text in _PLANS),
        form=TOML,
        read=load_plan,
        is_true=_plan_is_true,
        reads_elsewhere=True,
    ),
    Reader(
        name="counterexamples",
        file="word.txt",
        make=_words,
        form=WORD,
        read=_read_word,
        is_true=_word_is_true,
        inner=word_of,
        outer=document_of,
    ),
)
