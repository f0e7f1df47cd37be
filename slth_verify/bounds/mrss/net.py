r"""All targets of a one-norm ball at once, by a net.

Statement (der:net). Round every coordinate to the nearest point of 2hZ. The cells of
``2hu`` that meet the ball of radius r of the one-norm are counted by

.. math:: N = \sum_{i=0}^m 2^i \binom mi \binom{\lfloor r/(2h) + i/2 \rfloor}{i},

their centres have a Euclidean norm of at most ``r + h`` (0 if ``r < h``), and if all
centres are hit within ``eps - h``, all targets are hit within ``eps``.

The ball is the one of the one-norm: a Euclidean ball meets far more cells.
"""

from __future__ import annotations

from collections.abc import Callable

from slth_verify.bounds.certificates.net_cells import STATEMENT, Net, failure_of_net
from slth_verify.bounds.ledger import keys
from slth_verify.bounds.ledger.steps import Step
from slth_verify.bounds.mrss.fixed_target import fixed_width
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.question import Question


def net_width(
    question: Question,
    width_of_point: Callable[[Question], FoundWidth | None] = fixed_width,
) -> FoundWidth | None:
    """A width with which all targets of a one-norm ball are reached, by a net.

    Half of the accuracy goes into the net, half into the subset sums.

    Args:
        question: What is asked, of all targets of a ball in the one-norm.
        width_of_point: Width for one point; None if it knows none.

    Returns:
        None if there is no width for a point.

    Rigor:
        Enclosed; the union bound over the net is exact.
    """
    dim, half = question.dim, question.eps / 2
    net = Net(half, question.norm)
    count = net.points(dim)
    one = width_of_point(Question(dim, half, net.reach, 1 - question.miss / count))
    if one is None:
        return None
    step = Step(
        statement=STATEMENT,
        text="Every target of the one-norm ball lies within half of the accuracy of a "
        "point of the net; the points are hit together except with the sum of their "
        "failure probabilities.",
        values=(*net.values(keys=keys.NET).items(), ("points", str(count))),
    )
    return FoundWidth(
        n=one.n,
        failure=failure_of_net(count, one.failure),
        derivation=(*one.derivation, step),
        size=one.size,
        stairs=tuple((n, failure_of_net(count, miss)) for n, miss in one.stairs),
    )
