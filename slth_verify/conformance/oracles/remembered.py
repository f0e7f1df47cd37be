"""Trying many stored answers that share their certificates: each is evaluated once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.rechecking import all_targets, mrss, network, one_dim

#: Evaluators of recheck: functions of their arguments alone.
_EVALUATORS: tuple[tuple[Any, str], ...] = (
    (mrss, "first_moment"),
    (mrss, "subset_sum_number_mean"),
    (mrss, "crude_lower"),
    (mrss, "sharp_lower"),
    (all_targets, "failure_by_reach"),
    (all_targets, "failure_by_decay"),
    (one_dim, "reach_probability"),
    (one_dim, "reserve_failure"),
    (network, "success_of_layer"),
    (one_dim, "failure_of_law"),
    (TwoStageCertificate, "failure"),
)

_MOST = 20_000


@contextmanager
def evaluated_once() -> Iterator[None]:
    """A context in which `recheck` answers similar documents faster.

    Evaluators remember their values. An unproved width that is certainly too small is
    INCONCLUSIVE instead of REFUTED: neither confirms it, and deciding it would take
    most of the time.
    """
    before = [(owner, name, getattr(owner, name)) for owner, name in _EVALUATORS]
    before.append((mrss, "is_refuted", mrss.is_refuted))
    try:
        for owner, name, evaluate in before[:-1]:
            setattr(owner, name, lru_cache(maxsize=_MOST)(evaluate))
        mrss.is_refuted = lambda question, n: False
        yield
    finally:
        for owner, name, evaluate in before:
            setattr(owner, name, evaluate)
