"""The options of a search, read as what they mean, or refused by name."""

from __future__ import annotations

from typing import get_args

from slth_verify.deadline import seconds_of
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown, whole_number
from slth_verify.subset_sum._problem import Effort


def checked_options(
    seed: int, effort: Effort, time_limit: float, memory_limit: int | None
) -> tuple[int, float, int | None]:
    """Seed, seconds and bytes as what they mean, for the options of `solve`."""
    if effort not in get_args(Effort):
        raise InvalidParameterError(
            f"effort={shown(effort)}: must be one of {get_args(Effort)} "
            "(def:subset-sum-number)."
        )
    read = whole_number(seed, "seed")
    if read < 0:
        raise InvalidParameterError(
            f"seed={shown(seed)}: need a seed >= 0 (def:subset-sum-number)."
        )
    seconds = seconds_of(time_limit, source="def:subset-sum-number")
    if memory_limit is None:
        return read, seconds, None
    memory = whole_number(memory_limit, "memory_limit")
    if memory < 1 << 20:
        raise InvalidParameterError(
            f"memory_limit={shown(memory_limit)}: need at least one MiB "
            "(def:subset-sum-number). Give bytes."
        )
    return read, seconds, memory
