"""How the samples of a two-stage certificate are used, and a stage as a stored row."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from slth_verify.bounds.certificates import codec
from slth_verify.errors import InvalidParameterError
from slth_verify.files import parse_json

#: No stored certificate has more stages, or more characters for them.
_MOST_STAGES, _LONGEST = 16, 10_000


@dataclass(frozen=True, slots=True)
class Stage:
    """How the samples are used when at least ``first`` of them are small.

    Attributes:
        first: Number of small samples that form the first stage.
        size: Size k of their subsets.
        scales: Range [s_a, s_b] of the variance of the second stage.
        energy: Range of the sum of the squares of good first-stage scales, in units
            of their variance.
        gains: Smallest and largest value of the gain at which the bound steps.
    """

    first: int
    size: int
    scales: tuple[Fraction, Fraction]
    energy: tuple[Fraction, Fraction]
    gains: tuple[Fraction, Fraction]

    def row(self) -> list[int | str]:
        """``[first, size, s_a, s_b, a, b, c, d]``, as `read_stages` reads it."""
        ends = (*self.scales, *self.energy, *self.gains)
        return [self.first, self.size, *map(str, ends)]


def read_stages(value: Any, name: str) -> tuple[Stage, ...]:
    """Stages of rising size, from rows of JSON in a string that nobody vouches for.

    Raises:
        InvalidParameterError: If they cannot be read.
    """
    try:
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise ValueError("no text of sensible length")
        rows = parse_json(value)
        if not isinstance(rows, list) or not 0 < len(rows) <= _MOST_STAGES:
            raise ValueError(f"no list of 1 to {_MOST_STAGES} rows")
        stages = tuple(_stage(*row) for row in rows)
        if not all(a.first < b.first for a, b in pairwise(stages)):
            raise ValueError("their sizes do not rise")
    except (TypeError, ValueError) as error:
        raise InvalidParameterError(
            f"{name} cannot be read: {error} (der:high-probability). Store the "
            "certificate again."
        ) from error
    return stages


def _stage(first: object, size: object, *ends: object) -> Stage:
    s_a, s_b, low, high, least, most = (codec.number(end, "end") for end in ends)
    return Stage(
        first=codec.samples(first, "first"),
        size=codec.samples(size, "size"),
        scales=(s_a, s_b),
        energy=(low, high),
        gains=(least, most),
    )
