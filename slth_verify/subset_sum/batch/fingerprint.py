"""Naming a search problem by a hash of everything that decides its answer."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Protocol, runtime_checkable

import numpy as np

from slth_verify._version import __version__
from slth_verify.errors import InvalidParameterError
from slth_verify.subset_sum._options import SearchOptions
from slth_verify.subset_sum._problem import Problem

_PLAIN = (bool, int, float, str, Fraction)


@runtime_checkable
class Fingerprinted(Protocol):
    """A column source or tolerance that can say what it is."""

    def fingerprint(self) -> str:
        """Different for everything that could give different numbers."""
        ...


def problem_key(
    problem: Problem, options: SearchOptions, *, solver: str = "auto"
) -> str:
    """SHA-256 of a problem, of how it is to be solved, and of this version.

    Args:
        problem: Its source must have a method ``fingerprint() -> str``, its tolerance
            that or only plain fields.
        options: How it is solved; whom it tells of progress is not part of it.
        solver: As in `solve`.

    Raises:
        InvalidParameterError: The source or the tolerance cannot say what it is.
    """
    target = np.ascontiguousarray(problem.target, dtype="<f8")
    parts = (
        f"slth-verify {__version__}",
        f"{solver} {options.seed} {options.effort} {options.time_limit!r} "
        f"{options.memory_limit} {options.device}",
        _named("source", problem.source),
        _named("tolerance", problem.tolerance),
        hashlib.sha256(target.tobytes()).hexdigest(),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _named(role: str, thing: object) -> str:
    kind = f"{type(thing).__module__}.{type(thing).__qualname__}"
    if isinstance(thing, Fingerprinted):
        return f"{kind} {thing.fingerprint()}"
    if is_dataclass(thing):
        values = {field.name: getattr(thing, field.name) for field in fields(thing)}
        if all(isinstance(value, _PLAIN) for value in values.values()):
            return f"{kind} {values!r}"
    raise InvalidParameterError(
        f"{role}={kind}: a journal must name what it keeps, and this {role} has no "
        "fingerprint() (def:subset-sum-number). Give it one, or do without a journal."
    )
