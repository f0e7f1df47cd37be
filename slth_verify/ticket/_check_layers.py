"""The independent checker: proves a ticket for every input, or says why not.

It shares no code with the search. The problem is derived again from the target file;
the weights from the seed; the error in exact rational arithmetic.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.ieee import IEEE, departure
from slth_verify.numbers import ExactNumber
from slth_verify.ticket._accuracy import read_accuracy
from slth_verify.ticket._bound import ErrorBound, accumulate
from slth_verify.ticket._cost import too_costly
from slth_verify.ticket._findings import (
    identity,
    lower,
    normalisation,
    scale,
    second_opinion,
    shapes,
    stated_error,
    structure,
    upper,
    weights,
)
from slth_verify.ticket._format import Ticket, TicketLayer, validated
from slth_verify.ticket._range import range_of
from slth_verify.ticket._residuals import LayerResiduals, layer_residuals
from slth_verify.ticket._result import CheckResult
from slth_verify.ticket._target_file import HasKernels, TargetWeights, load_target
from slth_verify.ticket._witness import Witness, find_witness
from slth_verify.verdict import Finding, Verdict, overall


def check_layers(
    ticket: str | os.PathLike[str] | Ticket,
    target: str | os.PathLike[str] | HasKernels,
    eps: ExactNumber | None,
    box: Fraction,
    cross_check: bool,
    *,
    limited: bool,
) -> CheckResult:
    """Check a plain target's ticket; `slth_verify.check` has the arguments.

    Args:
        ticket: See there.
        target: See there.
        eps: See there.
        box: B.
        cross_check: See there.
        limited: Whether somebody watches the time; else a long check is not begun.
    """
    changed = departure()
    if changed is not None:
        return stopped(None, box, [Finding(IEEE, Verdict.INCONCLUSIVE, changed)])
    loaded = validated(ticket) if isinstance(ticket, Ticket) else Ticket.load(ticket)
    problem = load_target(target)
    costly = None if limited else too_costly(loaded, problem)
    if costly is not None:
        return stopped(None, box, [costly])
    asked = loaded.eps * box
    if eps is not None:
        asked = read_accuracy(eps, problem.kernels, input_bound=box)
    question = _Question(loaded, problem, asked, box)
    ledger, owners = _structure(question)
    if any(finding.verdict is not Verdict.VERIFIED for finding in ledger[1:]):
        return stopped(asked, box, ledger)
    for number, owner in enumerate(owners, start=1):
        kernel, exponent = (
            problem.kernels[number - 1],
            loaded.scale_exponents[number - 1],
        )
        ledger.append(normalisation(number, kernel, exponent))
        ledger.append(weights(loaded, number, owner))
    if not all(map(_finite, loaded.layers)):
        return stopped(asked, box, ledger)
    return _certified(question, owners, ledger, cross_check=cross_check)


@dataclass(frozen=True, slots=True)
class _Question:
    """Whether the ticket is within ``eps`` of the target for inputs in [-box, box]."""

    ticket: Ticket
    target: TargetWeights
    eps: Fraction
    box: Fraction


def _structure(question: _Question) -> tuple[list[Finding], list[NDArray[np.int64]]]:
    """Whether the parts fit, and which input channel each kept filter reads."""
    ticket, target = question.ticket, question.target
    ledger = [identity(ticket, target), shapes(ticket, target)]
    owners: list[NDArray[np.int64]] = []
    if ledger[1].verdict is not Verdict.VERIFIED:
        return ledger, owners
    for number, layer in enumerate(ticket.layers, start=1):
        block = 2 * ticket.widths[number - 1]
        channels = target.kernels[number - 1].shape[1]
        ledger.append(structure(number, layer, block, channels))
        owners.append(layer.filters // block)
    return ledger, owners


def _certified(
    question: _Question,
    owners: list[NDArray[np.int64]],
    ledger: list[Finding],
    *,
    cross_check: bool,
) -> CheckResult:
    ticket, target, box = question.ticket, question.target, question.box
    exponents = ticket.scale_exponents
    residuals = [
        layer_residuals(kernel, exponents[i], layer, owner, signed_input=i == 0)
        for i, (kernel, layer, owner) in enumerate(
            zip(target.kernels, ticket.layers, owners, strict=True)
        )
    ]
    kept = [len(layer.filters) for layer in ticket.layers]
    bound = accumulate(residuals, kept, exponents)
    outputs = range_of(residuals, exponents, target.image, bound.largest_output, box)
    finding, witness = _error(question, residuals, bound)
    ledger += [finding, scale(outputs, question.eps), stated_error(ticket, bound)]
    if cross_check:
        ledger.append(second_opinion(ticket, target, owners, bound))
    return CheckResult(
        overall(tuple(item.verdict for item in ledger)),
        question.eps,
        box * bound.error,
        box * bound.closed_form,
        bound.layers,
        tuple(ledger),
        witness,
        box,
        outputs,
    )


def _finite(layer: TicketLayer) -> bool:
    return bool(np.isfinite(layer.scalars).all() and np.isfinite(layer.kernels).all())


def _error(
    question: _Question, residuals: list[LayerResiduals], bound: ErrorBound
) -> tuple[Finding, Witness | None]:
    """The claim itself. Its numbers are rounded so that the sentence stays true."""
    eps, box = question.eps, question.box
    form = "sup over all inputs in [-{box}, {box}] of ||f - g||_max <= {eps}"
    claim = form.format(box=lower(box), eps=upper(eps))
    found = f"certified bound {upper(box * bound.error)}"
    if box * bound.error <= eps:
        return Finding(claim, Verdict.VERIFIED, found), None
    exponents = question.ticket.scale_exponents
    witness = find_witness(residuals, exponents, question.target.image, eps / box)
    if witness is None:
        reason = f"{found} exceeds it, but no input was found that does"
        return Finding(claim, Verdict.INCONCLUSIVE, reason), None
    witness = replace(witness, difference=box * witness.difference)
    reason = (
        f"{found}; output channel {witness.channel} differs by at least "
        f"{lower(witness.difference)} on the witness"
    )
    claim = form.format(box=upper(box), eps=lower(eps))
    return Finding(claim, Verdict.REFUTED, reason), witness


def stopped(eps: Fraction | None, box: Fraction, ledger: list[Finding]) -> CheckResult:
    """The result of a check that ended early."""
    verdict = overall(tuple(finding.verdict for finding in ledger))
    return CheckResult(verdict, eps, None, None, (), tuple(ledger), None, box)
