"""What a user asks of two networks over the whole box: attack, compare."""

from __future__ import annotations

import os
from fractions import Fraction

import numpy as np

from slth_verify.comparison.attack import AttackResult, attacked
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.comparison.results import CompareResult, NodeGap
from slth_verify.comparison.splitting import Splits, differences_asked, split_bound
from slth_verify.errors import (
    InvalidTargetError,
)
from slth_verify.forms import Differences, box_of
from slth_verify.forms.rounding import float_ends
from slth_verify.graph import TargetCNN
from slth_verify.graph.stages import Stage
from slth_verify.numbers import ExactNumber, whole_number
from slth_verify.ticket import Ticket, read_accuracy
from slth_verify.ticket.given import given_target, given_ticket
from slth_verify.verdict import Verdict

_Path = str | os.PathLike[str]


def attack(
    ticket: _Path | Ticket, target: _Path | TargetCNN, *, seed: int = 0
) -> AttackResult:
    """A lower bound of a ticket's true error: the worst image that was found.

    Args:
        ticket: A file or a loaded ticket.
        target: A file or a graph.
        seed: Of the search.

    Raises:
        InvalidTicketError: If the ticket is unreadable, or not proved to be one of this
            target.
        InvalidTargetError: If the target is unreadable.

    Rigor:
        Heuristic search; the difference is evaluated exactly.

    Source:
        docs/theory/linear-forms.md, "Brackets".
    """
    whole_number(seed, "seed", least=0)
    return attacked(
        ComparedNetworks.of_ticket(given_ticket(ticket), given_target(target)),
        seed=seed,
    )


def compare(
    one: _Path | TargetCNN,
    other: _Path | TargetCNN,
    *,
    eps: ExactNumber | None = None,
    seed: int = 0,
    splits: int | None = None,
    split_limit: float | None = None,
) -> CompareResult:
    """How far two networks of one architecture are apart, for every input of the box.

    For a quantised, pruned, folded or retrained copy. Nodes are matched one by one, in
    order; batch norms are folded into the affine node before them.

    Args:
        one: f, a file or a graph; its box of inputs counts.
        other: g, likewise, with the same box.
        eps: Bound to decide, exact, or a share of f's certified range (``"2%"``).
        seed: Of the search for a bad image.
        splits: So many parts of the box are cut in two to sharpen the bound; more never
            make it larger. They pay for networks of few inputs, up to about 8. None
            for none, or with a limit for as many as there is time for.
        split_limit: Seconds that cuts may take; the bound that is reached counts.

    Raises:
        InvalidTargetError: If a file is unreadable, or the graphs do not match.
        InvalidParameterError: If ``eps`` is no exact number, ``splits`` no count, or
            the limit not positive.

    Rigor:
        The bound is enclosed by linear and joint forms, in float64 with rounding on the
        safe side; the attacked difference is exact.

    Source:
        der:difference-forms, der:joint-forms.
    """
    whole_number(seed, "seed", least=0)
    cuts = Splits.given(splits, split_limit)
    f, g = (given_target(value) for value in (one, other))
    asked = None if eps is None else read_accuracy(eps, f)
    networks = ComparedNetworks.of_graphs(f, g)
    try:
        box = box_of(f.input)
    except OverflowError as error:
        raise InvalidTargetError(
            "the box of inputs is beyond 1.8e308: forms are bounded in float64 "
            "(der:difference-forms). Scale the inputs."
        ) from error
    differences = Differences.over(networks.pair, box)
    found = attacked(networks, seed=seed)
    largest = float(differences.joint_gap().sizes.max())
    if cuts.most:
        enough = found.difference if asked is None else max(asked, found.difference)
        largest = split_bound(
            networks.pair,
            box,
            largest,
            cuts,
            float_ends(enough)[0],
            differences_asked(networks.pair),
        )
    bound = _finite(largest)
    verdict, reason = _decided(asked, bound, found)
    stages = tuple(
        NodeGap(
            node.name,
            _finite(
                float(differences.known.intervals[node.name].difference.sizes.max())
            ),
        )
        for node in networks.pair.nodes
        if isinstance(node, Stage)
    )
    return CompareResult(verdict, reason, asked, bound, found, stages)


def _decided(
    eps: Fraction | None, bound: Fraction | None, found: AttackResult
) -> tuple[Verdict, str]:
    if eps is None:
        return Verdict.INCONCLUSIVE, "no eps was asked"
    if found.difference > eps:
        return Verdict.REFUTED, "an image differs by more"
    if bound is None:
        return Verdict.INCONCLUSIVE, "the bound left the range of float64"
    if bound <= eps:
        return Verdict.VERIFIED, "the certified bound is not above it"
    return (
        Verdict.INCONCLUSIVE,
        "the certified bound exceeds it, but no image was found that does",
    )


def _finite(number: float) -> Fraction | None:
    return Fraction(number) if np.isfinite(number) else None
