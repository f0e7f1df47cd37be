"""Images near a given one: the ball around it, cut with the box; exact or in floats."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.forms import Interval
from slth_verify.forms.rounding import float_ends
from slth_verify.graph.dyadics import Exact, exact_entries
from slth_verify.graph.given_input import same_entries
from slth_verify.numbers import rough


@dataclass(frozen=True, eq=False, slots=True)
class Ball:
    """The images within a radius of a centre, entry by entry, that are in the box.

    Attributes:
        centre: Exact.
        low: Least entries, exact.
        high: Largest entries, exact.
    """

    centre: Exact
    low: Exact
    high: Exact

    @classmethod
    def around(
        cls, networks: ComparedNetworks, image: object, radius: Fraction
    ) -> Ball:
        """Around an image.

        Raises:
            InvalidParameterError: If it is no image of the box.
        """
        node = networks.target.input
        entries = _read(image, node.shape)
        stretch = (-1, *(1,) * (len(node.shape) - 1))
        least, most = (
            np.broadcast_to(np.array(ends, object).reshape(stretch), node.shape)
            for ends in (node.low, node.high)
        )
        if (entries < least).any() or (entries > most).any():
            worst = entries.ravel()[
                int(np.argmax((entries < least) | (entries > most)))
            ]
            raise InvalidParameterError(
                f"image: an entry is {rough(Fraction(worst))}, outside the target's "
                "box of inputs (docs/target-graphs.md). Scale the image as the network "
                "reads it, such as 1/255."
            )
        return cls(
            entries,
            np.maximum(entries - radius, least),
            np.minimum(entries + radius, most),
        )

    def floats(self) -> Interval:
        """Ends in floats around the ball.

        Raises:
            InvalidTargetError: If no float reaches one.
        """
        try:
            low = [float_ends(Fraction(end))[0] for end in self.low.ravel()]
            high = [float_ends(Fraction(end))[1] for end in self.high.ravel()]
        except OverflowError as error:
            raise InvalidTargetError(
                "an image's ball is beyond 1.8e308: forms are bounded in float64 "
                "(der:local). Scale the inputs."
            ) from error
        shape = self.low.shape
        return Interval(np.array(low).reshape(shape), np.array(high).reshape(shape))

    def inside(self, image: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Exact:
        """A float image with every entry moved into the ball, exact."""
        found = np.empty(image.shape, object)
        found.ravel()[:] = [Fraction(entry) for entry in image.ravel().tolist()]
        clipped: Exact = np.minimum(np.maximum(found, self.low), self.high)
        return clipped


def _read(image: object, shape: tuple[int, ...]) -> Exact:
    try:
        entries = exact_entries(image)
        if not same_entries(entries.shape, shape):
            raise ValueError(f"shape {entries.shape}")
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidParameterError(
            f"image: finite numbers of shape {shape} are required ({error}; "
            "docs/target-graphs.md). Pass one image without a batch axis."
        ) from error
    return entries.reshape(shape)
