"""Claims about one probability that exclude each other, whoever made them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Claim:
    """With so many samples, some success is at least, or at most, so likely.

    Success is the likelier, the more samples there are, and the less likely, the
    higher the dimension, the smaller the accuracy and the larger the norm.

    Attributes:
        about: What else the claim is about; those about other things are not compared.
        dimension: Of the vectors.
        accuracy: That is asked for.
        norm: Of the targets.
        samples: Of the pool.
        probability: The end.
        at_least: Whether the probability is at least that; at most that otherwise.
        strict: Whether it is even less than that.
    """

    about: Hashable
    dimension: int
    accuracy: Fraction
    norm: Fraction
    samples: int
    probability: Fraction
    at_least: bool
    strict: bool = False


class Exclusion(NamedTuple):
    """A claim from above that claims from below exclude.

    Attributes:
        above: Place of the claim that says *at most*.
        below: Place of the first one that says *at least* more than that.
        more: How many others say so, too.
    """

    above: int
    below: int
    more: int


def enough(
    samples: int,
    probability: Fraction,
    accuracy: Fraction,
    dimension: int = 1,
    norm: Fraction = Fraction(1),
    about: Hashable = (),
) -> Claim:
    """What a certified width claims: with these samples success is that likely."""
    return Claim(about, dimension, accuracy, norm, samples, probability, True)


def needed(
    samples: int,
    probability: Fraction,
    accuracy: Fraction,
    dimension: int = 1,
    norm: Fraction = Fraction(1),
    about: Hashable = (),
) -> Claim:
    """What a necessary width claims: with one sample less it is less likely."""
    end = samples - 1
    return Claim(about, dimension, accuracy, norm, end, probability, False, True)


def exclusions(claims: Sequence[Claim]) -> tuple[list[Exclusion], frozenset[int]]:
    """Claims that cannot all be true.

    A claim from below also holds for easier questions and more samples, one from above
    for harder questions and fewer. Two exclude each other where they meet.

    Args:
        claims: In any order.

    Returns:
        An entry for every claim from above that is excluded, and the places of all
        claims, from either side, that take part in that.

    Rigor:
        Exact. It says that one of two claims is wrong, not which.

    Cost:
        Quadratic, but some tens of microseconds a claim where there are 100,000.
    """
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, claim in enumerate(claims):
        groups[claim.about].append(place)
    found: list[Exclusion] = []
    wrong: set[int] = set()
    for places in groups.values():
        _compare(claims, places, found, wrong)
    return sorted(found), frozenset(wrong)


def _compare(
    claims: Sequence[Claim], places: list[int], found: list[Exclusion], wrong: set[int]
) -> None:
    below = sorted(
        (place for place in places if claims[place].at_least),
        key=lambda place: claims[place].samples,
    )
    above = [place for place in places if not claims[place].at_least]
    if not below or not above:
        return
    import numpy as np

    order = np.array(below)
    names = ("dimension", "accuracy", "norm", "samples", "probability")
    ranks = {name: _ranks([getattr(claims[p], name) for p in places]) for name in names}
    where = {place: number for number, place in enumerate(places)}
    lower = [where[place] for place in below]
    dimension, accuracy, norm, samples, probability = (
        ranks[name][lower] for name in names
    )
    for place in above:
        mine = {name: ranks[name][where[place]] for name in names}
        end = int(np.searchsorted(samples, mine["samples"], side="right"))
        least = mine["probability"] + (not claims[place].strict)
        met = probability[:end] >= least
        met &= dimension[:end] >= mine["dimension"]
        met &= accuracy[:end] <= mine["accuracy"]
        met &= norm[:end] >= mine["norm"]
        against = order[:end][met]
        if against.size:
            found.append(Exclusion(place, int(against.min()), against.size - 1))
            wrong.add(place)
            wrong.update(against.tolist())


def _ranks(values: Sequence[Any]) -> Any:
    """Places of exact numbers in their order, which are compared faster."""
    import numpy as np

    rank = {value: n for n, value in enumerate(sorted(set(values)))}
    return np.array([rank[value] for value in values], dtype=np.int64)
