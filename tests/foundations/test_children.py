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
    from slth_verify import children
    from slth_verify.children import settle, start
    WAYS = {
        "as it is": lambda child: start(child),
        "kernel alone": lambda child: subprocess.Popen([sys.executable, "-c",
            f"from slth_verify.children import settle; settle({os.getpid()}, None)\\n"
            + child]),
        "pipe alone": lambda child: subprocess.Popen([sys.executable, "-c",
            "from slth_verify.children import settle\\n"
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
    code = "from slth_verify.children import settle; settle(2**22 + 1, None); print(1)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, b"")


def test_ctrl_c_is_the_parents_to_answer() -> None:
    with _family("as it is") as (parent, child):
        os.kill(child, signal.SIGINT)
        assert not _all_ended(parent, 0)
        os.kill(child, 0)
