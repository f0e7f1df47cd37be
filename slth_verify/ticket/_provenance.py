"""Whether a ticket's network is the random network that it names.

Without the target nothing can be said about the error; but that the kept filters exist,
fit together and carry the weights which the generator gives for the seed can be proved
from the ticket alone. Who builds a network from a ticket needs no less.
"""

from __future__ import annotations

from slth_verify.errors import InvalidTicketError
from slth_verify.ieee import IEEE, departure
from slth_verify.limits import SEEDS, WIDTH
from slth_verify.text import counted, printable
from slth_verify.ticket._findings import structure, weights
from slth_verify.ticket._format import Ticket, validated
from slth_verify.ticket._generator import GENERATOR
from slth_verify.verdict import Finding, Verdict


def prove_weights(ticket: Ticket, input_channels: int) -> tuple[Finding, ...]:
    """Findings about a ticket's random network; all must be VERIFIED.

    Args:
        ticket: The ticket.
        input_channels: Channels c_0 of the first layer's input.

    Returns:
        Findings in order. After one that is not VERIFIED, those that build on it are
        left out.

    Raises:
        InvalidTicketError: If a field has not the type or shape that it must have.

    Rigor:
        Integers, and ball arithmetic for the weights. Anything undecided is
        INCONCLUSIVE.

    Source:
        def:channel-blocked-mask, thm:structured-slth.
    """
    try:
        ledger = [_shapes(validated(ticket))]
    except InvalidTicketError:
        raise
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidTicketError(
            f"ticket: {printable(str(error), 300)}. A ticket's fields must be as its "
            "class says (fig:neuron-pruning). Build it with prune or Ticket.load."
        ) from error
    changed = departure()
    if changed is not None:
        ledger.append(Finding(IEEE, Verdict.INCONCLUSIVE, changed))
    if any(finding.verdict is not Verdict.VERIFIED for finding in ledger):
        return tuple(ledger)
    channels = [input_channels, *(part.kernels.shape[3] for part in ticket.layers)]
    blocks = [2 * width for width in ticket.widths]
    for number, layer in enumerate(ticket.layers, start=1):
        ledger.append(
            structure(number, layer, blocks[number - 1], channels[number - 1])
        )
    if any(finding.verdict is not Verdict.VERIFIED for finding in ledger):
        return tuple(ledger)
    for number, layer in enumerate(ticket.layers, start=1):
        ledger.append(weights(ticket, number, layer.filters // blocks[number - 1]))
    return tuple(ledger)


def _shapes(ticket: Ticket) -> Finding:
    claim = "generator, seed, widths and layers belong together"
    problems = []
    if ticket.generator != GENERATOR:
        name = printable(ticket.generator, 64)
        problems.append(f"generator='{name}' is not {GENERATOR!r}")
    if not 0 <= ticket.seed < SEEDS:
        problems.append("the seed is outside [0, 2^64)")
    if not all(1 <= width <= WIDTH for width in ticket.widths):
        problems.append("a width is outside [1, 2^48]")
    counts = {len(ticket.layers), len(ticket.widths), len(ticket.scale_exponents)}
    if len(counts) != 1 or not ticket.layers:
        problems.append(f"{sorted(counts)} layers, widths and exponents")
    for number, layer in enumerate(ticket.layers, start=1):
        _, rows, columns, filters = layer.kernels.shape
        if rows != columns or not rows or not filters:
            problems.append(f"layer {number}: kernels of {layer.kernels.shape[1:]}")
    if problems:
        return Finding(claim, Verdict.REFUTED, "; ".join(problems))
    return Finding(claim, Verdict.VERIFIED, counted(len(ticket.layers), "layer"))
