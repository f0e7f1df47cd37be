"""Whatever proves stored answers again must never confirm a false one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import hypothesis
import numpy as np
from hypothesis import strategies as st
from scipy import special, stats

from slth_verify.bounds import recheck as own_recheck
from slth_verify.bounds.network.layer_necessary import hard_targets, success_of_layer
from slth_verify.bounds.network.layer_width import LayerShape
from slth_verify.bounds.one_dim.necessary import reach_probability
from slth_verify.conformance._failure import require
from slth_verify.conformance.oracles.simulation import (
    MOST_SAMPLES,
    TRIALS,
    nsn_hits,
    uniform_covers,
)
from slth_verify.conformance.recording.drive import run
from slth_verify.showing import OneLine
from slth_verify.strategies import forged_answers
from slth_verify.verdict import Finding, Verdict

#: Anything that takes a stored answer and says what it proves.
Recheck = Callable[[Mapping[str, Any]], Finding]

#: Probability with which one simulation contradicts a true claim.
_CHANCE = 1e-12

#: Most samples for which the expected number of hits is integrated.
_MOST_COUNTED = 3_000

#: Accuracies above this are beyond all that is drawn, and norms are not integrated.
_FLOAT = Fraction(10) ** 200


@dataclass(repr=False)
class AnswerCounts(OneLine):
    """What happened to the documents that were tried.

    Attributes:
        verdicts: Number of documents by verdict.
        compared: Verified documents that at least one oracle could compare.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    compared: int = 0


def check_recheck(
    recheck: Recheck = own_recheck,
    *,
    answers: st.SearchStrategy[dict[str, Any]] | None = None,
    settings: hypothesis.settings | None = None,
) -> AnswerCounts:
    """Try documents that look like stored answers; a verified one must be true.

    Args:
        recheck: What is tested; the package's own by default.
        answers: Documents to try; None for `slth_verify.strategies.forged_answers`.
        settings: Hypothesis settings; None for the loaded profile.

    Returns:
        Numbers of documents.

    Raises:
        ConformanceFailure: If a verified document contradicts an oracle: the first
            moment integrated in floating point, the counting bound, or a simulation of
            all subsets (which rejects a true claim with probability below 1e-12).
        Exception: Whatever ``recheck`` raises; it must answer every document.
    """
    counts = AnswerCounts()

    def body(answer: dict[str, Any]) -> None:
        finding = recheck(answer)
        counts.verdicts[finding.verdict.name] += 1
        if finding.verdict is Verdict.VERIFIED:
            try:
                problem, compared = contradiction(answer)
            except (TypeError, ValueError, LookupError, ArithmeticError) as error:
                problem, compared = f"it cannot be read ({error!r})", True
            counts.compared += compared
            told = f"{problem}; verified: {answer}"
            require(not problem, told, statement=answer["statement"])

    run(body, settings, answer=forged_answers() if answers is None else answers)
    return counts


def contradiction(answer: Mapping[str, Any]) -> tuple[str, bool]:
    """Why a stored answer is false, or ""; and whether an oracle could compare it."""
    inputs, enough = answer["inputs"], answer["kind"] == "certified"
    if "kernel" in inputs:
        problems = [_layer(answer, layer, enough) for layer in answer["layers"]]
    elif "half" in inputs:
        problems = [_one_dim(answer, enough)]
    elif "prob" in inputs:
        problems = [_width(answer, enough)]
    else:
        problems = [_success(answer)]
    told = [problem for problem in problems if problem]
    return (told or [""])[0], any(problem is not None for problem in problems)


def _width(answer: Mapping[str, Any], enough: bool) -> str | None:
    inputs, n = answer["inputs"], int(answer["n"])
    dim, eps = int(inputs["dim"]), Fraction(inputs["eps"])
    norm, goal = Fraction(inputs["target_norm"]), Fraction(inputs["prob"])
    if enough:
        return _too_rare(f"n={n} is too small", dim, n, norm, eps, goal)
    if n < 1 or n - 1 > MOST_SAMPLES:
        return None
    hits = nsn_hits(dim, n - 1, (norm,), eps) if n > 1 else TRIALS * (norm <= eps)
    return _above(f"n={n - 1} is enough", hits, goal)


def _success(answer: Mapping[str, Any]) -> str | None:
    inputs, n = answer["inputs"], int(answer["n"])
    dim, eps = int(inputs["dim"]), Fraction(inputs["eps"])
    norm, size = Fraction(inputs["target_norm"]), inputs["size"]
    size = None if size is None else int(size)
    lower = Fraction(answer["probability"]["lower"])
    upper = Fraction(answer["probability"]["upper"])
    told = _too_rare("the lower end is too large", dim, n, norm, eps, lower, size)
    if n <= MOST_SAMPLES:
        hits = nsn_hits(dim, n, (norm,), eps, size)
        told = told or _above("the upper end is too small", hits, upper)
    return told


