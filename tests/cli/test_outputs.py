"""Outputs are tried before a search, whole afterwards, and nothing else is touched."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.cli import run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLTH_VERIFY_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(6)
    kernel = (rng.standard_normal((2, 1, 3, 3)) / 4).astype(np.float32)
    path = tmp_path / "net.safetensors"
    sv.TargetCNN.from_kernels((kernel,), (1, 6, 6), name="toy").save(path)
    return path


def _prune(target: Path, output: Path, *more: str) -> int:
    words = ["prune", str(target), "--eps", "1/10", "--seed", "5", "--workers", "1"]
    return run([*words, "--output", str(output), *more])


BAD = ["no folder", "file as folder", "folder", "pipe", "device", "link to device",
       "the target", "the journal", "/proc", "a link to itself"]  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_written_is_refused_before_the_search(
    kind: str,
    target: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("searched")

    monkeypatch.setattr("slth_verify.construction.prune", never)
    output, more = tmp_path / "o", []
    if kind == "no folder":
        output = tmp_path / "none" / "o"
    elif kind == "file as folder":
        output = target / "o"
    elif kind == "folder":
        output.mkdir()
    elif kind == "pipe":
        os.mkfifo(output)
    elif kind == "device":
        output = Path("/dev/null")
    elif kind == "link to device":
        output.symlink_to("/dev/null")
    elif kind == "the target":
        output.symlink_to(target)
    elif kind == "the journal":
        more = ["--resume", str(output)]
    elif kind == "a link to itself":
        output.symlink_to(output)
    else:
        output = Path("/proc/x.ticket")
    before = target.read_bytes()
    assert _prune(target, output, *more) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert target.read_bytes() == before
    assert not (tmp_path / "none").exists()
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    if kind == "pipe":
        assert stat.S_ISFIFO(os.stat(output).st_mode)


def test_a_folder_that_is_gone_is_named(
    target: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert _prune(target, Path("o")) == 2
    assert "path='o' cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a b", "-t", "o'clock"])
def test_the_command_that_is_printed_can_be_copied(
    name: str,
    target: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _prune(target, Path(name)) == 0
    printed = capsys.readouterr().out.splitlines()[0]
    assert "by intervals alone; check may prove less" in printed
    words = shlex.split(printed.partition("slth-verify ")[2])
    assert run(words) == 0


def test_a_journal_that_was_not_there_is_said_to_be_new(
    target: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--resume", str(tmp_path / "mistyped")]
    assert _prune(target, tmp_path / "t", *more) == 0
    assert "mistyped was not there; it is made" in capsys.readouterr().err
    assert _prune(target, tmp_path / "t", *more) == 0
    assert "was not there" not in capsys.readouterr().err


@pytest.mark.parametrize("place", ["none/o", "the ticket", "a pipe"])
def test_collapse_tries_its_output_first(
    place: str, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = tmp_path / "t"
    assert _prune(target, ticket) == 0
    output = ticket if place == "the ticket" else tmp_path / place
    if place == "a pipe":
        os.mkfifo(output)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("collapsed")

    monkeypatch.setattr("slth_verify.construction.graphs.collapse.collapse", never)
    before = ticket.read_bytes()
    words = ["collapse", str(ticket), "--target", str(target)]
    assert run([*words, "--output", str(output)]) == 2
    assert ticket.read_bytes() == before


def test_a_link_to_a_file_is_followed(target: Path, tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    assert _prune(target, link) == 0
    assert link.is_symlink()
    assert run(["check", str(real), str(target)]) == 0


def test_success_leaves_the_ticket_alone(target: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    assert _prune(target, folder / "t") == 0
    assert os.listdir(folder) == ["t"]
    assert os.listdir(tmp_path / "cache" / "journals") == []


@pytest.mark.parametrize("place", ["no cache", "a file for the cache", "a pipe"])
def test_caches_that_cannot_be_used_are_done_without(
    place: str, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "odd"
    if place == "a file for the cache":
        cache.write_text("")
    elif place == "a pipe":
        os.mkfifo(cache)
    monkeypatch.setenv("SLTH_VERIFY_CACHE", "" if place == "no cache" else str(cache))
    folder = tmp_path / "out"
    folder.mkdir()
    assert _prune(target, folder / "t") == 0
    assert os.listdir(folder) == ["t"]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 100 KB, full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        (folder / "ballast").write_bytes(bytes(100 << 10))
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_loses_no_search(
    target: Path,
    tmp_path: Path,
    full_disk: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ticket = full_disk / "t"
    assert _prune(target, ticket) == 2
    said = capsys.readouterr().err
    assert "No space left" in said
    assert "Traceback" not in said
    assert os.listdir(full_disk) == ["ballast"]
    (journal,) = (tmp_path / "cache" / "journals").iterdir()
    assert str(journal) in said

    def never(*_: object, **__: object) -> None:
        raise AssertionError("searched again")

    monkeypatch.setattr("slth_verify.subset_sum.batch.run.search", never)
    assert _prune(target, tmp_path / "t") == 0  # another output, the same search
    assert run(["check", str(tmp_path / "t"), str(target)]) == 0
    assert not journal.exists()


def test_time_that_is_out_names_the_journal(
    target: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    resume = tmp_path / "kept"
    assert _prune(target, tmp_path / "t", "--resume", str(resume)) == 0
    capsys.readouterr()
    late = ["--resume", str(resume), "--time-limit", "1e-9"]
    assert _prune(target, tmp_path / "late", *late) == 3
    said = capsys.readouterr().err
    assert f"kept in {resume}" in said
    assert "Give more time" in said
    assert not (tmp_path / "late").exists()


@pytest.mark.parametrize("place", ["net.onnx", "none/x", "pipe", "journal"])
def test_a_saved_target_replaces_no_input_and_is_tried_before_the_search(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("read")

    monkeypatch.setattr(sv.TargetCNN, "from_onnx", never)
    model = tmp_path / "net.onnx"
    model.write_bytes(b"a model of years")
    os.mkfifo(tmp_path / "pipe")
    more = ["--box", "0,1", "--resume", str(tmp_path / "journal")]
    saved = ["--save-target", str(tmp_path / place)]
    assert _prune(model, tmp_path / "o", *more, *saved) == 2
    assert model.read_bytes() == b"a model of years"
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("name", ["f.onnx", "g.onnx", "difference.onnx"])
def test_an_instance_replaces_neither_network(
    name: str, target: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / name
    given.write_bytes(target.read_bytes())
    for pair in ([given, target], [target, given]):
        words = ["instance", *map(str, pair), "--eps", "0.1"]
        assert run([*words, "--output", str(tmp_path)]) == 2
        assert "would be replaced" in capsys.readouterr().err
    assert given.read_bytes() == target.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} <= {name, target.name, "cache"}


def test_cases_are_observed_in_no_pipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", Path("/dev/full"), tmp_path / "none" / "x"):
        assert run(["selftest", "--quick", "--observe", str(place)]) == 2
        assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(("safe", "code"), [(None, 0), ("", 3)])
def test_workers_import_nothing_from_the_current_folder(
    safe: str | None, code: int, target: Path, tmp_path: Path
) -> None:
    """A planted lie: where nothing is said of safe paths, they do."""
    folder = tmp_path / "of others"
    folder.mkdir()
    for name in ("random", "numpy", "joblib"):
        (folder / f"{name}.py").write_text("import os\nos._exit(9)\n")
    words = ["prune", str(target), "--eps", "1/10", "--seed", "5", "--workers", "2"]
    script = "from slth_verify.cli import main; main()"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}
    if safe is not None:
        environment["PYTHONSAFEPATH"] = safe
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, *words, "--output", str(tmp_path / "o")],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
