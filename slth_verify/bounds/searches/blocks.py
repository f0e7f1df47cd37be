"""Widths for one target, at any probability, by independent repetition of blocks."""

from __future__ import annotations

import math
from fractions import Fraction

from slth_verify.bounds.certificates.certified_width import BlockWidth
from slth_verify.bounds.certificates.weighted_moment import STATEMENT
from slth_verify.bounds.searches.weighted_search import Proposal, Search
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import rough

#: Success probabilities of one block that are worth a try.
_SINGLES = (0.96, 0.94, 0.91, 0.88, 0.83, 0.78, 0.7, 0.6, 0.5)

#: The float estimate must exceed the goal by this much before balls are asked.
_SLACK = 3e-4

#: Samples added before giving up, should the balls disagree with the floats.
_PATIENCE = 12


def block_width(dim: int, eps: Fraction, norm: Fraction, goal: Fraction) -> BlockWidth:
    """A small width that is certified for one target of norm at most ``norm``.

    Args:
        dim: Dimension m.
        eps: Accuracy.
        norm: Largest Euclidean norm of the target.
        goal: Success probability, strictly between 0 and 1.

    Rigor:
        Enclosed; the number of blocks and the parameters are proposed in floating
        point, the probability of the blocks is compared exactly.

    Raises:
        InvalidParameterError: If no certificate was found.
    """
    search = Search(dim, eps, norm)
    blocks, proposal = _proposed(search, goal)
    for extra in range(_PATIENCE):
        candidate = search.best(proposal.n + extra)
        width = BlockWidth.certified(blocks, candidate.certificate(dim, eps, norm))
        if width.probability >= goal:
            return width
    raise InvalidParameterError(
        f"dim={dim}, eps={rough(eps)}, prob={rough(goal)}: no certificate was found up "
        f"to n={proposal.n + _PATIENCE} ({STATEMENT}). Ask for a smaller probability "
        "or a larger eps."
    )


def _proposed(search: Search, goal: Fraction) -> tuple[int, Proposal]:
    """Number of blocks and parameters of one block with the least total. Untrusted."""
    miss = 1 - goal
    nats = math.log(miss.denominator) - math.log(miss.numerator)
    counts = {math.ceil(nats / -math.log1p(-single)) for single in _SINGLES}
    if goal <= Fraction(1, 2):
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