def _too_rare(
    what: str,
    dim: int,
    n: int,
    norm: Fraction,
    eps: Fraction,
    claimed: Fraction,
    size: int | None = None,
) -> str | None:
    """Why a target ``norm * e_1`` is hit more rarely than is claimed."""
    told = None
    if n <= _MOST_COUNTED and norm <= _FLOAT:
        mean = expected_hits(dim, n, float(norm), float(min(eps, _FLOAT)), size)
        told = "" if mean * (1 + 1e-6) + 1e-9 >= claimed else f"{what}: {mean:.3g} hits"
    if n <= MOST_SAMPLES:
        hits = nsn_hits(dim, n, (norm,), eps, size)
        told = told or _below(what, hits, claimed)
    return told


def _one_dim(answer: Mapping[str, Any], enough: bool) -> str | None:
    inputs, n = answer["inputs"], int(answer["n"])
    eps, goal = Fraction(inputs["eps"]), 1 - Fraction(inputs["delta"])
    z = Fraction(1, 2) if inputs["half"] else Fraction(1)
    if enough:
        told: str | None = None
        if n <= 60:
            fits = reach_probability(n, z, eps) >= goal
            told = "" if fits else f"n={n} is below a necessary width"
        if n <= MOST_SAMPLES:
            told = told or _below(
                f"n={n} is too small", uniform_covers(n, z, eps), goal
            )
        return told
    if n < 1 or n - 1 > MOST_SAMPLES:
        return None
    return _above(f"n={n - 1} is enough", uniform_covers(n - 1, z, eps), goal)


def _layer(
    answer: Mapping[str, Any], layer: Mapping[str, Any], enough: bool
) -> str | None:
    inputs, n = answer["inputs"], int(layer["n"])
    eps, goal = Fraction(inputs["eps"]), 1 - Fraction(inputs["delta"])
    shape = LayerShape(
        int(layer["kernel"]),
        int(layer["channels_in"]),
        int(layer["channels_out"]),
        first=int(layer["signs"]) == 2,
    )
    targets = hard_targets(shape, eps)
    if enough:
        fits = n > 3_000 or all(success_of_layer(n, t) >= goal for t in targets)
        return "" if fits else f"n={n} is below a necessary width"
    plain = [target.box for target in targets if not target.nats]
    if n < 1 or 2 * (n - 1) > MOST_SAMPLES or not plain:
        return None
    # some kernel must be missed often enough
    hits = min(
        nsn_hits(box.dim, 2 * (n - 1), (box.reach,) * box.dim, box.eps, None, True)
        if n > 1
        else 0
        for box in plain
    )
    return _above(f"n={n - 1} is enough", hits, goal)


@lru_cache(maxsize=4096)
def expected_hits(
    dim: int, n: int, norm: float, eps: float, size: int | None = None
) -> float:
    """Expected number of subsets that hit ``norm * e_1``, by plain quadrature.

    Args:
        dim: Dimension m.
        n: Number of samples.
        norm: Norm of the target.
        eps: Accuracy.
        size: Size of the subsets that count; None for all.

    Rigor:
        Heuristic, to about nine digits; shares no code with the certified one.
    """
    sizes = np.arange(1, n + 1) if size is None else np.array([size])
    u = np.arange(-60.0, math.log(40.0 * n + 4000), 0.01)
    root = np.exp(u / 2)
    far = _box(norm, eps, root)
    with np.errstate(divide="ignore"):
        log_hit = np.log(far) + (dim - 1) * np.log(_box(0.0, eps, root))
    log_choices = (
        special.gammaln(n + 1) - special.gammaln(sizes + 1)
    ) - special.gammaln(n - sizes + 1)
    total = float(size is None and norm <= eps)
    for chosen, log_count in zip(sizes, log_choices, strict=True):
        log_density = stats.chi2.logpdf(np.exp(u), chosen) + u
        log_mean = special.logsumexp(log_density + log_hit) + math.log(0.01)
        total += math.exp(min(700.0, float(log_mean + log_count)))
        if total > 10:
            break
    return total


def _box(center: float, eps: float, root: Any) -> Any:
    """Probability that a centred normal variable lies within eps of the center."""
    high = special.ndtr(-(center - eps) / root)
    return np.maximum(high - special.ndtr(-(center + eps) / root), 0)


def _below(what: str, hits: int, claimed: Fraction) -> str:
    """Whether so few hits contradict a probability of at least ``claimed``."""
    tail = stats.binom.cdf(hits, TRIALS, float(claimed))
    return f"{what}: {hits} of {TRIALS}" if tail < _CHANCE else ""


def _above(what: str, hits: int, claimed: Fraction) -> str:
    """Whether so many hits contradict a probability of at most ``claimed``."""
    tail = stats.binom.sf(hits - 1, TRIALS, float(claimed))
    return f"{what}: {hits} of {TRIALS}" if tail < _CHANCE else ""
