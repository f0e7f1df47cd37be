"""What is asked of the random subset sum of NSN vectors."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds._inputs import written
from slth_verify.bounds.ledger.steps import Json
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import log_of, rough


@dataclass(frozen=True, slots=True)
class Question:
    """How many samples hit one target, or all targets of a ball at once, so often?

    Attributes:
        dim: Dimension m.
        eps: Accuracy in the maximum norm, positive.
        norm: Largest norm of the targets; Euclidean, if nothing else is said.
        prob: Success probability, strictly between 0 and 1.
    """

    dim: int
    eps: Fraction
    norm: Fraction
    prob: Fraction

    @property
    def miss(self) -> Fraction:
        """Failure probability."""
        return 1 - self.prob

    @property
    def nats(self) -> float:
        """Minus the logarithm of the failure probability, however small."""
        return -log_of(self.miss)

    def inputs(self, *, universal: bool) -> tuple[tuple[str, Json], ...]:
        """The question by name, as results show it."""
        return (
            ("dim", self.dim),
            ("eps", written(self.eps)),
            ("prob", written(self.prob)),
            ("target_norm", written(self.norm)),
            ("universal", universal),
        )

    def refused(self, what: str, statement: str) -> InvalidParameterError:
        """The error of a search that found nothing, ``what`` in words."""
        return InvalidParameterError(
            f"dim={self.dim}, eps={rough(self.eps)}, prob={rough(self.prob)}: {what} "
            f"({statement}). Ask for a smaller probability or a larger eps."
        )

    def __str__(self) -> str:
        return (
            f"dim={self.dim}, eps={rough(self.eps)}, target_norm={rough(self.norm)}, "
            f"prob={rough(self.prob)}"
        )
