r"""Theorem 1 with explicit constants: one-dimensional random subset sums.

Statement (der:rss-explicit). For X_1, ..., X_n independent and uniform on [-1, 1], with
probability at least ``1 - delta`` every z in [-1/2, 1/2] is within ``e1 + e2`` of a
subset sum as soon as

.. math:: \Bigl(\frac34\Bigr)^n \Bigl(\frac1{2 e_1} - 1\Bigr) \frac{1 - e_2}{e_2}
    \le \delta

(the potential 1/v - 1 of the covered share v shrinks by 3/4 in the mean), or as soon as
the programme over the law of v says so. With r further samples, whose positive parts
and whose negative parts both add up to 1/2 at least, every z in [-1, 1] is reached;
that fails with probability at most :math:`2^{1-r} L_r(-1/2)`, L the Laguerre
polynomial.

From below: with n samples, at most :math:`2^n` targets have a subset sum of their own,
and the expected number of subset sums within eps of 1 bounds the probability that 1 is
reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb, factorial
from typing import Literal

from slth_verify.bounds._inputs import accuracy, open_probability, written
from slth_verify.bounds._result import BoundResult, Direction, Kind, Step
from slth_verify.bounds._rss_programme import failure_probabilities
from slth_verify.enclosure import Enclosure, ExactNumber, directed_decimal
from slth_verify.errors import InvalidParameterError
from slth_verify.verdict import Evidence

STATEMENT = "der:rss-explicit"

#: "programme": law of the covered share, step by step; "closed": the formula.
Method = Literal["programme", "closed"]

#: The programme needs time in proportion to a power of log(1/eps); below this
#: accuracy the formula is used.
_FINEST = Fraction(1, 10**9)


def rss_width(
    eps: ExactNumber,
    delta: ExactNumber | None = None,
    *,
    half: bool = False,
    method: Method = "programme",
    kind: Kind = "certified",
) -> BoundResult:
    """How many uniform samples are enough, or needed, for all targets in [-1, 1].

    Args:
        eps: Accuracy, ``0 < eps < 1``.
        delta: Failure probability; ``eps`` if left out, as in Theorem 1.
        half: Whether only the targets in [-1/2, 1/2] count.
        method: How the certified width is found; "closed" is the formula alone.
        kind: ``certified`` or ``necessary``.

    Returns:
        For ``certified``, a width with which all targets are reached with probability
        at least ``1 - delta``. For ``necessary``, a width below which they are not.

    Raises:
        InvalidParameterError: If an argument is out of range.

    Rigor:
        Exact rational and integer arithmetic, rounded to the safe side.

    Cost:
        The programme: 0.5 s at eps = 0.01, 4 s at 1e-6; below 1e-9 the formula is
        used. The formula: milliseconds.

    Source: thm:rss, der:rss-explicit.

    Examples:
        >>> rss_width("0.01", half=True, method="closed").n
        51
    """
    width = accuracy(eps, STATEMENT)
    miss = width if delta is None else open_probability(delta, "delta", STATEMENT)
    if width >= 1 or miss >= 1:
        raise InvalidParameterError(
            f"eps={width}, delta={miss}: eps < 1 and delta < 1 were required "
            f"({STATEMENT}). With eps >= 1 the empty sum is enough."
        )
    inputs = (("eps", written(width)), ("delta", written(miss)), ("half", half))
    if kind == "necessary":
        n, reached, steps = _necessary(width, miss, half)
        direction: Direction = "lower"
    elif kind == "certified" and method in ("programme", "closed"):
        n, reached, steps = _certified(width, miss, half, method)
        direction = "upper"
    else:
        raise InvalidParameterError(
            f"kind={kind!r}, method={method!r}: kind 'certified' or 'necessary', "
            f"method 'programme' or 'closed' were required ({STATEMENT})."
        )
    return BoundResult(
        statement=STATEMENT,
        kind=kind,
        inputs=inputs,
        n=n,
        probability=reached,
        direction=direction,
        evidence=Evidence.EXACT,
        ledger=steps,
    )


def reserve_failure(r: int) -> Fraction:
    r"""Bound on the probability that r reserved samples do not widen the interval.

    Their positive parts, and their negative parts, must add up to at least 1/2. With q
    positive samples the first fails with probability :math:`2^{-q} / q!`.

    Rigor:
        Exact value of :math:`2^{1-r} L_r(-1/2)`, an upper bound by a union bound.
    """
    total = Fraction(0)
    for q in range(r + 1):
        total += Fraction(comb(r, q), 2**q * factorial(q))
    return total * Fraction(2, 2**r)


def _failures(width: Fraction, method: Method) -> Iterator[Fraction]:
    """Failure probability for I after 0, 1, 2, ... samples, with e1 = e2."""
    part = width / 2
    if method == "programme" and width >= _FINEST:
        yield from failure_probabilities(part, part)
    value = (1 / (2 * part) - 1) * (1 - part) / part
    while True:
        yield min(value, Fraction(1))
        value *= Fraction(3, 4)


def _certified(
    width: Fraction, miss: Fraction, half: bool, method: Method
) -> tuple[int, Enclosure, tuple[Step, ...]]:
    best: tuple[int, int, Fraction] | None = None
    reserves = [Fraction(2)]
    for n, failure in enumerate(_failures(width, method)):
        if best is not None and n >= best[0] + best[1]:
            break
        if failure >= miss:
            continue
        r = 0
        while not half and failure + reserves[r] > miss:
            r += 1
            if r == len(reserves):
                reserves.append(reserve_failure(r))
        total = failure if half else failure + reserves[r]
        if best is None or n + r < best[0] + best[1]:
            best = (n, r, total)
    if best is None:
        raise InvalidParameterError(f"eps={width}: no width was found ({STATEMENT}).")
    n, r, total = best
    grow = Step(
        statement=STATEMENT,
        text="So many samples cover [-1/2, 1/2]; each covers half of the rest of the "
        "covered share, in the mean.",
        values=(("samples", str(n)), ("e1", str(width / 2)), ("e2", str(width / 2))),
    )
    widen = Step(
        statement=STATEMENT,
        text="So many reserved samples widen it to [-1, 1].",
        values=(
            ("samples", str(r)),
            ("failure", directed_decimal(reserves[r], 6, up=True)),
        ),
    )
    reached = Enclosure(1 - total, Fraction(1))
    return n + r, reached, (grow,) if half else (grow, widen)


def _necessary(
    width: Fraction, miss: Fraction, half: bool
) -> tuple[int, Enclosure | None, tuple[Step, ...]]:
    """The larger of the counting bound and the first-moment bound."""
    length = Fraction(1) if half else Fraction(2)
    n, mean = 0, Fraction(0)
    while 2**n * 2 * width < length or mean < 1 - miss:
        n += 1
        if 2**n * 2 * width >= length:
            mean = _expected_hits(n, length / 2, width)
    below = _expected_hits(n - 1, length / 2, width) if n else None
    step = Step(
        statement=STATEMENT,
        text="One sample fewer: the subset sums cannot cover the interval, or too few "
        "of them are expected near its end.",
        values=(
            ("subsets", str(2 ** max(n - 1, 0))),
            ("expected_hits", "0" if below is None else str(Enclosure.exact(below))),
        ),
    )
    if below is None:
        return n, None, (step,)
    covered = 2 ** (n - 1) * 2 * width >= length
    upper = min(below, Fraction(1)) if covered else Fraction(0)
    return n, Enclosure(Fraction(0), upper), (step,)


def _expected_hits(n: int, target: Fraction, width: Fraction) -> Fraction:
    """Expected number of subset sums within ``width`` of the target, exactly."""
    total = Fraction(int(target <= width))
    for k in range(1, n + 1):
        high = _uniform_sum_cdf(k, target + width)
        total += comb(n, k) * (high - _uniform_sum_cdf(k, target - width))
    return total


def _uniform_sum_cdf(k: int, x: Fraction) -> Fraction:
    """Distribution function of the sum of k uniform variables on [-1, 1]."""
    y = (x + k) / 2
    if y <= 0:
        return Fraction(0)
    if y >= k:
        return Fraction(1)
    total = sum((-1) ** j * comb(k, j) * (y - j) ** k for j in range(int(y) + 1))
    return Fraction(total) / factorial(k)
