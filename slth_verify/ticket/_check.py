"""The independent checker: proves a ticket for every input, or says why not.

It shares no code with the search. The problem is derived again from the target file;
the weights from the seed; the error in exact rational arithmetic.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from slth_verify.enclosure import Enclosure
from slth_verify.errors import InvalidTicketError
from slth_verify.numbers import ExactNumber, exact_number, rough
from slth_verify.ticket._bound import ErrorBound, LayerBound, accumulate
from slth_verify.ticket._findings import (
    identity,
    normalisation,
    outward,
    second_opinion,
    shapes,
    structure,
    weights,
)
from slth_verify.ticket._format import Ticket, TicketLayer, validated
from slth_verify.ticket._residuals import LayerResiduals, layer_residuals
from slth_verify.ticket._target_file import HasKernels, TargetWeights, load_target
from slth_verify.ticket._witness import Witness, find_witness
from slth_verify.verdict import Finding, NoTruthValue, Verdict, overall


@dataclass(frozen=True, slots=True)
class CheckResult(NoTruthValue):
    """What the checker found.

    Attributes:
        verdict: VERIFIED only if every finding is.
        eps: The bound that was claimed.
        error_upper_bound: Certified bound on sup ||f - S g||_max over all inputs in
            [-1, 1], in the target's units, exact; None if a structural finding failed.
        closed_form: The coarser bound of der:accumulation, or None.
        per_layer: Certified figures of every layer, in normalised units.
        ledger: Every finding in order.
        witness: An input that refutes the claimed bound, if one was found.
    """

    verdict: Verdict
    eps: Fraction
    error_upper_bound: Fraction | None
    closed_form: Fraction | None
    per_layer: tuple[LayerBound, ...]
    ledger: tuple[Finding, ...]
    witness: Witness | None

    @property
    def enclosure(self) -> Enclosure | None:
        """The bound between two dyadic numbers, 128 bits wide."""
        if self.error_upper_bound is None:
            return None
        return outward(self.error_upper_bound)


def check(
    ticket: str | os.PathLike[str] | Ticket,
    target: str | os.PathLike[str] | HasKernels,
    *,
    eps: ExactNumber | None = None,
    cross_check: bool = True,
) -> CheckResult:
    """Check a ticket against its target.

    Args:
        ticket: A file or a loaded ticket.
        target: A target file or a target.
        eps: Bound to check instead of the ticket's own claim, exact (``"1/100"``).
        cross_check: Also evaluate the bound in mpmath; a disagreement makes the result
            INCONCLUSIVE. Costs about as much as the rest.

    Raises:
        InvalidTicketError: If the ticket cannot be read as a ticket.
        InvalidTargetError: If the target is unreadable or not covered.
        InvalidParameterError: If ``eps`` is no exact number.

    Rigor:
        Exact rational arithmetic for the error bound, ball arithmetic for the weights.
        Safe side: anything undecided is not VERIFIED.

    Source:
        der:a-posteriori.
    """
    loaded = _loaded(ticket)
    problem = load_target(target)
    claim = loaded.eps if eps is None else exact_number(eps, "eps")
    ledger = [identity(loaded, problem), shapes(loaded, problem)]
    if any(finding.verdict is not Verdict.VERIFIED for finding in ledger[1:]):
        return _stopped(claim, ledger)
    owners = []
    for number, layer in enumerate(loaded.layers, start=1):
        block = 2 * loaded.widths[number - 1]
        channels = problem.kernels[number - 1].shape[1]
        ledger.append(structure(number, layer, block, channels))
        owners.append(layer.filters // block)
    if any(finding.verdict is not Verdict.VERIFIED for finding in ledger[1:]):
        return _stopped(claim, ledger)
    ledger += [
        normalisation(number, kernel, loaded.scale_exponents[number - 1])
        for number, kernel in enumerate(problem.kernels, start=1)
    ]
    ledger += [
        weights(loaded, number, owner) for number, owner in enumerate(owners, start=1)
    ]
    if any(not _finite(layer) for layer in loaded.layers):
        return _stopped(claim, ledger)
    return _bounded(loaded, problem, owners, claim, ledger, cross_check=cross_check)


def _loaded(ticket: str | os.PathLike[str] | Ticket) -> Ticket:
    if not isinstance(ticket, Ticket):
        return Ticket.load(Path(ticket))
    try:
        return validated(ticket)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidTicketError(
            f"ticket: {error}. A ticket's fields must be as its class says. Build it "
            "with prune or Ticket.load."
        ) from error


def _bounded(
    ticket: Ticket,
    target: TargetWeights,
    owners: list[NDArray[np.int64]],
    eps: Fraction,
    ledger: list[Finding],
    *,
    cross_check: bool,
) -> CheckResult:
    residuals = [
        layer_residuals(kernel, exponent, layer, owner, signed_input=number == 0)
        for number, (kernel, exponent, layer, owner) in enumerate(
            zip(
                target.kernels,
                ticket.scale_exponents,
                ticket.layers,
                owners,
                strict=True,
            )
        )
    ]
    kept = [len(layer.filters) for layer in ticket.layers]
    bound = accumulate(residuals, kept, ticket.scale_exponents)
    finding, witness = _error(ticket, residuals, target.image, bound, eps)
    ledger.append(finding)
    if cross_check:
        ledger.append(second_opinion(ticket, target, owners, bound))
    return CheckResult(
        overall(tuple(item.verdict for item in ledger)),
        eps,
        bound.error,
        bound.closed_form,
        bound.layers,
        tuple(ledger),
        witness,
    )


def _finite(layer: TicketLayer) -> bool:
    return bool(np.isfinite(layer.scalars).all() and np.isfinite(layer.kernels).all())


def _error(
    ticket: Ticket,
    residuals: list[LayerResiduals],
    image: tuple[int, int],
    bound: ErrorBound,
    eps: Fraction,
) -> tuple[Finding, Witness | None]:
    claim = f"sup over all inputs in [-1, 1] of ||f - g||_max <= {rough(eps)}"
    found = f"certified bound {outward(bound.error).decimal(9)[1]}"
    if bound.error <= eps:
        return Finding(claim, Verdict.VERIFIED, found), None
    witness = find_witness(residuals, ticket.scale_exponents, image, eps)
    if witness is None:
        reason = f"{found} exceeds it, but no input was found that does"
        return Finding(claim, Verdict.INCONCLUSIVE, reason), None
    reason = (
        f"{found}; output channel {witness.channel} differs by "
        f"{rough(witness.difference)} on the witness"
    )
    return Finding(claim, Verdict.REFUTED, reason), witness


def _stopped(eps: Fraction, ledger: list[Finding]) -> CheckResult:
    verdict = overall(tuple(finding.verdict for finding in ledger))
    return CheckResult(verdict, eps, None, None, (), tuple(ledger), None)
