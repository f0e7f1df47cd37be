"""Each drawn case as one line of JSON, in the format of Hypothesis' observability.

A statistical test, which draws none, has a line of its own kind. Dashboards such as
Tyche read these files: what was drawn, whether it passed, how long it took, and how
near it came to what is allowed.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
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
    """Append what checks inside the block try to a file, as lines of JSON.

    The format is that of Hypothesis' observability, which dashboards such as Tyche
    read. Each drawn case is a ``test_case``. `check_filters`, `check_sum_law`,
    `check_joint_law` and `check_success_rate` draw none: each of their statistical
    tests is an ``info``, or an ``alert`` where it is rejected, with its counts.

    Args:
        path: The file; lines are added to those that are there. None for no file.

    Example:
        A test of one's own suite::

            with observations_to("out.jsonl"):
                check_solver(my_solver)

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


def note_test(
    name: str, title: str, content: Mapping[str, Any], *, rejected: bool
) -> None:
    """Append a statistical test, if the block has a file.

    Args:
        name: What the line calls the property.
        title: What was counted.
        content: The counts, as plain data.
        rejected: Whether the test rejects the claim.
    """
    file = _FILE.get()
    if file is None:
        return
    line = {
        "type": "alert" if rejected else "info",
        "run_start": time.time(),
        "property": name,
        "title": printable(title, _SHOWN),
        "content": content,
    }
    file.write(json.dumps(line) + "\n")


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
