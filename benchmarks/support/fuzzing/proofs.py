"""Readers of stored proofs: answers, entries of the library, what searches found."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.support.fuzzing.forms import (
    JSON,
    LINES,
    Form,
    closed,
)
from benchmarks.support.fuzzing.judging import Reader
from slth_verify import cache
from slth_verify.bounds import recheck
from slth_verify.bounds.library import store
from slth_verify.bounds.library.entries import Entry
from slth_verify.bounds.mrss import widths
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches import cache as search_cache
from slth_verify.conformance._answers import contradiction
from slth_verify.errors import SlthVerifyError
from slth_verify.files import read_json
from slth_verify.strategies._answers import _samples
from slth_verify.verdict import Verdict


class NotUsed(SlthVerifyError):
    """What was remembered is not used."""


def _answers() -> tuple[bytes, ...]:
    # networks take too long to be proved a hundred thousand times
    kept = [x for _, x in sorted(_samples().items()) if "kernel" not in x["inputs"]]
    return tuple(json.dumps(answer).encode() for answer in kept)


def _read_answer(path: Path) -> Any:
    document = read_json(path)
    found = recheck(document)
    if found.verdict is not Verdict.VERIFIED:
        raise NotUsed(f"{found.verdict.name}: {found.claim}: {found.reason}")
    return document


def _answer_is_true(_: bytes, document: Any) -> bool | None:
    told, compared = contradiction(document)
    return False if told else (True if compared else None)


def _entries() -> tuple[bytes, ...]:
    small = [entry for entry in store.entries() if entry.n <= 100 and entry.dim <= 2]
    kept = {entry.form: entry for entry in reversed(small)}
    lines = [entry.line().encode() + b"\n" for entry in (*kept.values(), *small[:4])]
    return (*lines, b"".join(lines[:3]))


def _read_entries(path: Path) -> list[tuple[Entry, Any]]:
    entries = [Entry.read(line) for line in path.read_bytes().splitlines()]
    return [(entry, entry.proved()) for entry in entries]


def _entries_are_true(_: bytes, found: list[tuple[Entry, Any]]) -> bool | None:
    proved = [(entry, width) for entry, width in found if width is not None]
    answers = [_width(entry.question, width.n) for entry, width in proved]
    told = [contradiction(answer) for answer in answers]
    if any(problem for problem, _ in told):
        return False
    return True if any(compared for _, compared in told) else None


def _width(question: Question, n: int) -> dict[str, Any]:
    """The stored answer that says so; a width of a ball is enough for its targets."""
    inputs = {
        "dim": question.dim,
        "eps": str(question.eps),
        "target_norm": str(question.norm),
        "prob": str(question.prob),
    }
    return {"kind": "certified", "inputs": inputs, "n": n}


_ASKED = Question(1, Fraction(1, 10), Fraction(1), Fraction(1, 2))


def _search() -> widths._Search:
    known = next(x for x in store.entries() if x.question == _ASKED and not x.universal)
    return widths._Search(_not_used, _ASKED, None, known.proved())


def _not_used(*_: object, **__: object) -> Any:
    raise NotUsed("what is remembered is not used")


def _question() -> dict[str, str]:
    return _search()._named()


def _digest(answer: object) -> str:
    return search_cache._digest(_question(), answer)


def _cached() -> tuple[bytes, ...]:
    known = next(x for x in store.entries() if x.question == _ASKED and not x.universal)
    answer = known.to_json()
    whole = {"question": _question(), "answer": answer, "digest": _digest(answer)}
    return (json.dumps(whole).encode(),)


def _cache_together(tree: Any) -> bytes:
    """As whoever forges it would write it: the digest is put right."""
    tree = dict(tree)
    whole = closed(tree.get("all"))
    if isinstance(whole, dict) and isinstance(whole.get("digest"), str):
        whole["digest"] = _digest(whole.get("answer"))
    return JSON.together({"all": whole})


def _read_cached(path: Path) -> Any:
    search = _search()
    before = os.environ.get(cache.VARIABLE)
    os.environ[cache.VARIABLE] = str(path.parent)
    try:
        place = search_cache._place(_question())
        if place is None:
            raise AssertionError("no folder")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
        return search_cache.searched_or_remembered(_question(), search, _not_used)
    finally:
        if before is None:
            del os.environ[cache.VARIABLE]
        else:
            os.environ[cache.VARIABLE] = before


def _cached_is_true(_: bytes, found: Any) -> bool | None:
    told, compared = contradiction(_width(_ASKED, found.n))
    return False if told else (True if compared else None)


#: Half a minute is admitted for a proof; code that is watched takes longer.
_SECONDS = 60.0

PROOFS = (
    Reader(
        name="stored answers",
        file="answer.json",
        make=_answers,
        form=JSON,
        read=_read_answer,
        is_true=_answer_is_true,
        seconds=_SECONDS,
    ),
    Reader(
        name="library entries",
        file="journal.jsonl",
        make=_entries,
        form=LINES,
        read=_read_entries,
        is_true=_entries_are_true,
        refusals=(ValueError,),
        seconds=_SECONDS,
    ),
    Reader(
        name="search cache",
        file="answer.json",
        make=_cached,
        form=Form(JSON.apart, _cache_together),
        read=_read_cached,
        is_true=_cached_is_true,
        seconds=_SECONDS,
    ),
)
