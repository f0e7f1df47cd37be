"""The library of certificates: rebuilt, damaged, and written by somebody else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify.bounds import mrss_width, necessary_width, recheck
from slth_verify.bounds.library import answers, build, known_width, store
from slth_verify.bounds.library.entries import Entry
from slth_verify.bounds.question import Question
from slth_verify.verdict import Verdict

F = Fraction

SHIPPED = store.entries()
SMALL = [entry for entry in SHIPPED if entry.dim <= 9]


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    answers.known_width.cache_clear()
    yield
    answers.known_width.cache_clear()


def _named(entry: Entry) -> str:
    return f"{entry.form}-{entry.dim}-{entry.eps}-{entry.prob}".replace("/", ":")


def _is_proved(entry: Entry) -> None:
    found = entry.proved()
    assert found is not None
    assert found.n == entry.n
    assert found.probability >= entry.prob


@pytest.mark.parametrize(
    "entry", [x for x in SMALL if x.form == "blocks"][::4], ids=_named
)
def test_an_entry_proves_its_width(entry: Entry) -> None:
    _is_proved(entry)


@pytest.mark.nightly
@pytest.mark.parametrize("entry", SHIPPED, ids=_named)
def test_every_entry_proves_its_width(entry: Entry) -> None:
    _is_proved(entry)


def test_the_library_covers_what_it_promises() -> None:
    assert {(entry.dim, entry.eps) for entry in SHIPPED if entry.prob == F(1, 2)} >= {
        (dim, eps) for dim in build.DIMENSIONS if dim <= 72 for eps in build.ACCURACIES
    }
    data, digest = store.written(SHIPPED)
    assert store.read(data, digest) == SHIPPED
    assert len(data) < 2_000_000


def _searched_again(entry: Entry) -> list[Any]:
    if entry.form != "blocks" or entry.dim not in (2, 4) or entry.eps != F(1, 100):
        return []
    marks = [] if entry.prob <= F(1, 2) else [pytest.mark.nightly]
    return [pytest.param(entry, marks=marks, id=_named(entry))]


@pytest.mark.parametrize("entry", [x for y in SMALL for x in _searched_again(y)])
def test_a_search_finds_the_entry_again(entry: Entry) -> None:
    others = [other for other in SHIPPED if other is not entry]
    found = build.searched((entry.question, entry.form), others)
    assert found is not None
    _is_proved(found)
    assert entry.n <= found.n <= entry.n + 1 + entry.n // 100


def test_a_search_ends_at_its_limit() -> None:
    asked = Question(300, F(1, 10**6), F(1), F(999, 1000)), "stages"
    assert build.searched(asked, (), seconds=1e-3) is None
    found = build.searched((SMALL[0].question, SMALL[0].form), SHIPPED, 60.0)
    assert found is not None
    _is_proved(found)


@pytest.mark.nightly
def test_a_journal_is_gone_on_with(tmp_path) -> None:
    journal = tmp_path / "journal"
    journal.touch()
    build.run(journal, 1.0)
    first = journal.read_bytes()
    build.run(journal, 1.0)
    assert journal.read_bytes().startswith(first)
    lines = journal.read_bytes().splitlines()
    assert len(lines) > len(first.splitlines()) > 0
    assert len({Entry.read(line).line() for line in lines}) == len(lines)


@pytest.mark.parametrize("damage", [b"\n", b"{}\n", b"x", SHIPPED[0].line().encode()])
def test_a_damaged_file_is_not_used(damage: bytes) -> None:
    data, digest = store.written(SHIPPED)
    assert store.read(data + damage, digest) is None
    _, damaged = store.written(())
    assert store.read(data, damaged) is None


def test_without_the_library_widths_are_searched(tmp_path, monkeypatch) -> None:
    (tmp_path / store.FILE).write_bytes(b"damaged")
    (tmp_path / store.DIGEST).write_text("0")
    monkeypatch.setattr(store, "files", lambda _: tmp_path)
    store.entries.cache_clear()
    try:
        with pytest.warns(UserWarning, match="damaged and not used"):
            assert mrss_width(2, "0.1").n == 16
    finally:
        store.entries.cache_clear()


def _smaller(entry: Entry) -> Entry:
    """Four samples fewer than the certificate needs."""
    parameters = dict(entry.parameters)
    parameters["n"] = str(int(parameters["n"]) - 4)
    return replace(entry, n=max(1, entry.n - 4), parameters=parameters)


def _coarser(entry: Entry) -> Entry:
    """A certificate for ten times the accuracy."""
    parameters = dict(entry.parameters)
    if "accuracy" in parameters:
        parameters["accuracy"] = str(10 * F(parameters["accuracy"]))
    return replace(entry, parameters=parameters)


def _more_blocks(entry: Entry) -> Entry:
    return replace(entry, n=1, parameters={**entry.parameters, "blocks": "7"})


def _absurd(entry: Entry) -> Entry:
    return replace(entry, n=1, parameters=dict.fromkeys(entry.parameters, "1e999"))


def _for_less(entry: Entry) -> Entry:
    """An entry of a far easier question, under the name of this one."""
    easy = min(
        (other for other in SMALL if other.form == entry.form), key=lambda x: x.n
    )
    return replace(easy, eps=entry.eps, prob=entry.prob, dim=entry.dim)


SLOW_LIES = [pytest.param(x, marks=pytest.mark.nightly) for x in (_coarser, _absurd)]
LIES = [_smaller, _more_blocks, _for_less, *SLOW_LIES]


@pytest.mark.parametrize("lie", LIES)
def test_a_foreign_library_makes_no_answer_false(lie, monkeypatch) -> None:
    foreign = tuple(map(lie, SMALL))
    monkeypatch.setattr(store, "entries", lambda: foreign)
    for dim, eps, prob in [(1, "0.1", "1/2"), (2, "0.1", "1/2")]:
        answer = mrss_width(dim, eps, prob)
        assert answer.n >= necessary_width(dim, eps, prob).n
        assert recheck(answer.to_json()).verdict is Verdict.VERIFIED


def test_a_library_that_is_believed_would_be_noticed(monkeypatch) -> None:
    """Planted lie: the width of an entry is told without its proof."""
    honest = Entry.proved

    def believes(entry: Entry):
        found = honest(entry)
        return None if found is None else replace(found, n=entry.n - 4)

    monkeypatch.setattr(Entry, "proved", believes)
    with pytest.raises(AssertionError):
        _is_proved(SMALL[0])
    answer = mrss_width(SMALL[0].dim, SMALL[0].eps)
    assert recheck(answer.to_json()).verdict is not Verdict.VERIFIED


def _answered(questions: Iterable[tuple[int, Fraction, Fraction, Fraction]]) -> None:
    for dim, eps, norm, prob in questions:
        found = known_width(Question(dim, eps, norm, prob), universal=False)
        assert found is not None
        assert found.probability >= prob


def test_questions_between_the_entries_are_answered_without_a_search() -> None:
    _answered(
        [
            (5, F(1, 30), F(1), F(1, 2)),
            (9, F(1, 100), F(3), F(1, 2)),
            (7, F(3, 1000), F(1, 2), F(3, 4)),
            (2, F(1, 2), F(6), F(1, 2)),
        ]
    )


#: What no search wrote: numbers out of range, parts that are missing or do not fit.
SENSELESS = {
    "a negative accuracy": {"eps": "-1"},
    "no accuracy": {"eps": "0"},
    "no target": {"norm": "0"},
    "certainty": {"prob": "1"},
    "another width": {"n": 1},
    "no blocks": {"with": {"blocks": "0"}},
    "no samples": {"with": {"n": "0"}},
    "a billion samples": {"with": {"n": "1000000000"}, "n": 10**9},
    "a parameter too many": {"with": {"tau": "1"}},
}


@pytest.mark.parametrize("lie", SENSELESS)
def test_a_senseless_entry_is_not_read(lie: str) -> None:
    stored = json.loads(SMALL[0].line())
    assert Entry.read(json.dumps(stored)) == SMALL[0]
    changes = dict(SENSELESS[lie])
    stored["with"] |= changes.pop("with", {})
    with pytest.raises(ValueError, match=r"range|fit|was required|no entry"):
        Entry.read(json.dumps(stored | changes))


def test_an_entry_without_a_parameter_is_not_read() -> None:
    stored = json.loads(SMALL[0].line())
    del stored["with"]["size"]
    with pytest.raises(ValueError, match="do not fit"):
        Entry.read(json.dumps(stored))


_EPS = st.integers(2, 400).map(lambda part: F(part, 1000))
_HARDER = st.tuples(st.integers(50, 100), st.integers(100, 150), st.integers(0, 9))


def _is_monotone(data: st.DataObject) -> None:
    """A smaller accuracy, a larger norm and a higher probability need no less."""
    dim = data.draw(st.integers(1, 4), "dim")
    eps = data.draw(_EPS, "eps")
    norm = F(data.draw(st.integers(8, 16), "eighths of the norm"), 8)
    prob = F(data.draw(st.integers(50, 85), "per cent"), 100)
    finer, longer, oftener = data.draw(_HARDER, "harder")
    harder = eps * F(finer, 100), norm * F(longer, 100), prob + F(oftener, 100)
    easy = known_width(Question(dim, eps, norm, prob), universal=False)
    hard = known_width(Question(dim, *harder), universal=False)
    if easy is not None and hard is not None:
        assert easy.n <= hard.n


@settings(max_examples=2)
@given(st.data())
def test_a_harder_question_is_answered_by_no_smaller_width(data: st.DataObject) -> None:
    _is_monotone(data)


@pytest.mark.nightly
@settings(max_examples=500)
@given(st.data())
def test_harder_questions_are_answered_by_no_smaller_width(data: st.DataObject) -> None:
    _is_monotone(data)


def test_entries_that_depend_on_the_accuracy_are_noticed(monkeypatch) -> None:
    """Planted lie: only the entries of the nearest questions are looked at."""
    honest = answers._near
    monkeypatch.setattr(answers, "_near", lambda *asked: honest(*asked)[:6])
    monkeypatch.setattr(answers, "_AS_THEY_ARE", 0)
    few = [
        x for x in SHIPPED if x.form == "blocks" and (x.prob == F(1, 2) or x.dim < 2)
    ]
    monkeypatch.setattr(store, "entries", lambda: few)
    widths = [
        known_width.__wrapped__(Question(2, eps, F(2), F(3, 4)), universal=False)
        for eps in (F(3, 100), F(1, 50), F(1917, 100_000), F(1, 100), F(1, 200))
    ]
    found = [width.n for width in widths if width is not None]
    assert found != sorted(found)


def test_a_loose_entry_is_passed_over_for_a_harder_one(monkeypatch) -> None:
    fine, finest = (
        min(
            (x for x in SHIPPED if (x.dim, x.eps, x.prob) == (2, F(1, k), F(1, 2))),
            key=lambda entry: entry.n,
        )
        for k in (100, 10**6)
    )
    loose = replace(finest, eps=F(1, 10))
    monkeypatch.setattr(store, "entries", lambda: [loose, fine])
    question = answers.Question(2, F(1, 10), F(1), F(1, 2))
    fitted = answers.known_width.__wrapped__(question, universal=False)
    monkeypatch.setattr(answers, "_beside", lambda *_: iter(()))
    found = answers.known_width.__wrapped__(question, universal=False)
    assert fitted is not None
    assert found is not None
    assert fitted.n < found.n == fine.n < loose.n
