"""Widths for one target, at any probability, by independent repetition of blocks."""

from __future__ import annotations

import math
from fractions import Fraction

from slth_verify.bounds.certificates.certified_width import BlockWidth
from slth_verify.bounds.certificates.weighted_moment import STATEMENT
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.weighted_search import Proposal, Search

#: Success probabilities of one block that are worth a try.
_SINGLES = (0.96, 0.94, 0.91, 0.88, 0.83, 0.78, 0.7, 0.6, 0.5)

#: The float estimate must exceed the goal by this much before balls are asked.
_SLACK = 3e-4

#: Samples added before giving up, should the balls disagree with the floats.
_PATIENCE = 12


def block_width(question: Question) -> BlockWidth:
    """A small width that is certified for one target.

    Rigor:
        Enclosed; the number of blocks and the parameters are proposed in floating
        point, the probability of the blocks is compared exactly.

    Raises:
        InvalidParameterError: If no certificate was found.
    """
    search = Search(question.dim, question.eps, question.norm)
    blocks, proposal = _proposed(search, question)
    found = certified_from(search, question, blocks, proposal.n)
    if found is None:
        what = f"no certificate was found up to n={proposal.n + _PATIENCE}"
        raise question.refused(what, STATEMENT)
    return found


def certified_from(
    search: Search, question: Question, blocks: int, first: int
) -> BlockWidth | None:
    """The first width that balls confirm, from so many samples of a block on."""
    for n in range(first, first + _PATIENCE):
        certificate = search.best(n).certificate(
            question.dim, question.eps, question.norm
        )
        width = BlockWidth.certified(blocks, certificate)
        if width.probability >= question.prob:
            return width
    return None


def log_goal(question: Question, blocks: int) -> float:
    """Logarithm of what the estimate of one of so many blocks must reach."""
    return math.log(-math.expm1(-question.nats / blocks)) + _SLACK


def _proposed(search: Search, question: Question) -> tuple[int, Proposal]:
    """Number of blocks and parameters of one block with the least total. Untrusted."""
    counts = {math.ceil(question.nats / -math.log1p(-single)) for single in _SINGLES}
    if question.prob <= Fraction(1, 2):
        counts = {1}
    totals: dict[int, Proposal] = {}

    def total(blocks: int) -> int:
        if blocks not in totals:
            totals[blocks] = search.least(log_goal(question, blocks))
        return blocks * totals[blocks].n

    best = min(counts)
    worse = 0
    for blocks in sorted(counts):
        worse = 0 if total(blocks) <= total(best) else worse + 1
        best = best if worse else blocks
        if worse == 2:
            break
    if len(counts) > 1:
        near = {blocks for blocks in (best - 1, best, best + 1) if blocks > min(counts)}
        best = min(near | {best}, key=total)
    return best, totals[best]
