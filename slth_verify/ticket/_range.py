"""How large a target's outputs are: the scale that every error is compared with.

Upwards by the recurrence of `accumulate`, downwards by one input that was found; see
"How large the outputs are" in docs/theory/layers.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.numbers import ExactNumber
from slth_verify.ticket._accuracy import read_input_bound
from slth_verify.ticket._bound import accumulate
from slth_verify.ticket._residuals import LayerResiduals, removed_residuals
from slth_verify.ticket._target_file import HasKernels, load_target
from slth_verify.ticket._witness import largest_output


@dataclass(frozen=True, slots=True)
class OutputRange:
    """Where the largest output of a target lies, over all inputs of a box.

    Attributes:
        reached: Exact output at an input that was found; 0 if none was found.
        bound: No output exceeds it; all outputs are at least 0.
    """

    reached: Fraction
    bound: Fraction

    def trivial(self, eps: Fraction) -> bool | None:
        """Whether the network that computes 0 is within ``eps``; None if undecided."""
        if self.bound <= eps:
            return True
        return False if self.reached > eps else None


def output_range(target: HasKernels, *, input_bound: ExactNumber = 1) -> OutputRange:
    """The certified range of a target's outputs.

    Args:
        target: The target.
        input_bound: B > 0; inputs range over [-B, B].

    Rigor:
        Both ends are proved; they may be far apart for more than one layer. The lower
        end depends on a float search and may differ between machines.
    """
    box = read_input_bound(input_bound)
    problem = load_target(target)
    exponents = [0] * len(problem.kernels)
    residuals = removed_residuals(problem.kernels, exponents)
    bound = accumulate(residuals, exponents, exponents).largest_output
    return range_of(residuals, exponents, problem.image, bound, box)


def range_of(
    residuals: Sequence[LayerResiduals],
    exponents: Sequence[int],
    image: tuple[int, int],
    bound: Fraction,
    box: Fraction,
) -> OutputRange:
    """The range with a known upper end; outputs are proportional to the box."""
    return OutputRange(box * largest_output(residuals, exponents, image), box * bound)
