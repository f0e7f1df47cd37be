"""thm:structured-slth: whole tickets, from drawn targets to the forward pass."""

from __future__ import annotations

import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Protocol

import hypothesis
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from slth_verify.conformance._failure import not_verified, require
from slth_verify.conformance.oracles.forward import largest_difference
from slth_verify.conformance.recording.drive import run
from slth_verify.conformance.recording.ratios import observe
from slth_verify.construction.graphs.plan import plan_graph
from slth_verify.errors import NoTicketFoundError, TrivialClaimWarning
from slth_verify.graph import TargetCNN, ranges
from slth_verify.graph.stages import stages_of
from slth_verify.network import RandomCNN
from slth_verify.strategies import extreme_inputs, seeds, target_networks
from slth_verify.ticket import CheckResult, Ticket, check
from slth_verify.ticket.graphs.sums import pair_sums
from slth_verify.ticket.graphs.weights import drawn_filters
from slth_verify.verdict import Verdict

_require = partial(require, statement="thm:structured-slth")
#: Parts of the widest range of an output; constants meet the first.
_EPS_SHARES = (Fraction(1, 2), Fraction(1, 4), Fraction(1, 16), Fraction(1, 64))
_CORNERS = 24

#: Proves a ticket file for a target file.
Checker = Callable[[Path, Path], CheckResult]


class Construction(Protocol):
    """Finds a ticket, or raises `NoTicketFoundError`."""

    def __call__(
        self, target: TargetCNN, random_network: RandomCNN, *, eps: Fraction
    ) -> Ticket:
        """A ticket with ``sup ||f - g||_max <= eps``, in the target's units."""
        ...


@dataclass(frozen=True, eq=False)
class ConstructionCase:
    """What a construction is asked for, and where its answer is looked at.

    Attributes:
        target: The target.
        network: The random network.
        eps: Admissible error in the target's units.
        images: Inputs, shape ``(batch, c_0, height, width)``.
    """

    target: TargetCNN
    network: RandomCNN
    eps: Fraction
    images: NDArray[np.float64]


def check_construction(
    construct: Construction,
    *,
    checker: Checker = check,
    targets: st.SearchStrategy[TargetCNN] | None = None,
    max_width: int = 1 << 15,
    settings: hypothesis.settings | None = None,
) -> None:
    """Prune, save, load, check, and compare the certificate with forward passes.

    Every ticket must speak of the network and the eps it was asked for, the checker
    must verify it (or call it VACUOUS where constants are within eps of the target),
    and no float64 forward pass of target and pruned network may differ by more than the
    certified bound and its own rounding. `hypothesis.target` drives
    the error seen towards the bound. Cases without a ticket are counted as the event
    "no ticket found"; a run in which no ticket with filters was found fails.

    Args:
        construct: The construction under test.
        checker: The checker under test.
        targets: A strategy of targets of the paper's class; default: small adversarial
            ones.
        max_width: Widths are estimated per case and capped here.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: If a ticket or a bound is wrong, or none was found.

    Source:
        thm:structured-slth.
    """
    counts: Counter[str] = Counter()

    def body(case: ConstructionCase) -> None:
        try:
            with warnings.catch_warnings():  # trivial claims are checked as well
                warnings.simplefilter("ignore", TrivialClaimWarning)
                ticket = construct(case.target, case.network, eps=case.eps)
        except NoTicketFoundError:
            counts["missed"] += 1
            hypothesis.event("no ticket found")
            return
        kept = sum(ticket.kept)
        counts["found" if kept else "empty"] += 1
        hypothesis.event("ticket found" if kept else "empty ticket found")
        _check_ticket(case, ticket, checker)

    drawn = target_networks() if targets is None else targets
    case = construction_cases(drawn, max_width)
    run(body, settings, {"max_width": max_width}, case=case)
    _require(
        counts["found"] > 0,
        f"no ticket with filters in {counts.total()} cases: {dict(counts)}",
    )


