"""thm:mrss-nsn: numbers of columns that are said to be enough."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Protocol

import hypothesis
from hypothesis import strategies as st

from slth_verify.conformance._answers import contradiction, expected_hits
from slth_verify.conformance._failure import require
from slth_verify.conformance.recording.drive import run
from slth_verify.conformance.recording.ratios import observe
from slth_verify.numbers import whole_number

_require = partial(require, statement="thm:mrss-nsn")
_ACCURACIES = tuple(Fraction(1, k) for k in (1, 2, 3, 4, 5, 8, 10, 20, 100))
_CHANCES = tuple(map(Fraction, ("1/10", "1/4", "1/2", "3/4", "9/10", "99/100")))
#: Beyond so many columns the oracles do not look.
_MOST_COLUMNS = 3_000


class WidthBound(Protocol):
    """How many columns are enough to reach one target of norm 1."""

    def __call__(self, *, dim: int, eps: Fraction, prob: Fraction) -> int:
        """Columns n such that some subset of n NSN vectors is within eps.

        Args:
            dim: Dimension m.
            eps: Accuracy in the maximum norm.
            prob: Probability with which there must be such a subset.
        """
        ...


def check_width(
    bound: WidthBound,
    *,
    max_dim: int = 9,
    settings: hypothesis.settings | None = None,
) -> None:
    """Compare a width that is said to be enough with what is necessary.

    The expected number of subsets that hit must reach the probability; of pools of up
    to 12 columns all subsets are listed, in a simulation. More columns than 3,000 are
    not looked at: too large a width contradicts nothing.

    Args:
        bound: The implementation under test.
        max_dim: Largest dimension that is asked for.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: If a width is too small, or no whole number.

    Rigor:
        Heuristic quadrature to about nine digits, and simulations that reject a right
        width with probability below 1e-12 each.

    Source:
        thm:mrss-nsn, der:first-moment.
    """

    def body(dim: int, eps: Fraction, prob: Fraction) -> None:
        case = f"dim={dim}, eps={eps}, prob={prob}"
        claimed = bound(dim=dim, eps=eps, prob=prob)
        whole = isinstance(claimed, int) and not isinstance(claimed, bool)
        _require(whole and claimed >= 0, f"{case}: n={claimed!r} is no whole number")
        n = whole_number(claimed, "n", least=0)
        inputs = {"dim": dim, "eps": eps, "prob": prob, "target_norm": 1}
        answer = {"inputs": inputs, "n": n, "kind": "certified"}
        problem, compared = contradiction(answer)
        hypothesis.event(f"compared: {compared}")
        _require(not problem, f"{case}: {problem}; {n} columns were said to be enough")
        if 0 < n <= _MOST_COLUMNS:
            hits = expected_hits(dim, n, 1.0, float(eps))
            # as much as the comparison allows for rounding of the expected hits
            observe("probability / expected hits", prob, hits * (1 + 1e-6) + 1e-9)

    run(
        body,
        settings,
        {"max_dim": max_dim},
        dim=st.integers(1, max_dim),
        eps=st.sampled_from(_ACCURACIES),
        prob=st.sampled_from(_CHANCES),
    )
