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

from slth_verify.conformance._drive import run
from slth_verify.conformance._failure import require
from slth_verify.conformance._ratios import observe
from slth_verify.conformance.oracles.forward import largest_difference
from slth_verify.construction import suggested_widths
from slth_verify.errors import NoTicketFoundError, TrivialClaimWarning
from slth_verify.network import RandomCNN, TargetCNN
from slth_verify.strategies import extreme_inputs, seeds, target_networks
from slth_verify.ticket import (
    CheckResult,
    GraphCheckResult,
    Ticket,
    check,
    layer_residuals,
    output_bound,
)
from slth_verify.verdict import Verdict

_require = partial(require, statement="thm:structured-slth")
_EPS_SHARES = (Fraction(1, 4), Fraction(1, 16), Fraction(1, 64))
_CORNERS = 24

#: Proves a ticket file for a target file.
Checker = Callable[[Path, Path], CheckResult | GraphCheckResult]


class Construction(Protocol):
    """Finds a ticket, or raises `NoTicketFoundError`."""

    def __call__(
        self, target: TargetCNN, random_network: RandomCNN, *, eps: Fraction
    ) -> Ticket:
        """A ticket with ``sup ||f - S g||_max <= eps``, in the target's units."""
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
    must verify it (or call it VACUOUS where no output of the target exceeds eps), and
    no float64 forward pass of target and pruned network may differ by more than the
    certified bound and its own rounding. `hypothesis.target` drives
    the error seen towards the bound. Cases without a ticket are counted as the event
    "no ticket found"; a run in which no ticket with filters was found fails.

    Args:
        construct: The construction under test.
        checker: The checker under test.
        targets: A strategy of targets; default: small adversarial ones.
        max_width: Widths are estimated per case and capped here.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: If a ticket or a bound is wrong, or none was found.

    Source:
        thm:structured-slth, der:a-posteriori.
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
        kept = sum(len(layer.filters) for layer in ticket.layers)
        counts["found" if kept else "empty"] += 1
        hypothesis.event("ticket found" if kept else "empty ticket found")
        _check_ticket(case, ticket, checker)

    drawn = target_networks() if targets is None else targets
    run(body, settings, case=construction_cases(drawn, max_width))
    _require(
        counts["found"] > 0,
        f"no ticket with filters in {counts.total()} cases: {dict(counts)}",
    )


@st.composite
def construction_cases(
    draw: st.DrawFn, targets: st.SearchStrategy[TargetCNN], max_width: int
) -> ConstructionCase:
    """A target, a seed, an eps in proportion to the target's scale, and inputs."""
    target = draw(targets)
    eps = target.output_scale * draw(st.sampled_from(_EPS_SHARES))
    widths = tuple(min(n, max_width) for n in suggested_widths(target, eps))
    network = RandomCNN(seed=draw(seeds()), widths=widths)
    image = draw(extreme_inputs(target.input_shape))
    rng = np.random.default_rng(draw(st.integers(0, (1 << 32) - 1)))
    corners = rng.integers(-1, 2, (_CORNERS, *target.input_shape)).astype(np.float64)
    constants = [np.full(target.input_shape, value) for value in (1.0, -1.0)]
    return ConstructionCase(
        target, network, eps, np.concatenate([[image, *constants], corners])
    )


def _check_ticket(case: ConstructionCase, ticket: Ticket, checker: Checker) -> None:
    shown = (
        f"target {[kernel.tolist() for kernel in case.target.kernels]} on "
        f"{case.target.input_shape}, seed {case.network.seed}, widths "
        f"{case.network.widths}, eps {case.eps}"
    )
    asked = (case.network.seed, case.network.widths, case.eps)
    got = (ticket.seed, ticket.widths, ticket.eps)
    _require(got == asked, f"{shown}: the ticket speaks of {got}")
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder, "ticket.safetensors"), Path(folder, "target.safetensors")
        ticket.save(paths[0])
        case.target.save(paths[1])
        result = checker(*paths)
    trivial = output_bound(case.target.kernels) <= case.eps
    wanted = Verdict.VACUOUS if trivial else Verdict.VERIFIED
    wrong = [item for item in result.ledger if item.verdict is not Verdict.VERIFIED]
    _require(
        result.verdict is wanted and len(wrong) == int(trivial),
        f"{shown}: {result.verdict.name}, {wrong}",
    )
    if isinstance(result, GraphCheckResult):
        _require(False, f"{shown}: the checker speaks of a graph")
        return
    bound, closed = result.error_upper_bound, result.closed_form
    if bound is None or closed is None:
        _require(False, f"{shown}: VERIFIED without a bound")
        return
    _require(
        bound <= case.eps and bound <= closed,
        f"{shown}: certified {bound}, closed form {closed}",
    )
    _check_forward(case, ticket, bound, shown)


def _check_forward(
    case: ConstructionCase, ticket: Ticket, bound: Fraction, shown: str
) -> None:
    kept = [layer.filters for layer in ticket.layers]
    images = np.concatenate([case.images, _worst_windows(case, ticket)])
    seen = largest_difference(case.target, case.network, kept, images)
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
    target, layer = case.target, ticket.layers[0]
    owner = layer.filters // case.network.block(1)
    exponent = target.scale_exponents[0]
    errors = layer_residuals(
        target.kernels[0], exponent, layer, owner, signed_input=True
    )
    size = target.architecture.kernel_sizes[0]
    channels, height, width = target.input_shape
    images = []
    for side in (1, -1):
        plus, minus = side * errors.positive, side * errors.negative
        best = np.where(plus >= minus, 1.0, -1.0) * (np.maximum(plus, minus) > 0)
        for window in best.reshape(size, size, channels, -1).transpose(3, 2, 0, 1):
            image = np.zeros(target.input_shape)
            part = window[:, :height, :width]
            image[:, : part.shape[1], : part.shape[2]] = part
            images.append(image)
    return np.stack(images)
