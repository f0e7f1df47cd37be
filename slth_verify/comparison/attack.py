"""Lower bounds of the true error: images that show it, replayed exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import numpy as np

from slth_verify.attacks.search import Search
from slth_verify.comparison.networks import ComparedNetworks, largest_gap
from slth_verify.errors import InvalidTargetError
from slth_verify.forms import Interval, box_of
from slth_verify.showing import OneLine
from slth_verify.ticket.graphs.witness import inside
from slth_verify.verdict import NoTruthValue

#: Images that are replayed exactly.
_REPLAYED = 3


@dataclass(frozen=True, slots=True, repr=False)
class AttackResult(NoTruthValue, OneLine):
    """The image at which two networks were found to differ most.

    Attributes:
        difference: |g - f| of that output there is at least this; exact unless batch
            norms come in. So it is a lower bound of the supremum over the box.
        image: Entries, exact, flattened.
        shape: Of the image.
        entry: Index of the output's entry.
        seed: Of the search.
    """

    difference: Fraction
    image: tuple[Fraction, ...]
    shape: tuple[int, ...]
    entry: tuple[int, ...]
    seed: int


def attacked(
    networks: ComparedNetworks, *, seed: int = 0, box: Interval | None = None
) -> AttackResult:
    """Search the box for the image at which f and g differ most.

    Ascent with gates that harden slowly, from corners and points of the box, for the
    outputs that move most, and again from the best images of it; then single entries
    are changed as long as that helps.

    Args:
        networks: f and g.
        seed: Of the search; the same seed gives the same image on the same machine.
        box: Search here instead of the whole box of inputs.

    Rigor:
        Heuristic search; the difference is evaluated exactly, so it is a proved lower
        bound of ``sup |g - f|``. That no larger one was found proves nothing.

    Raises:
        InvalidTargetError: If the box is beyond what floats hold.
    """
    graph = networks.target
    try:
        where = box_of(graph.input) if box is None else box
    except OverflowError as error:
        raise InvalidTargetError(
            "the box of inputs is beyond 1.8e308: images are searched in float64. "
            "Scale the inputs."
        ) from error
    found = Search(networks.pair, where, seed).run()
    best: AttackResult | None = None
    for floats in found.images[:_REPLAYED]:
        image = inside(graph, floats)
        least, _ = largest_gap(networks.exact(image))
        flat = int(np.argmax(least))
        difference = Fraction(least.ravel()[flat])
        if best is None or difference > best.difference:
            best = AttackResult(
                difference,
                tuple(image.ravel().tolist()),
                image.shape,
                tuple(int(i) for i in np.unravel_index(flat, least.shape)),
                seed,
            )
    return cast(AttackResult, best)
