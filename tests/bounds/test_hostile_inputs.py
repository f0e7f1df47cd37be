"""Whatever is asked, an evaluator answers or refuses, in seconds."""

from __future__ import annotations

import math
import signal
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slth_verify import bounds
from slth_verify.errors import InvalidParameterError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX timers")

#: Seconds of computing after which a call is said to run without end.
_PATIENCE = 60.0


def _one_of(sensible: list[Any], hostile: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(sensible) | st.sampled_from(hostile)


NUMBERS = _one_of(
    ["0.1", "0.01", "1/2", "1e-3", 1],
    [
        *("0", "-1", "1e-20", "1e-99", "1e-101", "1e-400", "1e-999", "1e6", "1e20"),
        *("1e99", "1e101", "1e400", "1e999", "1e1000000000", "nan", "inf", "", "x"),
        *(True, None, 1e-300, 1e300, math.inf, Fraction(1, 10**320), 10**400),
    ],
)
WHOLE = _one_of(
    [1, 2, 3, 5, 9],
    [
        *(0, -1, 40, 150, 577, 2000, 10_000, 10_001, 10**6, 10**9, 10**18, 10**400),
        *(True, 1.0, 2.5, "3", "x", None),
    ],
)
CHANCES = _one_of(
    ["1/2", "0.9"],
    ["0.999", "1e-5", "1e-99", "1e-400", "0", "1", "2", "-1", "0.99999999999", "nan"],
)
SIZES = st.none() | WHOLE
NECESSARY = st.just("necessary")

CALLS: dict[str, st.SearchStrategy[Any]] = {
    "mrss_width": st.builds(
        bounds.mrss_width, WHOLE, NUMBERS, CHANCES, NUMBERS, kind=NECESSARY
    ),
    "network_width": st.builds(
        bounds.network_width,
        st.tuples(WHOLE),
        st.tuples(WHOLE, WHOLE),
        NUMBERS,
        CHANCES,
        kind=NECESSARY,
    ),
    "rss_width": st.builds(
        bounds.rss_width,
        NUMBERS,
        st.none() | NUMBERS,
        half=st.booleans(),
        method=st.sampled_from(["programme", "closed", "reserve", "x"]),
        kind=st.sampled_from(["certified", "necessary"]),
    ),
    "mrss_success": st.builds(
        bounds.mrss_success, WHOLE, WHOLE, SIZES, NUMBERS, NUMBERS
    ),
    "first_moment": st.builds(bounds.first_moment, WHOLE, WHOLE, NUMBERS, NUMBERS),
    "crude_lower": st.builds(bounds.crude_lower, WHOLE, WHOLE, WHOLE, NUMBERS, NUMBERS),
    "sharp_lower": st.builds(bounds.sharp_lower, WHOLE, WHOLE, WHOLE, NUMBERS, NUMBERS),
    "reserve_failure": st.builds(bounds.reserve_failure, WHOLE),
}


def _ends(call: Callable[[], Any], patience: float = _PATIENCE) -> None:
    """Call, and expect an answer or a refusal in time."""

    def alarm(*_: object) -> None:
        raise TimeoutError(f"no end after {patience} s")

    before = signal.signal(signal.SIGPROF, alarm)
    signal.setitimer(signal.ITIMER_PROF, patience)
    try:
        call()
    except InvalidParameterError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _drawn(name: str, data: st.DataObject) -> Callable[[], Any]:
    """A call that is made only when it is timed."""
    return lambda: data.draw(CALLS[name])


@pytest.mark.parametrize("name", CALLS)
def test_an_answer_or_a_refusal(name: str) -> None:
    @settings(max_examples=16, derandomize=True, database=None)
    @given(st.data())
    def body(data: st.DataObject) -> None:
        _ends(_drawn(name, data))

    body()


@pytest.mark.nightly
@pytest.mark.parametrize("name", CALLS)
def test_an_answer_or_a_refusal_to_many(name: str) -> None:
    @settings(max_examples=1000)
    @given(st.data())
    def body(data: st.DataObject) -> None:
        _ends(_drawn(name, data))

    body()


_EXTREMES = [
    ("0.1", f"0.{'9' * 90}", "1", False),
    ("0.1", "1/2", "1e99", True),
    ("1e-90", "1/2", "1", False),
    ("1e99", "1/2", "1", True),
]


@pytest.mark.parametrize(
    ("eps", "prob", "norm", "universal"),
    [
        *_EXTREMES,
        *(
            pytest.param(*numbers, not universal, marks=pytest.mark.nightly)
            for *numbers, universal in _EXTREMES
        ),
    ],
)
def test_certified_widths_of_extreme_questions(
    eps: str, prob: str, norm: str, universal: bool
) -> None:
    """Also inside the process that searches: a refusal comes back, nothing else."""
    ask = bounds.mrss_width
    _ends(lambda: ask(2, eps, prob, norm, universal=universal, time_limit=1))


def test_what_does_not_end_or_fails_otherwise_is_noticed() -> None:
    def for_ever() -> None:
        while True:
            pass

    with pytest.raises(TimeoutError, match="no end"):
        _ends(for_ever, 0.05)
    with pytest.raises(OverflowError):
        _ends(lambda: float(10**400))


@pytest.mark.parametrize("limit", [0, -1, float("nan"), "x", True])
def test_limits_of_time_that_are_none_are_refused(limit: Any) -> None:
    with pytest.raises(InvalidParameterError, match="time_limit="):
        bounds.mrss_width(dim=2, eps="0.1", prob="1/2", time_limit=limit)


@pytest.mark.parametrize("wrong", ["no", "yes", 0, 1, None], ids=repr)
def test_a_text_is_neither_true_nor_false(wrong: Any) -> None:
    said = r"^(universal|half)=.* True or False was required"
    with pytest.raises(InvalidParameterError, match=said):
        bounds.mrss_width(1, "0.1", universal=wrong)
    with pytest.raises(InvalidParameterError, match=said):
        bounds.network_width((1,), (1, 1), "1/2", "1/5", universal=wrong)
    with pytest.raises(InvalidParameterError, match=said):
        bounds.rss_width("0.1", half=wrong)


def test_truth_of_numpy_is_read() -> None:
    plain = bounds.rss_width("0.1", half=True)
    assert bounds.rss_width("0.1", half=np.True_) == plain  # type: ignore[arg-type]


def test_a_refusal_repeats_the_number_that_was_asked() -> None:
    with pytest.raises(InvalidParameterError, match=r"^dim=1000000: an integer from 1"):
        bounds.mrss_width(1_000_000, "0.1")
