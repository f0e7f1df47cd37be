"""Every reader under changed files, and that a reader without its guard is seen."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings

sys.path.append(str(Path(__file__).parents[2]))  # where benchmarks/ lies

from benchmarks.support.fuzzing import NAMES
from benchmarks.support.fuzzing.changes import changed_bytes, changed_files
from benchmarks.support.fuzzing.forms import closed, opened
from benchmarks.support.fuzzing.judging import REFUSED, Findings, Reader
from benchmarks.support.fuzzing.readers import READERS
from slth_verify.bounds import rechecking
from slth_verify.bounds.library.entries import Entry
from slth_verify.bounds.mrss import widths
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.comparison import images
from slth_verify.graph import files as graph_files
from slth_verify.network.onnx_graphs import file as onnx_files
from slth_verify.network.torch_graphs import pt2_file
from slth_verify.report.comparing import reading
from slth_verify.report.model import profile
from slth_verify.subset_sum.batch import journal
from slth_verify.suite import counterexample
from slth_verify.suite import document as suites
from slth_verify.sweep import plan, store
from slth_verify.sweep.document import to_document
from slth_verify.ticket.graphs import format as tickets

_FEW, _SEEDS = 30, 20

#: Readers whose genuine files, or whose answers, take seconds.
_SLOW = ("reports", "exported programs", "library entries", "stored answers")
#: And those whose files are refused slowly.
_LONG = (*_SLOW, "sweep stores")


def _fuzzed(reader: Reader, folder: Path, seed: int = 0) -> Findings:
    """Some files of either sort of change, the same on every run."""
    findings, path = Findings(), folder / reader.file

    @hypothesis.seed(seed)
    @settings(
        max_examples=_FEW,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(content=changed_files(reader.genuine, reader.form))
    def give(content: bytes) -> None:
        findings.judge(reader, content, path)

    give()
    random = Random(seed)
    for _ in range(_FEW):
        changed = changed_bytes(random.choice(reader.seeds), random)
        findings.judge(reader, reader.file_of(changed), path)
    return findings


def _marked(names: tuple[str, ...], slow: tuple[str, ...] = _SLOW) -> list[Any]:
    nightly = pytest.mark.nightly
    return [pytest.param(x, marks=nightly if x in slow else ()) for x in names]


def test_the_readers_are_those_that_are_named() -> None:
    assert sorted(READERS) == sorted(NAMES)


@pytest.mark.parametrize("name", _marked(NAMES, _LONG))
def test_changed_files_are_refused_in_words_or_true(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    for content in reader.genuine:
        before = Findings()
        before.judge(reader, content, tmp_path / reader.file)
        assert not before.outcomes[REFUSED]
        assert not before.faults
        assert reader.form.together(reader.form.apart(content))
    found = _fuzzed(reader, tmp_path)
    assert not found.faults
    assert found.outcomes[REFUSED] > 0
    assert found.outcomes.total() == 2 * _FEW


def _told(self: object) -> contextlib.AbstractContextManager[None]:
    return contextlib.nullcontext()


def _believed(*_: Any, **__: Any) -> Any:
    return "believed"


def _zero(problem: Any, indices: Any, **options: Any) -> Any:
    found = _make_proposal(problem, indices, **options)
    return found.__class__(found.indices, 0 * found.residual, 0.0, "x")


_make_proposal = journal.make_proposal


def _believing(self: Entry) -> FoundWidth:
    return FoundWidth(n=self.n, failure=1 - self.prob, derivation=())


def _remembered(self: object, answer: Any) -> FoundWidth:
    return FoundWidth(n=int(answer["n"]), failure=Fraction(0), derivation=())


def _anything(fields: Any) -> str:
    return fields.text("kind")


_ANYTHING = {key: (_anything, *rest) for key, (_, *rest) in rechecking._PROVERS.items()}


#: Readers with a guard removed: the owner, the guard's name, and what takes its place.
_LIES: dict[str, tuple[Any, str, Any]] = {
    "profiles": (profile, "_require_type", _believed),
    "sweep plans": (plan._Reader, "_refuse", _believed),
    "reports": (reading, "_problem", lambda document: ""),
    "suites": (suites, "_problem", lambda document: ""),
    "counterexamples": (counterexample, "_TEXTS", ()),
    "stored answers": (rechecking, "_PROVERS", _ANYTHING),
    "library entries": (Entry, "proved", _believing),
    "search cache": (widths._Search, "proved", _remembered),
    "tickets": (tickets, "_checked", lambda ticket: ticket),
    "targets": (graph_files, "exact_keys", _believed),
    "ONNX models": (onnx_files, "_outside", lambda model: None),
    "exported programs": (pt2_file, "unreadable", lambda path, error: error),
    "images, npy": (images, "_DAMAGED", (ValueError, TypeError, OverflowError)),
    "images, safetensors": (images, "_DAMAGED", (ValueError,)),
    "journals": (journal, "make_proposal", _zero),
    "sweep stores": (store.Store, "_told", _told),
}


@pytest.mark.parametrize("name", _marked(tuple(_LIES)))
def test_a_reader_without_its_guard_is_seen(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, guard, lie = _LIES[name]
    reader = READERS[name]
    assert reader.genuine  # made while the reader is itself
    monkeypatch.setattr(owner, guard, lie)
    assert any(_fuzzed(reader, tmp_path, seed).faults for seed in range(_SEEDS))


def test_every_reader_is_lied_about() -> None:
    assert set(_LIES) == set(NAMES)


def test_an_array_of_two_parsers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    whole = READERS["images, npy"].genuine[0]
    path.write_bytes(whole.replace(b"}", b"(", 1))
    with pytest.raises(ValueError, match="TokenError"):
        images.read_images(path)
    path.write_bytes(b"PK\3\4" + whole)  # numpy would look for an archive
    with pytest.raises(ValueError, match="magic"):
        images.read_images(path)
    path.write_bytes(whole.replace(b"(2, 4)", b"(2, 4" + b"0" * 30 + b")", 1))
    with pytest.raises(ValueError, match=r"IMAGES=.*required"):
        images.read_images(path)


@pytest.mark.parametrize("name", ["tickets", "targets"])
def test_a_second_entry_of_the_metadata_is_refused(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    tree = reader.form.apart(reader.genuine[-1])
    tree["header"]["__metadata__"]["more"] = "1"
    path = tmp_path / reader.file
    path.write_bytes(reader.form.together(tree))
    with pytest.raises(ValueError, match="metadata has the entries"):
        reader.read(path)


@pytest.mark.parametrize("name", ["journals", "sweep stores"])
def test_names_in_a_database_steer_no_terminal(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    path = tmp_path / reader.file
    whole = reader.genuine[0]
    place = whole.index(b"CREATE TABLE")
    path.write_bytes(whole[: place + 6] + b"\x1b[2J" + whole[place + 10 :])
    with pytest.raises(reader.refusals) as told:
        reader.read(path)
    assert "\x1b" not in str(told.value)


def _reshaped(name: str, place: tuple[str | int, ...], value: Any) -> bytes:
    reader = READERS[name]
    tree = reader.form.apart(reader.genuine[0])
    inner = tree
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return reader.form.together(tree)


@pytest.mark.parametrize("value", [10**900, 1 << 64, -(1 << 64)])
def test_integers_that_no_float_holds_are_drawn_nowhere(
    value: int, tmp_path: Path
) -> None:
    path = tmp_path / "suite.json"
    path.write_bytes(_reshaped("suites", ("all", "tests", 0, "seconds"), value))
    with pytest.raises(OSError, match="beyond 64 bits"):
        suites.read_suite(path)
    path = tmp_path / "a.sqlite"
    inside = ("rows", 0, 2, "\0document", "samples")
    path.write_bytes(_reshaped("sweep stores", inside, value))
    with store.Store(path) as rows, pytest.raises(OSError, match="damaged"):
        list(rows.rows())


def test_rows_with_impossible_numbers_are_no_page(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    inside = ("rows", 0, 2, "\0document", "trials")
    path.write_bytes(_reshaped("sweep stores", inside, -1))
    with store.Store(path) as rows:
        found = list(rows.rows())
    with pytest.raises(OSError, match="not as this version writes"):
        to_document("x", found)


@pytest.mark.parametrize("value", [{"a": '{"b": [1, "[2]"]}'}, ["x", "[]", "{"], 1])
def test_documents_within_texts_are_closed_as_they_were_opened(value: Any) -> None:
    assert closed(opened(value)) == value


_WATCHED = """
import os, sys, subprocess
from pathlib import Path
from benchmarks.support.fuzzing import watching
home = Path(sys.argv[1], "files"); home.mkdir()
watch = watching.Watch(home, reads=True)
with watch.watching():
    open(os.path.join(home, "a"), "w").close()
    open(watching.__file__).close()
assert not watch.seen, watch.seen
open(home.parent / "before", "w").close()
for number, bad in enumerate((
    lambda: open(home.parent / "b", "w"),
    lambda: open(home.parent / "b"),
    lambda: os.rename(home.parent / "b", home.parent / "c"),
    lambda: subprocess.run([sys.executable, "-c", ""]),
)):
    with watch.watching():
        bad()
    assert len(watch.seen) > number, (number, watch.seen)
watching.end_without_words()
with watching.limited(0.05):
    pass
print("so far", flush=True)
with watching.limited(0.05):
    while True:
        pass
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX timers")
def test_what_happens_elsewhere_is_seen_and_hangs_are_ended(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _WATCHED, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "so far\n", done.stderr
    assert done.returncode < 0
