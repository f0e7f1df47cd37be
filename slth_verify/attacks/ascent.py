"""Paths of images along which two networks differ more and more, in floats.

The difference of two piecewise linear networks has ridges: where a rectifier of one of
them closes, it falls steeply, and the other one's closes just beside. Largest
differences lie on ridges, inside the box, where slopes to both sides point across. So
paths follow slopes of softened gates, which see a ridge from afar, with steps that are
real, become shorter while gates become hard, and remember slopes of former steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.attacks.gradients import FloatNetwork, unit_rows
from slth_verify.deadline import look_at_the_clock
from slth_verify.forms import Interval, NetworkPair

#: How fast former slopes, and their squares, are forgotten.
_KEPT, _KEPT_SQUARES = 0.7, 0.9
#: Steps and softness fall as these powers of the time that is left.
_SHORTER, _HARDER = 1.5, 2.0
#: Of the box's width: the last steps. Of typical slopes: no entry's own counts as less.
_LAST, _LEAST_SLOPE = 1e-3, 1e-3
#: The least softness.
_HARD = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class Paths:
    """Images with what each is to move.

    Attributes:
        images: ``(count, *shape)``, within the box.
        entries: Flat index of an output each.
        signs: 1 where g - f shall grow there, -1 where f - g shall.
        merits: That difference, as floats give it.
    """

    images: Float64Array
    entries: IndexArray
    signs: Float64Array
    merits: Float64Array

    def taken(self, rows: IndexArray) -> Paths:
        """Some of them, again and again if asked for."""
        return Paths(
            self.images[rows], self.entries[rows], self.signs[rows], self.merits[rows]
        )

    def joined(self, others: Paths) -> Paths:
        """These and others."""
        return Paths(
            np.concatenate([self.images, others.images]),
            np.concatenate([self.entries, others.entries]),
            np.concatenate([self.signs, others.signs]),
            np.concatenate([self.merits, others.merits]),
        )

    def best_first(self) -> Paths:
        """In the order of merits."""
        return self.taken(np.argsort(-self.merits, kind="stable"))


@dataclass(frozen=True, slots=True)
class Pace:
    """How paths go.

    Attributes:
        steps: Of each path.
        length: Of the first ones, in widths of the box.
        softness: Of gates at first; paths take one after the other.
    """

    steps: int
    length: float
    softness: tuple[float, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Ascent:
    """Ascent of the difference of two networks in a box.

    Attributes:
        pair: Both networks.
        box: Ends of every entry of an image.
        networks: f and g in floats.
        batch: Images that are moved together.
    """

    pair: NetworkPair
    box: Interval
    networks: tuple[FloatNetwork, FloatNetwork]
    batch: int

    def climbed(self, paths: Paths, pace: Pace) -> Paths:
        """The best image on each path; never a worse one than where it starts."""
        count = len(paths.images)
        kinds = len(pace.softness)
        softness = np.resize(np.array(pace.softness), count)
        # with every softness, once single entries have paces of their own, once not
        own = np.arange(count) // kinds % 2 == 0
        found = []
        for start in range(0, count, self.batch):
            rows = np.arange(start, min(start + self.batch, count))
            found.append(
                self._together(paths.taken(rows), pace, softness[rows], own[rows])
            )
        whole = found[0]
        for part in found[1:]:
            whole = whole.joined(part)
        return whole

    def slopes(
        self, paths: Paths, softness: Float64Array | None = None
    ) -> tuple[Float64Array, Float64Array]:
        """Slopes of the differences, like the images, and the differences."""
        rows = unit_rows(self.pair, paths.entries, paths.signs)
        count = len(paths.images)
        found, values = [], []
        for network in self.networks:
            tensors = network.tensors(paths.images)
            flat = tensors[self.pair.output.name].reshape(count, -1)
            values.append(flat[np.arange(count), paths.entries] * paths.signs)
            slopes = network.slopes(tensors, rows, softness)
            found.append(np.moveaxis(slopes, -1, 0))
        with np.errstate(all="ignore"):
            slopes = np.nan_to_num(found[1] - found[0], posinf=0.0, neginf=0.0)
            gaps = np.nan_to_num(values[1] - values[0], nan=-np.inf, posinf=-np.inf)
        return slopes, gaps

    def _together(
        self, paths: Paths, pace: Pace, softness: Float64Array, own: IndexArray
    ) -> Paths:
        images = paths.images
        best, merits = images.copy(), np.full(len(images), -np.inf)
        walk = _Walk(self.box, images.shape, own)
        for step in range(pace.steps + 1):
            look_at_the_clock()
            left = 1.0 - step / pace.steps
            here = Paths(images, paths.entries, paths.signs, merits)
            slopes, values = self.slopes(here, softness * left**_HARDER + _HARD)
            better = values > merits
            best[better] = images[better]
            merits = np.where(better, values, merits)
            if step < pace.steps:
                length = pace.length * left**_SHORTER + _LAST
                images = walk.moved(images, slopes, length)
        return Paths(best, paths.entries, paths.signs, merits)


class _Walk:
    """Steps of a batch of images, with what it remembers of former slopes.

    Args:
        box: Where images stay.
        shape: Of the batch.
        own: For which images each entry's step is measured by its own former slopes,
            so that entries of small slopes go to their ends too; other images' steps
            are as long as slopes are large.
    """

    def __init__(self, box: Interval, shape: tuple[int, ...], own: IndexArray) -> None:
        self._box, self._width = box, box.high - box.low
        self._slopes, self._squares = np.zeros(shape), np.zeros(shape)
        self._own = own.reshape(-1, *(1,) * (len(shape) - 1))
        self._taken = 0

    def moved(
        self, images: Float64Array, slopes: Float64Array, length: float
    ) -> Float64Array:
        """The next images, in the box."""
        low, high = self._box.low, self._box.high
        with np.errstate(all="ignore"):
            here = _scaled(slopes * self._width)
            stuck = np.where(here > 0, images >= high, images <= low)
            here = _scaled(np.where(stuck & ~self._own, 0.0, here))
            self._taken += 1
            self._slopes = _KEPT * self._slopes + (1 - _KEPT) * here
            self._squares = (
                _KEPT_SQUARES * self._squares + (1 - _KEPT_SQUARES) * here * here
            )
            squares = self._squares / (1 - _KEPT_SQUARES**self._taken)
            mean = self._slopes / (1 - _KEPT**self._taken)
            alone = mean / (np.sqrt(squares) + _LEAST_SLOPE)
            steps = np.where(self._own, alone, self._slopes / (1 - _KEPT))
            return np.clip(images + length * self._width * steps, low, high)


def _scaled(slopes: Float64Array) -> Float64Array:
    """Each image's slopes in units of their root mean square."""
    axes = tuple(range(1, slopes.ndim))
    slopes = np.nan_to_num(slopes, posinf=0.0, neginf=0.0)
    largest = np.abs(slopes).max(axis=axes, keepdims=True, initial=0.0)
    slopes = slopes / np.where(largest > 0, largest, 1.0)
    size = np.sqrt((slopes * slopes).mean(axis=axes, keepdims=True))
    return np.asarray(slopes / np.where(size > 0, size, 1.0))
