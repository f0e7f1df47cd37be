"""Images at which two networks differ as much as can be found: ascent and corners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.attacks.gradients import FloatNetwork, unit_rows
from slth_verify.deadline import look_at_the_clock
from slth_verify.forms import Interval, NetworkPair
from slth_verify.graph.stages import Stage

#: Images drawn at first, outputs that are followed, and images for each of them.
_DRAWN, _OUTPUTS, _EACH = 512, 12, 6
#: Steps of an ascent; the first ones go from end to end of the box.
_STEPS, _LONG = 40, 10
#: Images whose entries are changed one by one, and rounds of that.
_POLISHED, _ROUNDS = 6, 30
#: Entries of all tensors of a batch, for both networks: 128 MiB.
_BATCH = 1 << 24
#: Changed entries that are tried in one round: at most, and at least.
_TRIED, _LEAST = 1024, 32
#: Multiplications that all such rounds take together, and all steps of the ascent; a
#: second on one core are 2e9.
_WORK = 1 << 34
#: Steps of an ascent on however large a network.
_FEWEST = 4


@dataclass(frozen=True, eq=False, slots=True)
class Candidates:
    """Images, the best first, in floats.

    Attributes:
        images: ``(count, *shape)``, within the box.
        entries: Flat index of the output that differs most.
        gaps: g - f there, as floats give it.
    """

    images: Float64Array
    entries: IndexArray
    gaps: Float64Array


class Search:
    """One attack on a pair over a box.

    Args:
        pair: Both networks.
        box: Ends of every entry of an image.
        seed: Of all random choices; the same seed finds the same images.
    """

    def __init__(self, pair: NetworkPair, box: Interval, seed: int) -> None:
        self.pair, self.box = pair, box
        self.networks = FloatNetwork(pair, False), FloatNetwork(pair, True)
        self.random = np.random.default_rng(seed)
        entries = sum(pair.entries(node.name) for node in pair.nodes)
        self.batch = max(1, _BATCH // entries)
        work = _work(pair)
        passes = _WORK // (work * _POLISHED * _ROUNDS)
        self.tried = min(_TRIED, max(_LEAST, passes))
        # a step takes two passes forward and two backward in each network
        steps = 2 * _WORK // (2 * work * _OUTPUTS * _EACH)
        self.steps = min(_STEPS, max(_FEWEST, steps))

    def gaps(self, images: Float64Array) -> Float64Array:
        """G - f for images, ``(count, outputs)``; NaN is no difference."""
        parts = []
        for start in range(0, len(images), self.batch):
            look_at_the_clock()
            some = images[start : start + self.batch]
            f, g = (network.values(some) for network in self.networks)
            parts.append(np.nan_to_num(g - f, nan=0.0, posinf=0.0, neginf=0.0))
        return np.concatenate(parts)

    def run(self) -> Candidates:
        """Draw, climb, and change single entries."""
        images, entries, signs = self._starts()
        images, values = self._climbed(images, entries, signs)
        order = np.argsort(-values, kind="stable")
        kept: list[int] = []
        for i in order.tolist():  # one image for each output first
            if all((entries[i], signs[i]) != (entries[j], signs[j]) for j in kept):
                kept.append(i)
        kept += [i for i in order.tolist() if i not in kept]
        found = []
        for i in kept[:_POLISHED]:
            found.append(self._polished(images[i], entries[i], signs[i]))
        polished = np.stack([image for image, _ in found])
        everything = np.concatenate([polished, images[order[:_POLISHED]]])
        return self._ranked(everything)

    def _ranked(self, images: Float64Array) -> Candidates:
        gaps = self.gaps(images)
        entries = np.abs(gaps).argmax(axis=1)
        largest = gaps[np.arange(len(images)), entries]
        order = np.argsort(-np.abs(largest), kind="stable")
        return Candidates(images[order], entries[order], largest[order])

    def _drawn(self) -> Float64Array:
        """Corners of the box, with many or few entries high, and points inside."""
        low, high = self.box.low, self.box.high
        shape = (_DRAWN, *low.shape)
        share = self.random.random((_DRAWN, *(1,) * low.ndim))
        corners = np.where(self.random.random(shape) < share, high, low)
        inside = low + (high - low) * self.random.random(shape)
        drawn = np.where(
            np.arange(_DRAWN).reshape(share.shape) % 4 < 3, corners, inside
        )
        middle = np.clip(low / 2 + high / 2, low, high)
        zero = np.clip(np.zeros_like(low), low, high)
        return np.concatenate([np.stack([low, high, middle, zero]), drawn])

    def _starts(self) -> tuple[Float64Array, IndexArray, Float64Array]:
        """Images for the outputs, and signs, that drawn images move most."""
        drawn = self._drawn()
        gaps = self.gaps(drawn)
        both = np.concatenate([gaps, -gaps], axis=1)
        outputs = gaps.shape[1]
        best = np.argsort(-both.max(axis=0), kind="stable")[:_OUTPUTS]
        rows = [np.argsort(-both[:, goal], kind="stable")[:_EACH] for goal in best]
        goals = np.repeat(best, [len(row) for row in rows])
        signs = np.where(goals < outputs, 1.0, -1.0)
        return drawn[np.concatenate(rows)], goals % outputs, signs

    def _climbed(
        self, images: Float64Array, entries: IndexArray, signs: Float64Array
    ) -> tuple[Float64Array, Float64Array]:
        """The best images on paths of steps in the directions of slopes' signs."""
        best, merits = images.copy(), np.full(len(images), -np.inf)
        width = self.box.high - self.box.low
        for step in range(self.steps):
            slopes = np.empty_like(images)
            for start in range(0, len(images), self.batch):
                look_at_the_clock()
                some = slice(start, start + self.batch)
                slopes[some], values = self._slopes(
                    images[some], entries[some], signs[some]
                )
                better = values > merits[some]
                best[some][better] = images[some][better]
                merits[some] = np.where(better, values, merits[some])
            length = 1.0 if step < _LONG else 0.6 * 0.9 ** (step - _LONG)
            images = np.clip(
                images + length * width * np.sign(slopes), self.box.low, self.box.high
            )
        return best, merits

    def _slopes(
        self, images: Float64Array, entries: IndexArray, signs: Float64Array
    ) -> tuple[Float64Array, Float64Array]:
        rows = unit_rows(self.pair, entries, signs)
        found, values = [], []
        for network in self.networks:
            tensors = network.tensors(images)
            flat = tensors[self.pair.output.name].reshape(len(images), -1)
            values.append(flat[np.arange(len(images)), entries] * signs)
            found.append(np.moveaxis(network.slopes(tensors, rows), -1, 0))
        slopes = np.nan_to_num(found[1] - found[0])
        return slopes, np.nan_to_num(values[1] - values[0], nan=-np.inf)

    def _polished(
        self, image: Float64Array, entry: int, sign: float
    ) -> tuple[Float64Array, float]:
        """Single entries go to an end of the box as long as that helps."""

        def merits(images: Float64Array) -> Float64Array:
            return self.gaps(images)[:, entry] * sign

        best, merit = image, float(merits(image[None])[0])
        for _ in range(_ROUNDS):
            trials, moves = self._changed(best)
            found = merits(trials)
            order = np.argsort(-found, kind="stable")
            helpful = order[found[order] > merit]
            if not len(helpful):
                break
            best, merit = self._together(best, moves, helpful, merits)
        return best, merit

    def _changed(self, image: Float64Array) -> tuple[Float64Array, Moves]:
        """Copies of an image with one entry each at an end of the box."""
        size = image.size
        places = np.arange(size)
        if 2 * size > self.tried:
            places = self.random.choice(size, self.tried // 2, replace=False)
        trials = np.repeat(image.reshape(1, -1), 2 * len(places), axis=0)
        where = np.concatenate([places, places])
        ends = np.concatenate(
            [self.box.low.ravel()[places], self.box.high.ravel()[places]]
        )
        trials[np.arange(len(where)), where] = ends
        return trials.reshape(-1, *image.shape), (where, ends)

    def _together(
        self,
        image: Float64Array,
        moves: Moves,
        helpful: IndexArray,
        merits: Callable[[Float64Array], Float64Array],
    ) -> tuple[Float64Array, float]:
        """The best of: the most helpful change alone, and with the next 1, 3, 7, ..."""
        counts = [1 << i for i in range(len(helpful).bit_length())]
        trials = np.repeat(image.reshape(1, -1), len(counts), axis=0)
        for trial, count in zip(trials, counts, strict=True):
            some = helpful[:count][::-1]  # where both ends help, the better one stays
            trial[moves[0][some]] = moves[1][some]
        found = merits(trials.reshape(-1, *image.shape))
        i = int(found.argmax())
        return trials[i].reshape(image.shape), float(found[i])


def _work(pair: NetworkPair) -> int:
    """Multiplications of one image in both networks, and what its tensors cost."""
    found = 0
    for node in pair.nodes:
        found += 16 * pair.entries(node.name)
        if isinstance(node, Stage):
            places = int(np.prod(pair.shapes[node.name][1:], dtype=np.int64))
            found += 2 * node.layer.weight.size * places
    return found


Moves = tuple[IndexArray, Float64Array]
