"""Each drawn case as one line of JSON, in the format of Hypothesis' observability.

Dashboards such as Tyche read these files: what was drawn, whether it passed, how long
it took, and how near it came to what is allowed.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

from hypothesis.errors import UnsatisfiedAssumption

from slth_verify.conformance._failure import ConformanceFailure
from slth_verify.files import require_writable
from slth_verify.text import printable, reason_of

_FILE: ContextVar[TextIO | None] = ContextVar("_FILE", default=None)
_FEATURES: ContextVar[dict[str, Any] | None] = ContextVar("_FEATURES", default=None)
#: Letters of what was drawn that a line shows.
_SHOWN = 2_000


@contextmanager
def observations_to(path: str | os.PathLike[str] | None) -> Iterator[None]:
    """Append a line for each case that checks inside the block draw; None for none.

    Raises:
        UnusableFileError: If it is no regular file, such as a pipe that nobody reads.
        OSError: If it cannot be opened.
    """
    if path is None:
        yield
        return
    require_writable(path)
    with open(path, "a", encoding="utf-8") as file:
        token = _FILE.set(file)
        try:
            yield
        finally:
            _FILE.reset(token)


def note_feature(name: str, value: float) -> None:
    """Let the line of the present case have a number, such as a ratio."""
    features = _FEATURES.get()
    if features is not None:
        features[name] = value


def observed(body: Callable[..., None], name: str) -> Callable[..., None]:
    """The same body of a check, which tells the file of the block what it was given."""
    file = _FILE.get()
    if file is None:
        return body
    run_start = time.time()

    @functools.wraps(body)
    def told(**case: Any) -> None:
        features: dict[str, Any] = {}
        token, start = _FEATURES.set(features), time.perf_counter()
        status, reason = "passed", ""
        try:
            body(**case)
        except UnsatisfiedAssumption:
            status, reason = "gave_up", "the case was passed over"
            raise
        except ConformanceFailure as failure:
            status, reason = "failed", str(failure)
            raise
        except Exception as error:  # its line says so, and it goes on as it came
            status, reason = "failed", reason_of(error)
            raise
        except BaseException:  # Hypothesis ends a case, or somebody the run
            status, reason = "gave_up", "the case was ended"
            raise
        finally:
            _FEATURES.reset(token)
            arguments = {key: _shown(value) for key, value in case.items()}
            line = {
                "type": "test_case",
                "run_start": run_start,
                "property": name,
                "status": status,
                "status_reason": printable(reason, _SHOWN),
                "representation": f"{name}({_listed(arguments)})",
                "arguments": arguments,
                "how_generated": "drawn by Hypothesis",
                "features": features,
                "coverage": None,
                "timing": {"execute:test": time.perf_counter() - start},
                "metadata": {},
            }
            file.write(json.dumps(line) + "\n")

    return told


def _shown(value: Any) -> str:
    return printable(repr(value), _SHOWN)


def _listed(arguments: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in arguments.items())
