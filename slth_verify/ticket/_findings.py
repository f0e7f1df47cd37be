"""The single claims of a ticket, each checked on its own."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.enclosure import (
    Enclosure,
    check_normal_quantiles,
    error_bound_mp,
    plain_decimal,
)
from slth_verify.numbers import exact_number, rough, shown
from slth_verify.text import counted, printable
from slth_verify.ticket._bound import ErrorBound
from slth_verify.ticket._exact import exact_l1_norm
from slth_verify.ticket._format import Ticket, TicketLayer
from slth_verify.ticket._generator import GENERATOR, kernel_words, scalar_words
from slth_verify.ticket._range import OutputRange
from slth_verify.ticket._target_file import TargetWeights
from slth_verify.verdict import Finding, Verdict


def identity(ticket: Ticket, target: TargetWeights) -> Finding:
    """Whether the ticket names the digest and the input shape of this target."""
    claim = "the ticket was made for this target"
    stated = str(ticket.target.get("sha256", "none"))
    if stated != target.sha256:
        reason = (
            f"the ticket names sha256 {printable(stated, 64)}, the target has "
            f"{target.sha256}"
        )
        return Finding(claim, Verdict.REFUTED, reason)
    shape = [target.kernels[0].shape[1], *target.image]
    named = ticket.target.get("input_shape", shape)
    if named != shape:
        reason = f"the ticket names input_shape {shown(named)}, the target has {shape}"
        return Finding(claim, Verdict.REFUTED, reason)
    return Finding(claim, Verdict.VERIFIED, f"sha256 {target.sha256}")


def shapes(ticket: Ticket, target: TargetWeights) -> Finding:
    """Whether layer counts, kernel shapes and generator fit the target."""
    claim = "layers, shapes and generator fit the target"
    problems = []
    if ticket.generator != GENERATOR:
        problems.append(
            f"generator='{printable(ticket.generator, 64)}' is not {GENERATOR!r}"
        )
    counts = {len(ticket.layers), len(ticket.widths), len(ticket.scale_exponents)}
    if counts != {len(target.kernels)}:
        problems.append(f"{sorted(counts)} layers for {len(target.kernels)}")
    else:
        for number, (layer, kernel) in enumerate(
            zip(ticket.layers, target.kernels, strict=True), start=1
        ):
            wanted = (*kernel.shape[2:], kernel.shape[0])
            if layer.kernels.shape[1:] != wanted:
                problems.append(
                    f"layer {number}: kernels of shape {layer.kernels.shape[1:]}, "
                    f"the target needs {wanted}"
                )
    if problems:
        return Finding(claim, Verdict.REFUTED, printable("; ".join(problems)))
    return Finding(claim, Verdict.VERIFIED, counted(len(target.kernels), "layer"))


def structure(number: int, layer: TicketLayer, block: int, channels: int) -> Finding:
    """Whether filter indices are in range and strictly increasing."""
    claim = f"layer {number}: kept filters exist, in increasing order, each once"
    return each_once(claim, layer.filters, block * channels)


def each_once(claim: str, filters: NDArray[np.int64], count: int) -> Finding:
    """Whether indices lie in [0, count) and increase strictly."""
    if filters.size and (int(filters.min()) < 0 or int(filters.max()) >= count):
        reason = f"a filter index leaves [0, {count})"
        return Finding(claim, Verdict.REFUTED, reason)
    # compared, not subtracted: a difference of int64 numbers can wrap around
    steps = np.flatnonzero(filters[1:] <= filters[:-1])
    if steps.size:
        first = int(steps[0])
        reason = (
            f"filters {filters[first]} and {filters[first + 1]} at positions {first} "
            f"and {first + 1} are not strictly increasing: one is used twice or out of "
            "order"
        )
        return Finding(claim, Verdict.REFUTED, reason)
    return Finding(claim, Verdict.VERIFIED, f"{filters.size} of {count}")


def normalisation(number: int, kernel: NDArray[np.float32], exponent: int) -> Finding:
    """Whether the scaled kernel lies in the class of thm:structured-slth; exact."""
    claim = f"layer {number}: normalised kernel has ||K||_1 <= 1"
    norm = exact_l1_norm(kernel) / Fraction(2) ** exponent
    verdict = Verdict.VERIFIED if norm <= 1 else Verdict.REFUTED
    return Finding(claim, verdict, f"||K||_1 = {rough(norm)} (exact comparison)")


def weights(ticket: Ticket, number: int, owner: NDArray[np.int64]) -> Finding:
    """Whether stored weights are the generator's; decided in ball arithmetic.

    Args:
        ticket: Its filters exist, each once.
        number: Layer, from 1.
        owner: Input channel of each filter; increasing, as the filters are.
    """
    claim = (
        f"layer {number}: stored weights are the generator's, each scalar that of the "
        "channel its block belongs to"
    )
    layer = ticket.layers[number - 1]
    words = np.empty(len(owner), dtype=np.uint64)
    for channel in np.unique(owner).tolist():
        start, end = np.searchsorted(owner, [channel, channel + 1])
        filters = layer.filters[start:end]
        words[start:end] = scalar_words(ticket.seed, number, channel, filters)
    outcome = check_normal_quantiles(words, layer.scalars)
    kind, width = "scalar", 1
    if outcome.verdict is Verdict.VERIFIED:
        entries = layer.kernels[0].size if len(owner) else 0
        words = kernel_words(ticket.seed, number, layer.filters, entries)
        outcome = check_normal_quantiles(words, layer.kernels)
        kind, width = "kernel", max(entries, 1)
    if outcome.verdict is Verdict.VERIFIED:
        total = layer.scalars.size + layer.kernels.size
        return Finding(claim, Verdict.VERIFIED, f"{total} correctly rounded quantiles")
    filter_index = int(layer.filters[outcome.position // width])
    stored = (layer.scalars if kind == "scalar" else layer.kernels).ravel()
    reason = (
        f"filter {filter_index}, {kind} entry {outcome.position % width}: stored "
        f"{stored[outcome.position]!r} is not the rounded normal quantile "
        f"of word {int(words.ravel()[outcome.position])} of seed {ticket.seed}"
    )
    if outcome.verdict is Verdict.INCONCLUSIVE:
        reason = "undecided at the precision cap: " + reason
    return Finding(claim, outcome.verdict, reason)


def scale(found: OutputRange, eps: Fraction) -> Finding:
    """Whether the claim says more than that the target's outputs are small."""
    limit = upper(found.bound)
    if found.trivial(eps):
        return Finding(
            "the claim is not trivial: the network that computes 0 does not meet it",
            Verdict.VACUOUS,
            f"TRIVIAL: no output of the target exceeds {limit}, at most eps = "
            f"{upper(eps)}, so the network that computes 0 is within eps as well",
        )
    reason = f"outputs lie in [0, {limit}], {lower(found.reached)} is reached"
    if found.trivial(eps) is None:
        reason += "; whether the network that computes 0 is within eps is undecided"
    claim = "eps is below the certified range of the target's outputs"
    return Finding(claim, Verdict.VERIFIED, reason)


