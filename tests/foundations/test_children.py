"""Processes end with whoever started them, whatever ends that."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.usefixtures("usual_signals"),
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="asks the kernel of Linux"
    ),
]
_PATIENCE = 60  # seconds after which a process is said to live on

_PARENT = """
    import os, subprocess, sys
    from slth_verify.processes import children
    from slth_verify.processes.children import settle, start
    WAYS = {
        "as it is": lambda child: start(child),
        "kernel alone": lambda child: subprocess.Popen([sys.executable, "-c",
            "from slth_verify.processes.children import settle\\n"
            f"settle({os.getpid()}, None)\\n"
            + child]),
        "pipe alone": lambda child: subprocess.Popen([sys.executable, "-c",
            "from slth_verify.processes.children import settle\\n"
            f"settle({os.getpid()}, {children._pipe()[0].fileno()}, ask=False)\\n"
            + child], pass_fds=[children._pipe()[0].fileno()]),
        "not at all": lambda child: subprocess.Popen([sys.executable, "-c", child]),
    }
    child = "import os, signal\\nprint(os.getpid(), flush=True)\\nsignal.pause()"
    WAYS[sys.argv[1]](child).wait()
"""


@contextmanager
def _family(way: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A parent and the number of its child, which both hold the parent's output."""
    command = [sys.executable, "-c", textwrap.dedent(_PARENT), way]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            yield parent, child
        finally:
            parent.kill()
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def _all_ended(parent: subprocess.Popen[bytes], patience: float) -> bool:
    """Whether everybody who holds the parent's output has ended."""
    assert parent.stdout is not None
    ready, _, _ = select.select([parent.stdout], [], [], patience)
    return bool(ready) and parent.stdout.read() == b""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("way", ["as it is", "kernel alone", "pipe alone"])
def test_a_child_ends_with_its_parent(way: str, number: signal.Signals) -> None:
    with _family(way) as (parent, _):
        parent.send_signal(number)
        parent.wait(_PATIENCE)
        assert _all_ended(parent, _PATIENCE)


def test_a_child_that_never_settled_is_noticed() -> None:
    with _family("not at all") as (parent, child):
        parent.kill()
        parent.wait(_PATIENCE)
        assert not _all_ended(parent, 0)
        os.kill(child, 0)  # it lives on


def test_a_child_whose_parent_is_gone_already_ends_at_once() -> None:
    code = "from slth_verify.processes.children import settle\n"
    code += "settle(2**22 + 1, None); print(1)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, b"")


def test_ctrl_c_is_the_parents_to_answer() -> None:
    with _family("as it is") as (parent, child):
        os.kill(child, signal.SIGINT)
        assert not _all_ended(parent, 0)
        os.kill(child, 0)


def _imported(folder: Path, command: list[str]) -> str:
    """What that command says of the package, in a folder with another one."""
    (folder / "slth_verify").mkdir()
    (folder / "slth_verify" / "__init__.py").write_text("raise SystemExit('foreign')")
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True
    )
    return done.stdout + done.stderr


_CHILD = """
import subprocess
from slth_verify.processes.children import start
with start("import slth_verify; print('own')", stdout=subprocess.PIPE) as child:
    print(child.stdout.read())
"""


def test_a_child_imports_nothing_from_the_current_folder(tmp_path: Path) -> None:
    assert "own" in _imported(tmp_path, ["-P", "-c", _CHILD])


def test_lie_a_child_that_begins_in_the_current_folder(tmp_path: Path) -> None:
    assert "foreign" in _imported(tmp_path, ["-c", "import slth_verify"])


def test_a_child_imports_what_its_parent_does(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def own(): return 'mine'")
    code = (
        "import mine\n"
        "from slth_verify.processes.bounded import run_bounded\n"
        "print(run_bounded(mine.own))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "mine\n"
