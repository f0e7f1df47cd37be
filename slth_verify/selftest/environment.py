"""What verdicts rest on, as far as one process can see it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from slth_verify.enclosure import (
    Enclosure,
    decide,
    from_ball,
    normal_cdf,
    pi,
    to_ball,
    working_precision,
)
from slth_verify.ieee import departure
from slth_verify.selftest.enclosures import comparisons, images, quantiles
from slth_verify.text import reason_of
from slth_verify.verdict import Statistical, Verdict

#: The first release in which negation returns a new ball.
_LEAST_FLINT = (0, 9)
_SIDE = 96


_Look = tuple[str, Verdict | Statistical, str]


def look() -> Iterator[_Look]:
    """Look at rounding, at BLAS, at the ball arithmetic and at its version.

    Yields:
        A claim, what it came to, and why: NOT_REJECTED if nothing wrong was seen, here
        and now, which proves nothing.
    """
    for claim, part in (
        ("floats are rounded as IEEE 754 says", _rounding),
        ("floats are rounded so in other threads as well", _rounding_elsewhere),
        ("products of matrices of whole numbers are exact", _blas),
        ("python-flint is 0.9 or newer", _flint_version),
        ("balls contain what they enclose", _balls),
        ("enclosures that overlap are not decided", comparisons),
        ("wide balls keep their ends, and their images what they contain", images),
        ("weights next to the middle of two floats are rounded to nearest", quantiles),
    ):
        yield _looked(claim, part)


def not_looked_at() -> tuple[str, ...]:
    """What no process can see, or what this one does not try."""
    return (
        "memory and processor errors that come and go",
        "graphics processors: they propose, and are never believed",
        "rounding modes that a library changes later, in a thread of its own",
    )


def _looked(claim: str, part: Callable[[], str]) -> _Look:
    try:
        wrong = part()
    except Exception as error:  # the border to broken installations
        return claim, Verdict.INCONCLUSIVE, reason_of(error)
    if wrong:
        return claim, Verdict.REFUTED, wrong
    return claim, Statistical.NOT_REJECTED, "nothing wrong was seen"


def _rounding() -> str:
    return departure() or ""


def _rounding_elsewhere() -> str:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(departure() or ""))
    thread.start()
    thread.join()
    return found[0]


def _blas() -> str:
    """Products and sums far below 2^53 have one right answer, in any order."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(-(1 << 20), 1 << 20, (2, _SIDE, _SIDE))
    wanted = a @ b  # whole numbers: no BLAS
    found = a.astype(np.float64) @ b.astype(np.float64)
    wrong = np.argwhere(found != wanted.astype(np.float64))
    return "" if not len(wrong) else f"{len(wrong)} of {found.size} entries are wrong"


def _flint_version() -> str:
    try:
        found = version("python-flint")
    except PackageNotFoundError:
        return "python-flint is not installed"
    parts = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
    return "" if parts >= _LEAST_FLINT else f"it is {found}"


def _balls() -> str:
    """Numbers whose first digits are known, at two precisions."""
    for bits in (64, 256):
        with working_precision(bits):
            circle, chance = pi(), normal_cdf(to_ball(1))
            negated = -circle
            found = [
                (from_ball(circle), Fraction("3.14159265358979")),
                (from_ball(chance), Fraction("0.84134474606854")),
                (Enclosure.exact(0), from_ball(negated).upper),
            ]
        for number, below in found:
            above = below + Fraction(4) if below < 0 else below + Fraction(1, 10**14)
            for relation, end in ((">", below), ("<", above)):
                if decide(number, relation, end) is not Verdict.VERIFIED:  # type: ignore[arg-type]
                    return f"with {bits} bits, {number} {relation} {end} is not decided"
    third = Fraction(1, 3)
    if decide(third, "<", third) is not Verdict.REFUTED:
        return "1/3 < 1/3 is not refuted"
    return ""
