"""Searching the library's certificates: a long run that is gone on with.

``python -m slth_verify.bounds.library.build JOURNAL [SECONDS]`` searches the questions
of the grid that the journal lacks, each from its nearest answered neighbours, and adds
a line for each answer. ``... JOURNAL --write`` makes the shipped files of a journal.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import product
from pathlib import Path

from slth_verify.bounds.certificates.certified_width import (
    BlockWidth,
    Certified,
    SidesOfStages,
)
from slth_verify.bounds.library import store
from slth_verify.bounds.library.answers import distance
from slth_verify.bounds.library.entries import Entry, entry_of
from slth_verify.bounds.library.rays import plan_of
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.blocks import block_width, certified_from, log_goal
from slth_verify.bounds.searches.sides_of_blocks import sides_of_blocks_width
from slth_verify.bounds.searches.sides_of_stages import (
    Plan,
    plans_for,
    sides_of_stages_width,
)
from slth_verify.bounds.searches.two_stage_search import Patience, Start
from slth_verify.bounds.searches.two_stage_search import Search as StageSearch
from slth_verify.bounds.searches.two_stage_width import settled, two_stage_certificate
from slth_verify.bounds.searches.weighted_search import Proposal, Search
from slth_verify.errors import InvalidParameterError
from slth_verify.processes.bounded import LimitReachedError, run_bounded

DIMENSIONS = (
    *(1, 2, 3, 4, 6, 9, 12, 16, 18, 24, 27, 32, 36, 48, 64, 72, 90, 100, 128, 144),
    *(150, 192, 256, 288, 400, 512, 576),
)
ACCURACIES = tuple(Fraction(1, 10**i) for i in range(1, 7))
PROBABILITIES = (
    *(Fraction(1, 2), Fraction(9, 10), Fraction(99, 100), Fraction(999, 1000)),
    Fraction(999_999, 1_000_000),
)

#: The Euclidean norms of entries: most are for the first.
NORM, FAR = Fraction(1), Fraction(10)

_HALF, _TENTH, _HUNDREDTH, _OFTEN, _ALWAYS = PROBABILITIES

#: The grid in order: form, smallest and largest dimension, probabilities, accuracies.
#: What is near an entry follows from it at once, so that the rest may wait.
_TIERS: tuple[tuple[str, int, int, tuple[Fraction, ...], tuple[Fraction, ...]], ...] = (
    ("blocks", 1, 90, (_HALF,), ACCURACIES),
    ("blocks", 1, 2, (_TENTH,), ACCURACIES),
    ("stages", 1, 150, (_OFTEN,), ACCURACIES[:4]),
    ("stages", 64, 150, (_HALF,), ACCURACIES[:4]),
    ("sides", 2, 150, (_OFTEN,), ACCURACIES[:3]),
    ("sides", 2, 150, (_HALF,), ACCURACIES[:3]),
    ("sides of blocks", 1, 1, (_HALF, _OFTEN), ACCURACIES[:3]),
    ("stages", 1, 150, (_TENTH,), ACCURACIES[:4]),
    ("stages", 151, 576, (_HALF, _OFTEN), ACCURACIES[:3]),
    ("stages", 1, 150, (_OFTEN,), ACCURACIES[4:]),
    ("stages", 64, 150, (_HALF,), ACCURACIES[4:]),
    ("stages", 1, 150, (_ALWAYS,), ACCURACIES[:4]),
    ("sides", 151, 576, (_HALF, _OFTEN), ACCURACIES[:3]),
    ("blocks", 91, 128, (_HALF,), ACCURACIES),
    ("sides", 2, 150, (_HALF, _OFTEN), ACCURACIES[3:]),
    ("sides", 2, 150, (_TENTH, _ALWAYS), ACCURACIES[:3]),
    ("stages", 1, 150, (_HUNDREDTH,), ACCURACIES[:4]),
    ("stages", 151, 576, (_HALF, _OFTEN), ACCURACIES[3:]),
    ("stages", 1, 150, (_TENTH, _HUNDREDTH, _ALWAYS), ACCURACIES[4:]),
    ("sides", 2, 150, (_HUNDREDTH,), ACCURACIES[:3]),
    ("stages", 151, 576, (_TENTH, _HUNDREDTH, _ALWAYS), ACCURACIES),
    ("sides", 2, 150, (_TENTH, _HUNDREDTH, _ALWAYS), ACCURACIES[3:]),
    ("sides", 151, 576, PROBABILITIES, ACCURACIES),
)

#: The same for far targets, from many dimensions to few: in few, a search that does not
#: start from a certificate for more gets stuck. Sides are begun from stages.
_FAR_TIERS: tuple[
    tuple[str, int, int, tuple[Fraction, ...], tuple[Fraction, ...]], ...
] = (
    ("stages", 2, 64, (_OFTEN,), ACCURACIES[2:3]),
    ("stages", 2, 4, (_OFTEN,), ACCURACIES[:1]),
    ("sides", 2, 48, (_OFTEN,), ACCURACIES[:1]),
)

#: A start is near if the dimension differs by at most this factor.
_NEAR = 2.0

#: Seconds after which a question is given up.
_LONGEST = 1800.0

#: Two stages: a start nearby needs little improvement.
_PATIENCE_NEARBY = Patience(rounds=3, steps=50, squeezes=0)


#: What is asked, and the form of the certificate.
Asked = tuple[Question, str]


def questions() -> Iterator[Asked]:
    """The grid, the most useful questions first."""
    for norm, tiers in ((NORM, _TIERS), (FAR, _FAR_TIERS)):
        for form, low, high, probs, accuracies in tiers:
            dims = [dim for dim in DIMENSIONS if low <= dim <= high]
            dims = dims if norm == NORM else dims[::-1]
            for dim, prob, eps in product(dims, probs, accuracies):
                yield Question(dim, eps, norm, prob), form


def searched(
    asked: Asked, known: Iterable[Entry], seconds: float | None = None
) -> Entry | None:
    """The entry of a question, from the nearest entries of its form.

    Args:
        asked: The question and the form.
        known: Entries that may lie nearby.
        seconds: Limit on the time that it takes; None for none.

    Returns:
        None if no certificate was found.
    """
    if seconds is not None:
        with suppress(LimitReachedError):
            return run_bounded(searched, asked, tuple(known), seconds=seconds)
        return None
    question, form = asked
    dim = question.dim
    near = [
        entry
        for entry in known
        if _may_start(entry, question, form)
        and max(dim, entry.dim) <= _NEAR * min(dim, entry.dim)
    ]
    start = min(near, key=lambda entry: distance(entry, question), default=None)
    for begun in (start, None) if start is not None else (None,):
        try:
            found = _SEARCHES[form](question, begun)
        except InvalidParameterError:
            continue
        if found is not None:
            return entry_of(found, question)
    return None


def _may_start(entry: Entry, question: Question, form: str) -> bool:
    """Whether a search may start from an entry: sides for far targets, from stages."""
    if form == "sides" and question.norm == FAR:
        return entry.form == "stages" and entry.norm == FAR
    return entry.form == form


def _blocks(question: Question, start: Entry | None) -> Certified | None:
    """Independent blocks: as many as the start has, one more, or one less."""
    if start is None:
        return block_width(question)
    dim, eps, prob = question.dim, question.eps, question.prob
    known, one = start.block, start.repetition.blocks
    scale = Fraction(dim, start.dim)
    begun = Proposal(
        n=max(dim + 6, round(known.n * scale)),
        size=max(dim + 3, round(known.size * scale)),
        tilt=known.tilt,
        weight=Fraction(round(2 * known.weight * scale), 2),
        value=0.0,
    )
    counts = {1} if prob <= Fraction(1, 2) else {max(1, one - 1), one, one + 1}
    if prob != start.prob and prob > Fraction(1, 2):
        counts |= {math.ceil(one * question.nats / start.question.nats)}
    best: BlockWidth | None = None
    for blocks in sorted(counts):
        search = Search(dim, eps, question.norm, start=begun)
        first = search.least(log_goal(question, blocks)).n
        if best is None or blocks * first < best.n:
            width = certified_from(search, question, blocks, first)
            if width is not None and (best is None or width.n < best.n):
                best = width
    return best


def _stages(question: Question, start: Entry | None) -> Certified | None:
    if start is None:
        return two_stage_certificate(question)[0]
    dim, eps, norm = question.dim, question.eps, question.norm
    begun = StageSearch.start_at(start.stages, 1 - start.prob)
    scaled = _scaled(begun, dim / start.dim)
    search = StageSearch(dim, eps, norm, question.miss, scaled, _PATIENCE_NEARBY)
    found = settled(search, eps, norm, 3)
    return None if found is None else found[0]


def _sides(question: Question, start: Entry | None) -> Certified | None:
    if start is None:
        return sides_of_stages_width(question)
    dim, half, prob = question.dim, question.eps / 2, question.prob
    norm = question.norm
    if start.form == "stages":
        return _sides_of(question, start)
    tau = start.sides.tau
    theirs = plan_of(start.dim, start.norm, start.prob, tau)
    if theirs is None:
        return None
    begun = StageSearch.start_at(start.stages, theirs.miss)
    scaled = _scaled(begun, dim / start.dim)
    best = None
    for other in _taus(tau, near=prob == start.prob):
        plan = plan_of(dim, norm, prob, other)
        if plan is None:
            continue
        search = StageSearch(dim, half, plan.reach, plan.miss, scaled, _PATIENCE_NEARBY)
        side = settled(search, half, plan.reach, 3)
        if side is None:
            continue
        found = SidesOfStages.certified(plan.sides, *side, norm)
        if found.failure <= question.miss and (best is None or found.n < best.n):
            best = found
    return best


def _sides_of(question: Question, one: Entry) -> Certified | None:
    """Two sides of the stages that are known for one far target."""
    dim, half, norm = question.dim, question.eps / 2, question.norm
    begun = StageSearch.start_at(one.stages, 1 - one.prob)
    likely: list[tuple[int, Plan, StageSearch]] = []
    for plan in plans_for(dim, norm, question.prob):
        if plan.sides.tau >= 1:
            asked = dim, half, plan.reach, plan.miss, begun, _PATIENCE_NEARBY
            n = StageSearch(*asked).least()
            likely += [(n, plan, StageSearch(*asked))] if n else []
    for _, plan, search in sorted(likely, key=lambda trial: trial[0]):
        side = settled(search, half, plan.reach, 3)
        if side is not None:
            found = SidesOfStages.certified(plan.sides, *side, norm)
            if found.failure <= question.miss:
                return found
    return None


def _taus(tau: Fraction, *, near: bool) -> list[Fraction]:
    if near:
        return [tau]
    return [tau - Fraction(1, 16), tau, tau + Fraction(1, 16), tau + Fraction(1, 8)]


def _scaled(start: Start, factor: float) -> Start:
    return Start(max(1, round(start.n * factor)), start.point)


_SEARCHES: dict[str, Callable[[Question, Entry | None], Certified | None]] = {
    "blocks": _blocks,
    "stages": _stages,
    "sides": _sides,
    "sides of blocks": lambda question, _: sides_of_blocks_width(question),
}


def run(journal: Path, seconds: float) -> None:
    """Search what the journal lacks; after so many seconds no further question."""
    end = time.monotonic() + seconds
    known = [Entry.read(line) for line in journal.read_bytes().splitlines()]
    done = {(entry.question, entry.form) for entry in known}
    with journal.open("a", encoding="utf-8") as stream:
        for asked in questions():
            if time.monotonic() > end:
                return
            if asked in done:
                continue
            begun = time.monotonic()
            entry = searched(asked, known, _LONGEST)
            spent = time.monotonic() - begun
            told = "none" if entry is None else f"n = {entry.n}"
            sys.stderr.write(f"{asked[0]}, {asked[1]}: {told}, {spent:.1f} s\n")
            if entry is not None:
                known.append(entry)
                stream.write(f"{entry.line()}\n")
                stream.flush()


def best(found: Iterable[Entry]) -> list[Entry]:
    """For each question the entry with the smallest width, in order."""
    least: dict[tuple[bool, int, Fraction, Fraction, Fraction], Entry] = {}
    for entry in found:
        key = entry.universal, entry.dim, entry.norm, -entry.eps, entry.prob
        if key not in least or entry.n < least[key].n:
            least[key] = entry
    return [least[key] for key in sorted(least)]


def main(arguments: list[str]) -> int:
    """Search, or write the shipped files beside this module."""
    journal = Path(arguments[0])
    if "--write" in arguments:
        found = [Entry.read(line) for line in journal.read_bytes().splitlines()]
        data, digest = store.written(best(found))
        here = Path(__file__).parent
        (here / store.FILE).write_bytes(data)
        (here / store.DIGEST).write_text(f"{digest}  {store.FILE}\n", encoding="ascii")
        return 0
    journal.touch()
    run(journal, float(arguments[1]) if len(arguments) > 1 else math.inf)
    return 0


if __name__ == "__main__":
    from slth_verify.bounds.library import build  # which other processes can import

    raise SystemExit(build.main(sys.argv[1:]))
