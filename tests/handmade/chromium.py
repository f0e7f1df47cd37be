"""One Chromium, driven through a pipe by its devtools protocol."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-dev-shm-usage --remote-debugging-pipe"
)
_PATIENCE = 120.0  # seconds for one answer, on a machine that does much else


def found() -> str | None:
    """The system's Chromium, if there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Tab:
    """A page in Chromium.

    Attributes:
        said: What the console, the log or an exception said, in order.
    """

    def __init__(self, ask: int, answers: int) -> None:
        self._ask, self._answers = ask, answers
        self._number, self._rest = 0, b""
        self._session: str | None = None
        self._events: list[str] = []
        self.said: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, /, **parameters: Any) -> Any:
        """The answer to a command; events that come before it are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._ask, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self._note(answer)

    def open(self, page: Path, **media: str) -> None:
        """Load a page, with emulated media, and wait until it has loaded."""
        self.said.clear()
        self._events.clear()
        self.emulate(**media)
        self.call("Page.navigate", url=page.resolve().as_uri())
        while "Page.loadEventFired" not in self._events:
            self._note(self._read())

    def emulate(self, media: str = "screen", scheme: str = "light") -> None:
        """Screen or print, light or dark."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", media=media, features=[feature])

    def resize(self, width: int, height: int = 900) -> None:
        """A window of that many CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def evaluate(self, script: str) -> Any:
        """The value of an expression, promises awaited."""
        found = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            chunk = os.read(self._answers, 1 << 20)
            assert chunk, "Chromium ended"
            self._rest += chunk
        message, _, self._rest = self._rest.partition(b"\0")
        read: dict[str, Any] = json.loads(message)
        return read

    def _note(self, event: Mapping[str, Any]) -> None:
        method, parameters = event.get("method", ""), event.get("params", {})
        self._events.append(method)
        if method in {"Runtime.consoleAPICalled", "Runtime.exceptionThrown"}:
            self.said.append(json.dumps(parameters)[:500])
        if method == "Log.entryAdded":
            self.said.append(parameters["entry"]["text"])


@contextmanager
def chromium(folder: Path) -> Iterator[Tab]:
    """A browser with an empty profile, ended in any case.

    Args:
        folder: Empty, for its profile.
    """
    program = found()
    assert program is not None
    (read_there, ask), (answers, write_there) = os.pipe(), os.pipe()
    command = [program, *_FLAGS.split(), f"--user-data-dir={folder / 'profile'}"]
    # the protocol reads from descriptor 3 and writes to 4
    wired = f"exec {shlex.join(command)} 3<&{read_there} 4>&{write_there}"
    process = subprocess.Popen(
        ["bash", "-c", wired],
        pass_fds=(read_there, write_there),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder)},
    )
    os.close(read_there)
    os.close(write_there)
    try:
        yield Tab(ask, answers)
    finally:
        process.kill()
        process.wait(_PATIENCE)
        os.close(ask)
        os.close(answers)
