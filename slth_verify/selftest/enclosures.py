"""Whether wide enclosures stay wide, where a midpoint would answer otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from slth_verify.enclosure import (
    Ball,
    Enclosure,
    NonFiniteError,
    Refinable,
    Relation,
    beta_lower,
    check_normal_quantiles,
    chi_square_cdf,
    decide,
    erf,
    from_ball,
    gamma_lower,
    gamma_upper,
    hull,
    log_gamma,
    nearest_normal_quantiles,
    normal_cdf,
    normal_quantile,
    normal_quantiles,
    pi,
    plain_decimal,
    to_ball,
    working_precision,
)
from slth_verify.verdict import Verdict

F = Fraction
_RELATIONS: tuple[Relation, ...] = ("<", "<=", ">", ">=")
_YES, _NO, _OPEN = Verdict.VERIFIED, Verdict.REFUTED, Verdict.INCONCLUSIVE

#: Ends of a left side, ends of a right one, and the answers for all relations.
_COMPARED = (
    ((0, 2), (F(3, 2), F(3, 2)), (_OPEN,) * 4),
    ((0, 2), (F(1, 2), F(1, 2)), (_OPEN,) * 4),
    ((0, 2), (F(1, 2), F(5, 2)), (_OPEN,) * 4),
    ((0, 8), (1, 2), (_OPEN,) * 4),
    ((0, 2), (0, 0), (_NO, _OPEN, _OPEN, _YES)),
    ((0, 2), (2, 2), (_OPEN, _YES, _NO, _OPEN)),
    ((0, 1), (1, 2), (_OPEN, _YES, _NO, _OPEN)),
    ((0, 2), (3, 4), (_YES, _YES, _NO, _NO)),
    ((1, 1), (1, 1), (_NO, _YES, _NO, _YES)),
)

#: A function, the ends of a ball, and numbers that its image contains: values at points
#: of the ball, exact or cut after some digits on the side that is inside.
_IMAGES: tuple[
    tuple[str, Callable[[Ball], Ball], tuple[F, F], tuple[str, ...]], ...
] = (
    ("root", lambda x: x.sqrt(), (F(1, 4), F(9, 4)), ("1/2", "1", "3/2")),
    (
        "exponential",
        lambda x: x.exp(),
        (F(-1), F(1)),
        ("0.36787944117145", "1", "2.71828182845904"),
    ),
    ("logarithm", lambda x: x.log(), (F(1), F(2)), ("0", "0.69314718055994")),
    ("square", lambda x: x * x, (F(-1), F(2)), ("0", "1", "4")),
    ("difference", lambda x: x - x, (F(0), F(2)), ("-2", "0", "2")),
    (
        "quantile",
        normal_quantile,
        (F(1, 4), F(3, 4)),
        ("-0.67448975019608", "0", "0.67448975019608"),
    ),
    (
        "normal distribution",
        normal_cdf,
        (F(-1), F(1)),
        ("0.15865525393146", "1/2", "0.84134474606854"),
    ),
    ("error function", erf, (F(0), F(1)), ("0", "0.84270079294971")),
    # least at 1.4616, between the ends
    ("logarithm of Gamma", log_gamma, (F(1), F(3)), ("-0.1214862905", "0.6931471805")),
    (
        "lower gamma",
        lambda x: gamma_lower(to_ball(1), x),
        (F(1), F(2)),
        ("0.63212055882856", "0.86466471676338"),
    ),
    (
        "upper gamma",
        lambda x: gamma_upper(to_ball(1), x),
        (F(1), F(2)),
        ("0.13533528323662", "0.36787944117144"),
    ),
    (
        "chi square",
        lambda x: chi_square_cdf(x, 2),
        (F(2), F(4)),
        ("0.63212055882856", "0.86466471676338"),
    ),
    (
        "lower beta",
        lambda x: beta_lower(x, to_ball(1), to_ball(2)),
        (F(1, 4), F(1, 2)),
        ("7/16", "3/4"),
    ),
)

#: Words whose quantiles are next to the middle of two float32, and the bits of these.
_WORDS = (
    (0x801A2523F15F5FF6, 0x3A83126F),
    (0x801A2523F15F5FF7, 0x3A831270),
    (0x9944D171769701E6, 0x3E800000),
    (0x9944D171769701E7, 0x3E800001),
    (0x3DF154AD1320FAA7, 0xBF333333),
    (0x3DF154AD1320FAA8, 0xBF333332),
    (0xD7625EC6F866E711, 0x3F800000),
    (0xD7625EC6F866E712, 0x3F800001),
    (0x111A46F9BE58B51F, 0xBFC00000),
    (0x111A46F9BE58B520, 0xBFBFFFFF),
    (0xFF3CB7E302F30634, 0x40300000),
    (0xFF3CB7E302F30635, 0x40300001),
    (0xFFFDECA5306BD0AD, 0x40800000),
    (0xFFFDECA5306BD0AE, 0x40800001),
    (0x000000518F45E15A, 0xC0B00000),
    (0x000000518F45E15B, 0xC0AFFFFF),
)


def comparisons() -> str:
    """Enclosures that overlap are not decided, in whatever relation."""
    for left, right, answers in _COMPARED:
        sides = [Enclosure(F(low), F(high)) for low, high in (left, right)]
        pairs: list[list[Any]] = [sides, [_refinable(side) for side in sides]]
        for relation, answer in zip(_RELATIONS, answers, strict=True):
            for given in pairs:
                found = decide(given[0], relation, given[1], cap=128)
                if found is not answer:
                    pair = f"{sides[0]} {relation} {sides[1]}"
                    return f"{pair} is {found.name}, not {answer.name}"
    return _nothing_known()


def _refinable(known: Enclosure) -> Refinable:
    """A number that no precision makes known better."""
    return lambda bits: known


def _nothing_known() -> str:
    for name, make in _unknown():
        try:
            found = from_ball(make())
        except NonFiniteError:
            pass
        else:
            return f"{name} is {found}"
        for relation in _RELATIONS:
            for end, mirrored in product((-1, 0, 1), (False, True)):
                sides: list[Any] = [lambda _, make=make: from_ball(make()), F(end)]
                left, right = sides[::-1] if mirrored else sides
                answer = decide(left, relation, right, cap=128)
                if answer is not Verdict.INCONCLUSIVE:
                    return f"{name} {relation} {end} is {answer.name}"
    return ""


def _unknown() -> Iterator[tuple[str, Callable[[], Ball]]]:
    yield "the logarithm of -1", lambda: to_ball(-1).log()
    yield "the quantile at 2", lambda: normal_quantile(to_ball(2))
    around = Enclosure(F(-1), F(1))
    yield "1 by a ball around 0", lambda: to_ball(1) / to_ball(around)
    yield "the root of a ball around 0", lambda: to_ball(around).sqrt()
    yield "a lower gamma of shape -1", lambda: gamma_lower(to_ball(-1), to_ball(1))


def images() -> str:
    """Wide balls keep both ends, and their images contain what they must."""
    for bits in (64, 256):
        with working_precision(bits):
            wrong = _kept_ends() or _contained()
        if wrong:
            return f"with {bits} bits, {wrong}"
    return _decimals()


def _kept_ends() -> str:
    low, high = F(1, 2), F(3, 2)
    for ball in (hull(to_ball(low), to_ball(high)), to_ball(Enclosure(low, high))):
        found = from_ball(ball)
        if not (found.contains(low) and found.contains(high)):
            return f"the ball 1 +- 1/2 is {found}"
        if found.width > F(1001, 1000):
            return f"the ball 1 +- 1/2 has width {float(found.width)}"
    for name, ball in (("pi", pi()), ("1/3", to_ball(F(1, 3)))):
        if not from_ball(ball).width:
            return f"{name} has width 0"
    if not from_ball(to_ball(F(1, 3))).contains(F(1, 3)):
        return "the ball of 1/3 does not contain it"
    return ""


def _contained() -> str:
    for name, function, (low, high), values in _IMAGES:
        found = from_ball(function(to_ball(Enclosure(low, high))))
        for value in values:
            if not found.contains(F(value)):
                return f"{name} of [{low}, {high}] is {found}, without {value}"
    return ""


def _decimals() -> str:
    for value in (F(1, 3), F(-1, 3), F(2, 3), F(-2, 3)):
        below, above = (F(plain_decimal(value, 9, up=up)) for up in (False, True))
        if not below < value < above:
            return f"{value} is rounded to {below} and {above}"
    return ""


def quantiles() -> str:
    """Weights are rounded to nearest where float64 cannot tell which is nearer."""
    words = np.array([word for word, _ in _WORDS], np.uint64)
    weights = np.array([bits for _, bits in _WORDS], np.uint32).view(np.float32)
    for found in (normal_quantiles(words), nearest_normal_quantiles(words)):
        wrong = np.flatnonzero(found.view(np.uint32) != weights.view(np.uint32))
        if wrong.size:
            at = int(wrong[0])
            return f"of the word {words[at]}, {found[at]!r} and not {weights[at]!r}"
    for word, weight in zip(words, weights, strict=True):
        for near in (-np.inf, None, np.inf):
            value = weight if near is None else np.nextafter(weight, np.float32(near))
            answer = check_normal_quantiles(word[None], value[None]).verdict
            if answer is not (Verdict.VERIFIED if near is None else Verdict.REFUTED):
                return f"{value!r} for the word {word} is {answer.name}"
    return ""
