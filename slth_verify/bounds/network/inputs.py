"""Reading and checking questions about whole networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from slth_verify.bounds._inputs import accuracy, one_of, open_probability, written
from slth_verify.bounds.ledger.steps import Json
from slth_verify.bounds.network.layer_width import LayerShape
from slth_verify.enclosure import ExactNumber
from slth_verify.errors import InvalidParameterError
from slth_verify.limits import KERNEL_SIDE, WEIGHTS
from slth_verify.numbers import whole_numbers
from slth_verify.showing import OneLine

STATEMENT = "der:structured-slth"

#: What is to be least: the filters of the random 1x1 layers, or the weights of all
#: random layers.
Objective = Literal["filters", "weights"]


@dataclass(frozen=True, slots=True, repr=False)
class NetworkQuestion(OneLine):
    """A target architecture, an accuracy and a failure probability.

    Attributes:
        shapes: The target layers, the first one first.
        eps: Accuracy of the network in the maximum norm.
        delta: Failure probability, strictly between 0 and 1.
        universal: Whether one random network must serve all targets at once.
        objective: What is to be least.
    """

    shapes: tuple[LayerShape, ...]
    eps: Fraction
    delta: Fraction
    universal: bool
    objective: Objective

    @property
    def prices(self) -> tuple[int, ...]:
        """What one more unit of n costs in each layer."""
        return tuple(shape.price(self.objective) for shape in self.shapes)

    def inputs(self) -> tuple[tuple[str, Json], ...]:
        """The question by name, as results show it."""
        kernels = ",".join(str(shape.kernel) for shape in self.shapes)
        channels = [self.shapes[0].entering, *(shape.leaving for shape in self.shapes)]
        return (
            ("kernel", kernels),
            ("channels", ",".join(map(str, channels))),
            ("eps", written(self.eps)),
            ("delta", written(self.delta)),
            ("universal", self.universal),
            ("objective", self.objective),
        )


def network_question(
    kernel: Sequence[int],
    channels: Sequence[int],
    eps: ExactNumber,
    delta: ExactNumber,
    *,
    universal: bool,
    objective: Objective,
) -> NetworkQuestion:
    """The question, if it makes sense.

    Raises:
        InvalidParameterError: If an argument is out of range, or the numbers of kernels
            and of channels do not fit.
    """
    kernel = whole_numbers(kernel, "kernel", least=1, most=KERNEL_SIDE)
    channels = whole_numbers(channels, "channels", least=1, most=WEIGHTS)
    if not kernel or len(channels) != len(kernel) + 1:
        raise InvalidParameterError(
            f"kernel={kernel}, channels={channels}: one kernel size a layer and one "
            f"number of channels more than layers were required ({STATEMENT}). Pass "
            "for example kernel=(3, 3), channels=(1, 8, 16)."
        )
    one_of(objective, "objective", get_args(Objective), STATEMENT)
    shapes = tuple(
        LayerShape(size, channels[i], channels[i + 1], first=i == 0)
        for i, size in enumerate(kernel)
    )
    return NetworkQuestion(
        shapes=shapes,
        eps=accuracy(eps, STATEMENT),
        delta=open_probability(delta, "delta", STATEMENT),
        universal=universal,
        objective=objective,
    )
