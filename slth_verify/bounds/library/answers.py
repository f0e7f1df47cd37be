"""Widths at once: an entry of the library, or one beside it, proved when asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial

from slth_verify.bounds.library import store
from slth_verify.bounds.library.entries import Entry
from slth_verify.bounds.library.rays import RIPPLE, Ray, least, ray_of
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.question import Question
from slth_verify.numbers import log_of

#: Dimensions of each form whose entries are looked at; more of them where the shape of
#: a certificate varies, and costs little.
_DIMENSIONS, _DIMENSIONS_IF_FEW, _FEW = 2, 4, 6

#: Beyond few dimensions, this many entries of a form are enough.
_ENOUGH = 20

#: A ray is hopeless if this share of samples more than allowed are too few.
_HOPEFUL = 32

#: The least probability of an entry.
_EVEN = Fraction(1, 2)

#: A start is near if the dimension differs by at most this factor.
_NEAR = 2

#: Samples of a part that are added should the balls disagree with the floats.
_PATIENCE = 3

#: Certificates that are evaluated before it is given up; once one is far off, no other
#: of its entry is.
_MOST_TRIED = 9

#: The same below probability 1/2, where estimates are poor and a width is known.
_MOST_TRIED_IF_SELDOM = 5

#: Entries that answer harder questions and are tried as they are.
_AS_THEY_ARE = 2


@lru_cache(maxsize=256)
def known_width(
    question: Question, *, universal: bool, fewer_than: int | None = None
) -> FoundWidth | None:
    """A width from the library; None if it has nothing near.

    Args:
        question: What is asked, of a norm above its accuracy.
        universal: Whether all targets of the Euclidean ball are asked for at once.
        fewer_than: A width that is known already; no other one that is not smaller is
            proved.

    Rigor:
        Enclosed: what is returned has been evaluated in balls.

    Cost:
        Half a second, up to a second at m = 576: what is likely to be the smallest
        width is evaluated first, and mostly nothing else is. Below probability 1/2,
        where estimates are poor, the answer for 1/2 is a candidate, too.
    """
    found = _known_width(question, universal, fewer_than)
    if question.prob >= _EVEN:
        return found
    if found is not None:
        fewer_than = found.n
    oftener = replace(question, prob=_EVEN)
    return _known_width(oftener, universal, fewer_than) or found


def _known_width(
    question: Question, universal: bool, fewer_than: int | None
) -> FoundWidth | None:
    """`known_width` from entries that are harder or near."""
    about = [entry for entry in store.entries() if entry.universal is universal]
    harder = sorted(
        (entry for entry in about if _is_harder(entry, question)),
        key=lambda entry: (entry.n, entry.dim),
    )
    exact = min((x.n for x in harder if x.question == question), default=None)
    as_it_is = [_as_it_is(entry, question) for entry in harder]
    fewer = min((n for n in (exact, fewer_than) if n is not None), default=None)
    found = _first_proved(
        [*as_it_is[:_AS_THEY_ARE], *_beside(about, question, fewer)], question, fewer
    )
    if found is None and exact is not None:
        known = [proposal for proposal in as_it_is if proposal.n <= exact]
        return _first_proved(known, question, fewer_than)
    return found


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A width that may hold, its proof, and the place of the entry that it is from."""

    n: int
    proved: Callable[[], FoundWidth | None]
    source: int | None = None


def _first_proved(
    proposals: Iterable[_Proposal], question: Question, fewer_than: int | None
) -> FoundWidth | None:
    """The smallest of some widths that its certificate proves."""
    fewer = [x for x in proposals if fewer_than is None or x.n < fewer_than]
    left = _MOST_TRIED if question.prob >= _EVEN else _MOST_TRIED_IF_SELDOM
    far_off: set[int | None] = set()
    for proposal in sorted(fewer, key=lambda proposal: proposal.n):
        if proposal.source in far_off:
            continue
        found = proposal.proved()
        if found is not None and found.probability >= question.prob:
            return found
        if found is None or 2 * found.probability < question.prob:
            far_off |= {proposal.source} - {None}
        left -= 1
        if left == 0:
            break
    return None


def _as_it_is(entry: Entry, question: Question) -> _Proposal:
    """The certificate of a harder question."""
    return _Proposal(entry.n, replace(entry, dim=question.dim).proved)


def _is_harder(entry: Entry, question: Question) -> bool:
    """Whether the entry's question is at least as hard in every respect."""
    return (
        question.dim <= entry.dim <= _NEAR * question.dim
        and entry.eps <= question.eps
        and entry.norm >= question.norm
        and entry.prob >= question.prob
    )


def _beside(
    entries: Iterable[Entry], question: Question, best: int | None
) -> Iterator[_Proposal]:
    """The nearest entries of every form, fitted to the question."""
    for source, entry in enumerate(_near(entries, question)):
        try:
            ray = ray_of(entry, question)
            n = None if ray is None else _fewer(ray, best)
        except (KeyError, ValueError, ArithmeticError):
            continue  # a foreign entry whose parameters make no sense
        if ray is not None and n is not None:
            best = ray.parts * n
            for more in range(n, n + _PATIENCE):
                yield _Proposal(ray.parts * more, partial(ray.proved, more), source)


def _fewer(ray: Ray, best: int | None) -> int | None:
    """The least number of samples of a part, if it gives a smaller width than that."""
    if best is None:
        return least(ray)
    fewer = (best - 1) // ray.parts
    hopeful = fewer + max(2 * RIPPLE, fewer // _HOPEFUL)
    if fewer < 1 or not ray.suffices(min(hopeful, ray.most)):
        return None
    below = range(min(fewer, ray.most), max(fewer - RIPPLE, 1) - 1, -1)
    if not any(map(ray.suffices, below)):
        return None
    n = least(ray)
    return n if n is not None and n <= fewer else None


def _near(entries: Iterable[Entry], question: Question) -> list[Entry]:
    """All entries of the nearest dimensions of each form, the nearest question first.

    Which ones they are depends on the dimension alone, so that an easier question of
    the same dimension is answered from the same entries as a harder one.
    """
    by_form: dict[str, dict[int, list[Entry]]] = {}
    for entry in entries:
        small, large = sorted((entry.dim, question.dim))
        if large <= _NEAR * small:
            by_form.setdefault(entry.form, {}).setdefault(entry.dim, []).append(entry)
    chosen: list[Entry] = []
    for by_dim in by_form.values():
        nearest = sorted(by_dim, key=lambda dim: abs(math.log(dim / question.dim)))
        few = question.dim <= _FEW
        found = 0
        for dim in nearest[: _DIMENSIONS_IF_FEW if few else _DIMENSIONS]:
            if few or found < _ENOUGH:
                chosen += by_dim[dim]
                found += len(by_dim[dim])
    return sorted(chosen, key=lambda entry: distance(entry, question))


def distance(entry: Entry, question: Question) -> float:
    """How different two questions are, in about the same unit for each respect."""
    return (
        3 * abs(math.log(question.dim / entry.dim))
        + abs(log_of(question.eps / entry.eps))
        + abs(log_of(max(question.norm, question.eps) / entry.norm))
        + abs(question.nats - entry.question.nats) / 3
    )
