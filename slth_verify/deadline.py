"""One clock for a whole call: whoever limits it sets it, and inner loops look at it.

The limit belongs to the context of a call, so that it reaches loops whose arguments say
nothing of time, such as a scan of ten billion weights. It is no part of any result:
whoever sets it catches `TimeIsUpError` and answers with what there is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import exact_number, shown

_LONGEST = 10**9  # seconds; more is no limit


class TimeIsUpError(Exception):
    """The limit of this call has passed. Never leaves the call that set the limit."""


_END: ContextVar[float] = ContextVar("end", default=math.inf)


def now() -> float:
    """Seconds of a clock that never steps and is one for all processes of a machine."""
    return time.monotonic()


def seconds_of(value: Any, name: str = "time_limit", source: str = "") -> float:
    """A time limit in seconds, read like every number; infinite where there is none.

    Args:
        value: Positive; None or infinity for no limit.
        name: How the error message calls it.
        source: The statement whose search is limited.

    Raises:
        InvalidParameterError: If it is no positive number.
    """
    if value is None or (isinstance(value, float) and value == math.inf):
        return math.inf
    try:
        seconds = exact_number(value, name)
        if seconds <= 0:
            raise InvalidParameterError(name)
    except InvalidParameterError as error:
        raise InvalidParameterError(
            f"{name}={shown(value)}: a positive number of seconds is required "
            f"({source or 'a search takes time'}). Give more, or no limit."
        ) from error
    return math.inf if seconds > _LONGEST else max(float(seconds), 1e-9)


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    """A context whose loops end after so many seconds; an earlier end stays.

    Args:
        seconds: From now; infinity for no limit of its own.
    """
    token = _END.set(min(_END.get(), now() + seconds))
    try:
        yield
    finally:
        _END.reset(token)


@contextmanager
def unlimited() -> Iterator[None]:
    """A context without any limit, for short work that must be finished."""
    token = _END.set(math.inf)
    try:
        yield
    finally:
        _END.reset(token)


def seconds_left() -> float:
    """Until the limit, negative after it; infinity without one."""
    return _END.get() - now()


def look_at_the_clock() -> None:
    """Go on, or end here.

    Raises:
        TimeIsUpError: The limit has passed.
    """
    if _END.get() < now():
        raise TimeIsUpError
