"""Stored answers that are built step by step, each step claiming what it likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from slth_verify.bounds.certificates.net_cells import Net
from slth_verify.bounds.certificates.two_sides import (
    Sides,
    failure_by_decay,
    failure_of_measure,
)
from slth_verify.bounds.certificates.weighted_moment import BITS, WeightedCertificate
from slth_verify.bounds.ledger import keys
from slth_verify.enclosure import (
    Enclosure,
    chi_square_cdf,
    from_ball,
    to_ball,
    working_precision,
)
from slth_verify.strategies._options import check_names

_MOMENT, _SIDES, _NET = "der:weighted-moment", "der:two-blocks", "der:net"

_ACCURACIES = [Fraction(1, d) for d in (2, 4, 20)]
_NORMS = [Fraction(1), Fraction(100)]
_GOALS = [Fraction(1, 100), Fraction(1, 2), Fraction(9, 10), Fraction(999, 1000)]

_TAUS = st.sampled_from([Fraction(1), Fraction(100)])
_SLOPES = st.sampled_from([Fraction(2), Fraction(40)])

#: How a claim may exceed what was proved.
_FACTORS = [Fraction(1, 100), Fraction(1000)]


@dataclass(frozen=True)
class _Claim:
    """What the steps so far say: samples, accuracy, norm, failure probability."""

    dim: int
    n: int
    size: int
    eps: Fraction
    norm: Fraction
    failure: Fraction


#: How a width can be derived: for one target, or for all of a ball.
DERIVATIONS = ("target", "net", "blocks", "stages")


@st.composite
def built_answers(
    draw: st.DrawFn, derivations: Sequence[str] = DERIVATIONS
) -> dict[str, Any]:
    """Certified widths in one dimension, with a ledger that fits its own claims.

    Every recorded number is the one that follows from the claim before it, so that only
    a reader that knows what was proved can tell a true document from a false one.

    Args:
        derivations: How the width may be derived: ``"target"`` for one target;
            ``"net"``, ``"blocks"`` and ``"stages"`` for all of a ball.

    Raises:
        InvalidArgument: If there are none, or others, when something is drawn.
    """
    check_names("derivations", derivations, DERIVATIONS)
    tail = draw(st.sampled_from(derivations))
    block = draw(_certificates())
    if tail == "blocks":
        ledger, claim = _of_blocks(draw, block)
    else:
        ledger, claim = _of_target(draw, block)
        if tail == "net":
            claim = _netted(draw, ledger, claim)
        elif tail == "stages":
            claim = _sided(draw, ledger, claim)
    claim = _exaggerated(draw, claim, ledger)
    return _document(draw, claim, ledger, universal=tail != "target")


@st.composite
def _certificates(draw: st.DrawFn) -> WeightedCertificate:
    """A few certificates of small cost, which a process evaluates once."""
    return WeightedCertificate(
        n=10,
        size=5,
        dim=1,
        eps=draw(st.sampled_from(_ACCURACIES[1:])),
        norm=draw(st.sampled_from([Fraction(0), Fraction(5, 4)])),
        tilt=Fraction(1, 8),
        weight=Fraction(1, 2),
    )


def _of_target(draw: st.DrawFn, block: WeightedCertificate) -> tuple[list[Any], _Claim]:
    """A block, perhaps repeated."""
    single = block.check()
    values = _parameters(block) | {
        "norm": str(block.norm),
        "probability": str(Enclosure(single, Fraction(1))),
    }
    ledger = [_step(_MOMENT, values)]
    claim = _Claim(block.dim, block.n, block.size, block.eps, block.norm, 1 - single)
    claim = _exaggerated(draw, claim, ledger)
    count = draw(st.sampled_from([1, 8]))
    if count > 1:
        claim = replace(claim, n=count * claim.n, failure=claim.failure**count)
        reached = Enclosure(1 - claim.failure, Fraction(1))
        repeated = {
            "blocks": str(count),
            "n": str(claim.n),
            "probability": str(reached),
        }
        ledger.append(_step(_MOMENT, repeated))
        claim = _exaggerated(draw, claim, ledger)
    return ledger, claim


def _of_blocks(draw: st.DrawFn, block: WeightedCertificate) -> tuple[list[Any], _Claim]:
    """Two sides of blocks."""
    c, kappa = replace(block, norm=Fraction(0)).at_zero()
    values = _parameters(block) | {
        "c": str(Enclosure(c, Fraction(1))),
        "kappa": str(Enclosure(Fraction(0), kappa)),
    }
    blocks = draw(st.sampled_from([2, 8, 20]))
    radius = draw(st.sampled_from(_NORMS))
    sides = Sides(blocks, draw(_TAUS), draw(_SLOPES))
    failure = failure_by_decay(sides, c, kappa, block.dim, radius)
    n = 2 * blocks * block.n
    claim = _Claim(block.dim, n, block.size, 2 * block.eps, radius, failure)
    both = sides.values(keys=keys.SIDES)
    return [_step(_MOMENT, values), _both(claim, both)], claim


def _sided(draw: st.DrawFn, ledger: list[Any], one: _Claim) -> _Claim:
    """Two sides, each of which hits targets of the norm that is claimed."""
    tau, slope, radius = draw(_TAUS), draw(_SLOPES), draw(st.sampled_from(_NORMS))
    with working_precision(128):
        inside = chi_square_cdf(to_ball((one.norm / tau) ** 2), one.dim)
        long = 1 - from_ball(inside).lower
    missed = min(Fraction(1), one.failure + long)
    failure = failure_of_measure(missed, radius / tau, slope)
    n, eps = 2 * one.n, 2 * one.eps
    claim = replace(one, n=n, eps=eps, norm=radius, failure=failure)
    ledger.append(_both(claim, {"tau": str(tau), "slope": str(slope)}))
    return claim


def _both(claim: _Claim, parameters: dict[str, str]) -> dict[str, Any]:
    """The step from one side to both."""
    failure = str(Enclosure(Fraction(0), claim.failure))
    recorded = {"n": str(claim.n), "failure": failure}
    return _step(_SIDES, {"radius": str(claim.norm), **parameters, **recorded})


def _netted(draw: st.DrawFn, ledger: list[Any], one: _Claim) -> _Claim:
    """A net that the norm that is claimed covers; or not."""
    spacing, radius = draw(st.sampled_from(_ACCURACIES)), draw(st.sampled_from(_NORMS))
    if draw(st.booleans()) and one.norm > spacing:
        radius = one.norm - spacing
    net = Net(spacing, radius)
    points = net.points(one.dim)
    values = net.values(keys=keys.NET) | {"points": str(points)}
    ledger.append(_step(_NET, values))
    far = net.reach > one.norm
    return replace(
        one,
        eps=one.eps + spacing,
        norm=radius,
        failure=Fraction(1) if far else min(Fraction(1), points * one.failure),
    )


def _exaggerated(draw: st.DrawFn, claim: _Claim, ledger: list[Any]) -> _Claim:
    """The claim, or a larger one; perhaps with the number written into the step."""
    if draw(st.booleans()):
        return claim
    key = draw(st.sampled_from(["norm", "eps", "n", "failure"]))
    factor = draw(st.sampled_from(_FACTORS))
    changed = {
        "norm": replace(claim, norm=(claim.norm or Fraction(1)) * factor),
        "eps": replace(claim, eps=claim.eps * factor),
        "n": replace(claim, n=max(1, int(claim.n * factor))),
        "failure": replace(claim, failure=min(Fraction(1), claim.failure * factor)),
    }[key]
    if draw(st.booleans()):
        ledger[-1]["values"][key] = str(getattr(changed, key))
    return changed


def _document(
    draw: st.DrawFn, claim: _Claim, ledger: list[Any], *, universal: bool
) -> dict[str, Any]:
    goal = draw(
        st.sampled_from([g for g in _GOALS if g <= 1 - claim.failure] or _GOALS)
    )
    inputs: dict[str, Any] = {
        "dim": claim.dim,
        "eps": str(claim.eps),
        "prob": str(goal),
        "target_norm": str(claim.norm),
        "universal": universal,
    }
    if universal:
        inputs["ball"] = draw(st.sampled_from(["euclidean", "one-norm"]))
    lower, upper = Enclosure(1 - claim.failure, Fraction(1)).decimal()
    return {
        "statement": ledger[-1]["statement"],
        "kind": "certified",
        "inputs": inputs,
        "n": claim.n,
        "size": claim.size,
        "probability": {"lower": lower, "upper": upper},
        "direction": "upper",
        "evidence": "enclosed",
        "ledger": ledger,
    }


def _step(statement: str, values: dict[str, str]) -> dict[str, Any]:
    return {"statement": statement, "text": "A step.", "values": values}


def _parameters(block: WeightedCertificate) -> dict[str, str]:
    own = block.values("n", "size", "tilt", "weight", keys=keys.BLOCK)
    return own | {"bits": str(BITS), "eps": str(block.eps)}