def stated_error(ticket: Ticket, bound: ErrorBound) -> Finding:
    """Whether the ticket states the bound that is proved for [-1, 1], or more."""
    claim = "the ticket's certified_error is at least its bound by der:a-posteriori"
    return at_least(claim, ticket.certified_error, bound.error)


def at_least(claim: str, decimal: str, bound: Fraction) -> Finding:
    """Whether a decimal that a file states is at least a bound."""
    stated = exact_number(decimal, "certified_error")
    reason = f"stated {lower(stated)}, certified bound {upper(bound)}"
    if stated >= bound:
        return Finding(claim, Verdict.VERIFIED, reason)
    return Finding(claim, Verdict.REFUTED, f"{reason} (exact comparison)")


def second_opinion(
    ticket: Ticket,
    target: TargetWeights,
    owners: list[NDArray[np.int64]],
    bound: ErrorBound,
) -> Finding:
    """Whether mpmath agrees with the exact bounds."""
    claim = "mpmath gives the same bounds at 80 digits"
    opinions = error_bound_mp(
        target.kernels,
        ticket.scale_exponents,
        [layer.scalars for layer in ticket.layers],
        [layer.kernels for layer in ticket.layers],
        owners,
    )
    agreed = []
    for value, exact in zip(opinions, (bound.error, bound.largest_output), strict=True):
        enclosure = outward(exact)
        if not enclosure.contains(value):
            reason = (
                f"mpmath {rough(value)} is outside {enclosure}: one of two is wrong"
            )
            return Finding(claim, Verdict.INCONCLUSIVE, reason)
        agreed.append(str(enclosure))
    reason = f"error inside {agreed[0]}, outputs of the target up to {agreed[1]}"
    return Finding(claim, Verdict.VERIFIED, reason)


def upper(value: Fraction) -> str:
    """``value`` in nine digits, rounded up."""
    return plain_decimal(value, 9, up=True)


def lower(value: Fraction) -> str:
    """``value`` in nine digits, rounded down."""
    return plain_decimal(value, 9, up=False)


def outward(value: Fraction, bits: int = 128) -> Enclosure:
    """``value`` between two dyadic numbers about 2^-bits apart, relatively."""
    if value == 0:
        return Enclosure.exact(0)
    size = value.numerator.bit_length() - value.denominator.bit_length()
    unit = Fraction(2) ** (size - bits)
    steps = value / unit
    return Enclosure((steps.__floor__() - 1) * unit, (steps.__ceil__() + 1) * unit)
