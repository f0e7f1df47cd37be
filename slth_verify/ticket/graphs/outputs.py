"""How large a target's outputs are: the scale that every error is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.enclosure import directed_decimal
from slth_verify.errors import InvalidParameterError
from slth_verify.graph import Range, TargetCNN, ranges
from slth_verify.numbers import ExactNumber, exact_number, rough, shown
from slth_verify.showing import OneLine
from slth_verify.ticket.graphs.witness import reached_spread

#: Significant digits of an accuracy that was given as a share.
_DIGITS = 12


@dataclass(frozen=True, slots=True, repr=False)
class OutputSpread(OneLine):
    """How far the outputs of a target range over its box.

    Attributes:
        lower: No output is below.
        upper: No output is above.
        widest: No channel's outputs differ by more than this.
        reached: Two images were found whose outputs differ by so much in a channel.
    """

    lower: Fraction
    upper: Fraction
    widest: Fraction
    reached: Fraction

    @classmethod
    def of(cls, outputs: Range, reached: Fraction) -> OutputSpread:
        """From the range of the last node."""
        return cls(min(outputs.lower), max(outputs.upper), widest(outputs), reached)

    def trivial(self, eps: Fraction) -> bool | None:
        """Whether constants, one a channel, are within ``eps``; None if undecided."""
        if self.widest <= 2 * eps:
            return True
        return False if self.reached > 2 * eps else None


def output_spread(graph: TargetCNN) -> OutputSpread:
    """How far the outputs of a target range over its box.

    Rigor:
        Both sides are proved; the lower one depends on a float search and may differ
        between machines.
    """
    return OutputSpread.of(ranges(graph)[graph.output.name], reached_spread(graph))


def widest(outputs: Range) -> Fraction:
    """The widest range of a channel."""
    return max(
        high - low for low, high in zip(outputs.lower, outputs.upper, strict=True)
    )


def read_accuracy(eps: ExactNumber, graph: TargetCNN) -> Fraction:
    """The admissible error that a user wrote.

    Args:
        eps: An exact number in the target's units, or a share such as ``"2%"`` of the
            widest certified range of an output channel, rounded down to 12 digits.
        graph: The target.

    Raises:
        InvalidParameterError: If it is neither, or the outputs are constant and have no
            share.

    Rigor:
        Exact; a share is never rounded up.
    """
    text = eps.strip() if isinstance(eps, str) else ""
    if not text.endswith("%"):
        return exact_number(eps, "eps")
    try:
        share = exact_number(text[:-1], "eps") / 100
    except InvalidParameterError as error:
        raise InvalidParameterError(
            f"eps={shown(eps)}: a share of the outputs' range was required, such as "
            "2% or 1/3% (docs/theory/networks.md). Write a number before the sign."
        ) from error
    whole = widest(ranges(graph)[graph.output.name])
    if share <= 0 or whole == 0:
        raise InvalidParameterError(
            f"eps={shown(eps)} of a certified range of width {rough(whole)}: a "
            "positive share of outputs that are not constant is required "
            "(docs/theory/networks.md). Give an absolute eps, such as 0.01."
        )
    return exact_number(directed_decimal(share * whole, _DIGITS, up=False), "eps")
