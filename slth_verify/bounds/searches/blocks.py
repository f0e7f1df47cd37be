"""Widths for one target, at any probability, by independent repetition of blocks."""

from __future__ import annotations

import math
from fractions import Fraction

from slth_verify.bounds._question import Question
from slth_verify.bounds.certificates.certified_width import BlockWidth
from slth_verify.bounds.certificates.weighted_moment import STATEMENT
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
    asked = question.dim, question.eps, question.norm
    search = Search(*asked)
    blocks, proposal = _proposed(search, question)
    for extra in range(_PATIENCE):
        candidate = search.best(proposal.n + extra)
        width = BlockWidth.certified(blocks, candidate.certificate(*asked))
        if width.probability >= question.prob:
            return width
    what = f"no certificate was found up to n={proposal.n + _PATIENCE}"
    raise question.refused(what, STATEMENT)


def _proposed(search: Search, question: Question) -> tuple[int, Proposal]:
    """Number of blocks and parameters of one block with the least total. Untrusted."""
    nats = question.nats
    counts = {math.ceil(nats / -math.log1p(-single)) for single in _SINGLES}
    if question.prob <= Fraction(1, 2):
        counts = {1}
    totals: dict[int, Proposal] = {}

    def total(blocks: int) -> int:
        if blocks not in totals:
            single = -math.expm1(-nats / blocks)
            totals[blocks] = search.least(math.log(single) + _SLACK)
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
