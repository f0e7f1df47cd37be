"""The options of a search, read as what they mean, or refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from slth_verify.deadline import seconds_of
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown, whole_number
from slth_verify.showing import OneLine

Effort = Literal["low", "normal", "high", "anytime"]
#: Told about every improvement: seconds since the start, and the new score. It may
#: raise in order to end the search.
Progress = Callable[[float, float], None]
_LEAST_MEMORY, _USUAL_MEMORY = 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SearchOptions(OneLine):
    """How a problem is to be solved; checked when it is made.

    Attributes:
        seed: Not negative. Same problem, seed and effort give the same proposal, unless
            time runs out.
        effort: How hard to try; every solver stops once the tolerance is met. ``"low"``
            to ``"high"`` end by themselves; ``"anytime"`` goes on improving until time
            is out, where the solver can.
        time_limit: Seconds > 0, looked at between steps; infinity for no limit.
        memory_limit: Bytes, at least one MiB, that the solver's lists may take, beside
            the pool; None for the solver's own limit. Solvers with
            ``takes_memory_limit`` keep one.
        progress: Called with seconds and score on every improvement; it may raise to
            end the search.
        device: A torch device such as ``"cuda"``, for solvers with ``takes_device``;
            None for numpy. Whether it is there is seen when it is searched on.

    Raises:
        InvalidParameterError: Unknown effort, negative seed, or a limit that is not
            positive or too small.
    """

    seed: int = 0
    effort: Effort = "normal"
    time_limit: float = 60.0
    memory_limit: int | None = None
    progress: Progress | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        if self.effort not in get_args(Effort):
            raise InvalidParameterError(
                f"effort={shown(self.effort)}: must be one of {get_args(Effort)} "
                "(def:subset-sum-number)."
            )
        seed = whole_number(self.seed, "seed")
        if seed < 0:
            raise InvalidParameterError(
                f"seed={shown(self.seed)}: need a seed >= 0 (def:subset-sum-number)."
            )
        seconds = seconds_of(self.time_limit, source="def:subset-sum-number")
        object.__setattr__(self, "seed", seed)
        object.__setattr__(self, "time_limit", seconds)
        if self.memory_limit is None:
            return
        memory = whole_number(self.memory_limit, "memory_limit")
        if memory < _LEAST_MEMORY:
            raise InvalidParameterError(
                f"memory_limit={shown(self.memory_limit)}: need at least one MiB "
                "(def:subset-sum-number). Give bytes."
            )
        object.__setattr__(self, "memory_limit", memory)

    @property
    def memory(self) -> int:
        """The memory limit; a GiB where none was given."""
        return _USUAL_MEMORY if self.memory_limit is None else self.memory_limit
