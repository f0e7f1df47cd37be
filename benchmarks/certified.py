"""Certified widths and single certificates, against quadrature and naive intervals.

The peers evaluate one term of the same second moment, the one of the most likely
overlap: mpmath's three-dimensional Gauss-Legendre rule, which proves nothing, and
interval arithmetic on a grid of cells. The latter leaves out the cells at the boundary,
where the integrand is unbounded, in its own favour.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
from flint import arb

from benchmarks.support.common import publish_with, seconds
from slth_verify import bounds
from slth_verify.bounds.certificates.integrals.overlap import Overlap
from slth_verify.bounds.certificates.integrals.pair_integral import pair_expectation
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.two_stage_width import two_stage_certificate
from slth_verify.enclosure import beta_lower, from_ball, to_ball, working_precision

F = Fraction

EPS, NORM = F(1, 100), F(1)

#: Theorem U at two sizes: dimension 9 and 95 samples, dimension 150 and 2800 samples.
SMALL = WeightedCertificate(95, 39, 9, EPS, NORM, F(87, 512), F(1))
LARGE = WeightedCertificate(2800, 503, 150, EPS, NORM, F(40, 512), F(193, 2))

#: The same for the largest layer; run in a process of its own to see its memory.
HUGE = """
import json, time
from slth_verify.bounds import mrss_width
start = time.perf_counter()
answer = mrss_width(576, "0.01")
print(json.dumps([answer.n, time.perf_counter() - start]))
"""

#: Cells along each axis of the naive interval evaluation.
_CELLS = 24


def run(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Time certificates, widths, and one term by other methods."""
    os.environ["SLTH_VERIFY_CACHE"] = ""
    figures = {
        **_certificates(options.repeats),
        **_widths(options.repeats),
        **({} if options.skip_huge else _huge()),
    }
    return figures, _peers(options.repeats)


def _certificates(repeats: int) -> dict[str, Any]:
    two_stages, failure = two_stage_certificate(Question(9, EPS, NORM, F(999, 1000)))
    return {
        "Theorem U certificate, m = 9, n = 95, s": seconds(SMALL.check, repeats),
        "Theorem U certificate, m = 9: probability": float(SMALL.check()),
        "Theorem U certificate, m = 150, n = 2800, s": seconds(LARGE.check, 1),
        "Theorem U certificate, m = 150: probability": float(LARGE.check()),
        "Theorem H certificate, m = 9, s": seconds(two_stages.failure, repeats),
        "Theorem H certificate, m = 9: n": two_stages.n,
        "Theorem H certificate, m = 9: failure": float(failure),
    }


def _widths(repeats: int) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for dim, runs in ((9, repeats), (150, 1)):
        for kind in ("certified", "necessary"):
            start = time.perf_counter()
            answer = bounds.mrss_width(dim, EPS, kind=kind)
            spent = [time.perf_counter() - start]
            for _ in range(runs - 1):
                start = time.perf_counter()
                bounds.mrss_width(dim, EPS, kind=kind)
                spent.append(time.perf_counter() - start)
            figures[f"{kind} width, m = {dim}, s"] = sorted(spent)[len(spent) // 2]
            figures[f"{kind} width, m = {dim}"] = answer.n
    return figures


def _huge() -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-c", HUGE], capture_output=True, text=True, check=True
    )
    n, spent = json.loads(ended.stdout)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "certified width, m = 576, s": spent,
        "certified width, m = 576": n,
        "certified width, m = 576: peak memory, MB": peak / 1024,
    }


