"""What a step of a derivation has proved: all that later steps and the answer may use.

A value of these classes is made where a certificate is evaluated, and nowhere else.
No number of a document reaches one of them except as a parameter of a certificate that
was evaluated with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class _ProvedWidth:
    """So many samples are enough, with some probability.

    Attributes:
        dim: Dimension m.
        eps: Accuracy in the maximum norm.
        n: Number of samples.
        failure: Upper bound of the failure probability with n samples.
        size: Size of the subsets of the certificate.
        stairs: Pairs (width, failure probability), each proved.
        statement: The statement of the last step.
    """

    dim: int
    eps: Fraction
    n: int
    failure: Fraction
    size: int
    stairs: tuple[tuple[int, Fraction], ...]
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedTarget(_ProvedWidth):
    """Each fixed target of a Euclidean norm is hit, with some probability.

    Attributes:
        norm: Largest Euclidean norm of the target.
    """

    norm: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedDecay:
    """Every target w is hit with probability at least ``c exp(-kappa |w|_2^2)``.

    Attributes:
        dim: Dimension m.
        eps: Accuracy in the maximum norm.
        n: Number of samples.
        size: Size of the subsets of the certificate.
        c: Probability at w = 0.
        kappa: Decay.
    """

    dim: int
    eps: Fraction
    n: int
    size: int
    c: Fraction
    kappa: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedBall(_ProvedWidth):
    """All targets of a ball are hit at once, with some probability.

    Attributes:
        radius: Radius of the ball of targets.
        ball: Which norm the radius is measured in. The one-norm ball lies in the
            Euclidean ball of its radius; in one dimension they agree.
    """

    radius: Fraction
    ball: Literal["euclidean", "one-norm"]

    def covers(self, ball: str) -> bool:
        """Whether all targets of the ball of that norm are among them."""
        return self.ball == "euclidean" or ball == "one-norm" or self.dim == 1
