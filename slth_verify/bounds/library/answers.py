"""Widths at once: an entry of the library, or one beside it, proved when asked."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from slth_verify.bounds.library import store
from slth_verify.bounds.library.entries import Entry
from slth_verify.bounds.library.rays import Question, Ray, least, ray_of
from slth_verify.bounds.mrss.found import FoundWidth

#: Entries of each form that are looked at.
_LOOKED_AT = 6

#: A start is near if the dimension differs by at most this factor.
_NEAR = 2

#: Samples of a part that are added should the balls disagree with the floats.
_PATIENCE = 3

#: Entries that answer harder questions and are tried as they are.
_AS_THEY_ARE = 2


def known_for_one(
    dim: int, eps: Fraction, norm: Fraction, prob: Fraction
) -> FoundWidth | None:
    """A width for one target, from the library; None if it has nothing near.

    Args:
        dim: Dimension m.
        eps: Accuracy.
        norm: Largest Euclidean norm of the target, above ``eps``.
        prob: Success probability.

    Rigor:
        Enclosed: what is returned has been evaluated in balls.

    Cost:
        About a second.
    """
    return _known(Question(dim, eps, norm, prob), universal=False)


def known_for_all(
    dim: int, eps: Fraction, norm: Fraction, prob: Fraction
) -> FoundWidth | None:
    """A width for all targets of a Euclidean ball at once; as `known_for_one`."""
    return _known(Question(dim, eps, norm, prob), universal=True)


@lru_cache(maxsize=256)
def _known(question: Question, *, universal: bool) -> FoundWidth | None:
    about = [entry for entry in store.entries() if entry.universal is universal]
    exact = [entry for entry in about if _answers_exactly(entry, question)]
    for entry in sorted(exact, key=lambda entry: entry.n):
        found = entry.proved()
        if found is not None:
            return found
    found = _beside(about, question)
    harder = sorted(
        (entry for entry in about if _is_harder(entry, question)),
        key=lambda entry: (entry.dim, entry.n),
    )
    for entry in harder[:_AS_THEY_ARE]:
        if found is None or entry.n < found.n:
            again = replace(entry, dim=question.dim).proved()
            if again is not None and (found is None or again.n < found.n):
                found = again
    return found


def _answers_exactly(entry: Entry, question: Question) -> bool:
    asked = (question.dim, question.eps, question.norm, question.prob)
    return (entry.dim, entry.eps, entry.norm, entry.prob) == asked


def _is_harder(entry: Entry, question: Question) -> bool:
    """Whether the entry's question is at least as hard in every respect."""
    return (
        question.dim <= entry.dim <= _NEAR * question.dim
        and entry.eps <= question.eps
        and entry.norm >= question.norm
        and entry.prob >= question.prob
    )


def _beside(entries: Iterable[Entry], question: Question) -> FoundWidth | None:
    """The best of the nearest entries of every form, fitted to the question."""
    near = sorted(
        (entry for entry in entries if _is_near(entry, question)),
        key=lambda entry: _distance(entry, question),
    )
    tried: dict[str, int] = {}
    proposals: list[tuple[int, int, Ray]] = []
    for entry in near:
        tried[entry.form] = tried.get(entry.form, 0) + 1
        ray = ray_of(entry, question) if tried[entry.form] <= _LOOKED_AT else None
        if ray is None:
            continue
        best = min((total for total, _, _ in proposals), default=None)
        if best is not None:
            fewer = (best - 1) // ray.parts
            if fewer < 1 or not ray.suffices(min(fewer, ray.most)):
                continue
        n = least(ray)
        if n is not None:
            proposals.append((ray.parts * n, n, ray))
    for _, n, ray in sorted(proposals, key=lambda proposal: proposal[:2]):
        for extra in range(_PATIENCE):
            found = ray.proved(n + extra)
            if found.probability >= question.prob:
                return found
    return None


def _is_near(entry: Entry, question: Question) -> bool:
    small, large = sorted((entry.dim, question.dim))
    return large <= _NEAR * small


def _distance(entry: Entry, question: Question) -> float:
    """How different two questions are, in about the same unit for each respect."""
    miss = math.log((1 - question.prob) / (1 - entry.prob))
    return (
        3 * abs(math.log(question.dim / entry.dim))
        + abs(math.log(question.eps / entry.eps))
        + abs(math.log(max(question.norm, question.eps) / entry.norm))
        + abs(miss) / 3
    )