@dataclass(frozen=True)
class _Term:
    """The mean of ``D^-s beta^-s ((1-a)(1-a'))^-x`` for one overlap."""

    overlap: Overlap

    @classmethod
    def likely(cls, certificate: WeightedCertificate) -> _Term:
        c = certificate
        shared = round(c.size * c.size / c.n)
        return cls(Overlap(c.n, c.size, shared, c.dim, 4 * c.tilt, c.weight))

    def laws(self) -> list[tuple[Fraction, Fraction]]:
        """Parameters of the three independent beta variables."""
        o = self.overlap
        return [o.difference, o.common, (o.split, o.split)]

    def integrand(self, d: Any, p: Any, y: Any) -> tuple[Any, Any]:
        """``D beta`` and ``(1-a)(1-a')`` in any arithmetic."""
        c = self.overlap.tilt
        c = c.numerator / type(d)(c.denominator)
        w, shared, outside = y * (1 - y), (1 - d) * p, (1 - d) * (1 - p)
        beta = (1 - c + c * d) * (shared + d * w) + c * shared**2
        return d * beta, outside**2 + outside * d + d * d * w

    def by_balls(self) -> float:
        """The library's certified upper bound."""
        with working_precision(80):
            return float(from_ball(pair_expectation(self.overlap, 9.0)).upper)

    def by_mpmath(self, degree: int) -> float:
        """Gauss-Legendre in three dimensions; not rigorous."""
        s, x = (mpmath.mpf(v.numerator) / v.denominator for v in self._powers())
        shapes = [
            tuple(mpmath.mpf(v.numerator) / v.denominator for v in law)
            for law in self.laws()
        ]
        norm = mpmath.fprod(mpmath.beta(a, b) for a, b in shapes)

        def density(d: Any, p: Any, y: Any) -> Any:
            pair, rest = self.integrand(d, p, y)
            value = pair**-s * rest**-x / norm
            for point, (a, b) in zip((d, p, y), shapes, strict=True):
                value *= point ** (a - 1) * (1 - point) ** (b - 1)
            return value

        return float(
            mpmath.quad(
                density, *[[0, 1]] * 3, method="gauss-legendre", maxdegree=degree
            )
        )

    def by_cells(self, cells: int) -> float:
        """The largest value on each inner cell, times its mass."""
        s, x = self._powers()
        with working_precision(53):
            axes = [_cells(law, cells) for law in self.laws()]
            total = arb(0)
            for d, mass_d in axes[0]:
                for p, mass_p in axes[1]:
                    for y, mass_y in axes[2]:
                        pair, rest = self.integrand(d, p, y)
                        low = pair.lower(), rest.lower()
                        if not min(low) > 0:
                            return float("inf")
                        value = low[0] ** to_ball(-s) * low[1] ** to_ball(-x)
                        total += value * mass_d * mass_p * mass_y
        return float(from_ball(total).upper)

    def _powers(self) -> tuple[Fraction, Fraction]:
        return self.overlap.half_dim, self.overlap.weight


def _cells(law: tuple[Fraction, Fraction], cells: int) -> list[tuple[arb, arb]]:
    """Inner intervals of one coordinate, and their masses."""
    a, b = (to_ball(v) for v in law)
    parts = []
    for i in range(1, cells - 1):
        low, high = F(i, cells), F(i + 1, cells)
        mass = beta_lower(to_ball(high), a, b) - beta_lower(to_ball(low), a, b)
        parts.append((to_ball(low).union(to_ball(high)), mass))
    return parts


def _peers(repeats: int) -> dict[str, Any]:
    term = _Term.likely(SMALL)
    own, value = seconds(term.by_balls, repeats), term.by_balls()
    truth = term.by_mpmath(4)
    rule = seconds(lambda: term.by_mpmath(3), 1)
    cells = seconds(lambda: term.by_cells(_CELLS), 1)
    return {
        "one term in balls, s": own,
        "one term in balls, over the value of the finest rule": value / truth,
        "one term by mpmath, s": rule,
        "one term by mpmath, over the value of the finest rule": term.by_mpmath(3)
        / truth,
        "one term on interval cells, s": cells,
        "one term on interval cells, over the value of the finest rule": term.by_cells(
            _CELLS
        )
        / truth,
        "ratio mpmath / balls": rule / own,
        "ratio interval cells / balls": cells / own,
    }


if __name__ == "__main__":
    publish_with(
        "certified",
        {
            "repeats": (3, "timings per figure"),
            "skip-huge": (False, "leave dimension 576 out"),
        },
        run,
    )
