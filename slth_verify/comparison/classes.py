"""Classes: which output is the largest, for one image and for all images of a ball."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.attacks.gradients import FloatNetwork
from slth_verify.comparison.networks import ComparedNetworks, Ends
from slth_verify.deadline import look_at_the_clock
from slth_verify.forms import Interval
from slth_verify.showing import OneLine

#: Images that walk to a rival's side, steps of a walk, and halvings on the way back.
_WALKERS, _STEPS, _HALVINGS = 8, 16, 24


@dataclass(frozen=True, slots=True, repr=False)
class Scores(OneLine):
    """Scores of the classes at one image, each between two ends.

    A class's score is its output; of output maps, the mean over all places.
    """

    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]

    @classmethod
    def of(cls, ends: Ends) -> Scores:
        """From ends of the outputs."""
        low, high = (_means(end) for end in ends)
        return cls(low, high)

    @property
    def top(self) -> int | None:
        """The class whose score is larger than all others', if it is decided."""
        best = max(range(len(self.low)), key=self.low.__getitem__)
        others = (high for j, high in enumerate(self.high) if j != best)
        return best if all(high < self.low[best] for high in others) else None

    def lead(self) -> Fraction:
        """A lower bound of the top class's lead."""
        top = self.top
        if top is None:
            return Fraction(0)
        others = [high for j, high in enumerate(self.high) if j != top]
        return self.low[top] - max(others, default=self.low[top])


def _means(
    outputs: np.ndarray[tuple[int, ...], np.dtype[np.object_]],
) -> tuple[Fraction, ...]:
    flat = outputs.reshape(len(outputs), -1)
    return tuple(Fraction(sum(row)) / len(row) for row in flat)


def margin_rows(shape: tuple[int, ...], top: int) -> tuple[Float64Array, IndexArray]:
    """Rows of each other class's score minus the top one's, times a factor.

    Returns:
        Coefficients, ``(*shape, classes - 1)``: sums over places, exact in floats; and
        the other classes in order.
    """
    classes, places = shape[0], int(np.prod(shape[1:], dtype=np.int64))
    rivals = np.array([j for j in range(classes) if j != top], np.int64)
    rows = np.zeros((classes, places, len(rivals)))
    rows[rivals, :, np.arange(len(rivals))] = 1.0
    rows[top] = -1.0
    return rows.reshape(*shape, len(rivals)), rivals


class Rivals:
    """Looks for images of a ball that the two networks put into different classes.

    Attributes:
        rivals: The other classes in order.

    Args:
        networks: f and g.
        top: The class of the centre, in both.
    """

    def __init__(self, networks: ComparedNetworks, top: int) -> None:
        self._pair, self._top = networks.pair, top
        self._both = (
            FloatNetwork(networks.pair, False),
            FloatNetwork(networks.pair, True),
        )
        shape = networks.pair.shapes[networks.pair.output.name]
        self._rows, self.rivals = margin_rows(shape, top)
        self._leads: dict[int, float] = {}

    def found(
        self, centre: Float64Array, ball: Interval, close: list[int]
    ) -> Iterator[Float64Array]:
        """Images that float arithmetic puts into different classes, likely ones first.

        Args:
            centre: The middle of the ball.
            ball: Ends of every entry.
            close: Numbers of the rivals that are worth a walk.
        """
        for rival in close:
            look_at_the_clock()
            for network in self._both:
                far = self._walked(network, rival, centre, ball)
                if self._differ(far):
                    yield far
                between = self._between(centre, far)
                if between is not None:
                    yield between

    def met(self, rival: int) -> float:
        """The largest lead of a rival that was met, summed over places, in floats.

        Minus infinity for one that no image has walked to.
        """
        return self._leads.get(rival, -np.inf)

    def _classes(self, images: Float64Array) -> list[Float64Array]:
        found = []
        for network in self._both:
            values = network.values(images)
            found.append(
                values.reshape(len(images), self._rows.shape[0], -1).mean(axis=2)
            )
        return found

    def _differ(self, image: Float64Array) -> bool:
        f, g = (int(scores[0].argmax()) for scores in self._classes(image[None]))
        return f != g

    def _walked(
        self, network: FloatNetwork, rival: int, centre: Float64Array, ball: Interval
    ) -> Float64Array:
        """Sign ascent of the rival's lead; the image where it is largest.

        One image starts at the centre, others at corners of the ball.
        """
        width = ball.high - ball.low
        shape = (_WALKERS, *centre.shape)
        corners = np.random.default_rng(rival).integers(0, 2, shape)
        images = np.where(corners == 1, ball.high, ball.low)
        images[0] = centre
        best, most = centre, -np.inf
        row = self._rows[..., rival]
        rows = np.repeat(row[..., None], _WALKERS, axis=-1)
        for step in range(_STEPS):
            tensors = network.tensors(images)
            outputs = tensors[self._pair.output.name].reshape(_WALKERS, -1)
            leads = np.nan_to_num(outputs @ row.ravel(), nan=-np.inf)
            first = int(leads.argmax())
            if leads[first] > most:
                best, most = images[first].copy(), float(leads[first])
            slopes = np.moveaxis(network.slopes(tensors, rows), -1, 0)
            length = 1.0 if step < _STEPS // 2 else 0.5 ** (step - _STEPS // 2 + 1)
            images = np.clip(
                images + length * width * np.sign(slopes), ball.low, ball.high
            )
        self._leads[rival] = max(most, self._leads.get(rival, -np.inf))
        return best

    def _between(self, centre: Float64Array, far: Float64Array) -> Float64Array | None:
        """On the way to an image of another class: between the networks' borders."""
        ends = [int(scores[0].argmax()) for scores in self._classes(far[None])]
        if self._top in ends:
            return None
        borders = [self._border(number, centre, far) for number in range(2)]
        return centre + (far - centre) * (sum(borders) / 2)

    def _border(self, number: int, centre: Float64Array, far: Float64Array) -> float:
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            image = centre + (far - centre) * middle
            same = int(self._classes(image[None])[number][0].argmax()) == self._top
            low, high = (middle, high) if same else (low, middle)
        return high