@st.composite
def construction_cases(
    draw: st.DrawFn, targets: st.SearchStrategy[TargetCNN], max_width: int
) -> ConstructionCase:
    """A target, a seed, an eps in proportion to the target's range, and inputs."""
    target = draw(targets)
    eps = (_widest(target) or 1) * draw(st.sampled_from(_EPS_SHARES))
    planned = plan_graph(target, eps).stages
    widths = tuple(min(part.width, max_width) for part in planned)
    network = RandomCNN(seed=draw(seeds()), widths=widths)
    channels, height, width = target.input.shape
    image = draw(extreme_inputs((channels, height, width)))
    rng = np.random.default_rng(draw(st.integers(0, (1 << 32) - 1)))
    corners = rng.integers(-1, 2, (_CORNERS, *target.input.shape)).astype(np.float64)
    constants = [np.full(target.input.shape, value) for value in (1.0, -1.0)]
    return ConstructionCase(
        target, network, eps, np.concatenate([[image, *constants], corners])
    )


def _widest(target: TargetCNN) -> Fraction:
    """The widest certified range of an output channel."""
    found = ranges(target)[target.output.name]
    return max(b - a for a, b in zip(found.lower, found.upper, strict=True))


def _check_ticket(case: ConstructionCase, ticket: Ticket, checker: Checker) -> None:
    kernels = [stage.layer.weight.tolist() for stage in stages_of(case.target)]
    shown = (
        f"target {kernels} on {case.target.input.shape}, seed {case.network.seed}, "
        f"widths {case.network.widths}, eps {case.eps}"
    )
    asked = (case.network.seed, case.network.widths, case.eps)
    widths = tuple(stage.width for stage in ticket.stages)
    told = f"seed {ticket.seed}, widths {widths}, eps {ticket.eps}"
    got = (ticket.seed, widths, ticket.eps)
    _require(got == asked, f"{shown}: the ticket speaks of {told}")
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder, "ticket.safetensors"), Path(folder, "target.safetensors")
        ticket.save(paths[0])
        case.target.save(paths[1])
        result = checker(*paths)
    trivial = _widest(case.target) <= 2 * case.eps
    wanted = Verdict.VACUOUS if trivial else Verdict.VERIFIED
    wrong = [item for item in result.ledger if item.verdict is not Verdict.VERIFIED]
    _require(
        result.verdict is wanted and len(wrong) == int(trivial),
        f"{shown}: the ticket is {result.verdict.name}, but must be {wanted.name}; "
        + not_verified(wrong),
    )
    bound = result.error_upper_bound
    if bound is None:
        _require(False, f"{shown}: VERIFIED without a bound")
        return
    _require(bound <= case.eps, f"{shown}: certified {bound}")
    _check_forward(case, ticket, bound, shown)


def _check_forward(
    case: ConstructionCase, ticket: Ticket, bound: Fraction, shown: str
) -> None:
    images = np.concatenate([case.images, _worst_windows(case, ticket)])
    seen = largest_difference(case.target, ticket, images)
    certified = float(bound)
    allowed = certified + seen.allowance
    observe("error seen / certified, with rounding", seen.error, allowed)
    _require(
        seen.error <= certified + seen.allowance,
        f"{shown}: the forward passes differ by {seen.error}, but {certified} is "
        f"certified, rounding included {certified + seen.allowance}",
    )


def _worst_windows(case: ConstructionCase, ticket: Ticket) -> NDArray[np.float64]:
    """Images whose first window attains the first layer's error before ReLU."""
    stage, part = stages_of(case.target)[0], ticket.stages[0]
    kept = drawn_filters(ticket.seed, stage, part.width, part.filters)
    sums, kernel = pair_sums(stage, part.exponent, kept), stage.kernel()
    bits = max(sums.bits, kernel.bits)
    found, wanted = sums.over(bits), kernel.over(bits).least
    errors = found.positive - wanted, found.negative + wanted
    _, height, width = shape = case.target.input.shape
    images = []
    for side in (1, -1):
        plus, minus = (side * error for error in errors)
        best = np.where(plus >= minus, 1.0, -1.0) * (np.maximum(plus, minus) > 0)
        for window in best:
            image = np.zeros(shape)
            cut = window[:, :height, :width]
            image[:, : cut.shape[1], : cut.shape[2]] = cut
            images.append(image)
    return np.stack(images)
