r"""Independent repetition: of B disjoint blocks of samples, one is enough.

Statement: disjoint blocks are independent, and samples that are not needed can be left
out of the subset. If one block misses with probability at most q, all of them miss with
probability at most :math:`q^B`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.certificates import codec


@dataclass(frozen=True, slots=True)
class Repetition(codec.Stored):
    """Parameters of a repetition.

    Attributes:
        blocks: Number B of independent blocks.
    """

    _READERS = {"blocks": codec.blocks}  # noqa: RUF012 - read only

    blocks: int

    def failure(self, one: Fraction) -> Fraction:
        """Upper bound of the probability that all blocks miss; exact.

        Args:
            one: The same for one block.
        """
        return one**self.blocks


def repeated(n: int, one: Fraction, most: int) -> tuple[tuple[int, Fraction], ...]:
    """Widths and failure probabilities of up to ``most`` blocks of n samples."""
    return tuple((i * n, Repetition(i).failure(one)) for i in range(1, most + 1))
