"""Images at which two networks differ as much as can be found: ascent and corners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float64Array, IndexArray
from slth_verify.attacks.ascent import Ascent, Pace, Paths
from slth_verify.attacks.gradients import FloatNetwork
from slth_verify.deadline import look_at_the_clock
from slth_verify.forms import Interval, NetworkPair
from slth_verify.graph.stages import Stage
from slth_verify.showing import OneLine

#: Images drawn at first, outputs that are followed, and images for each of them.
_DRAWN, _OUTPUTS, _EACH = 512, 12, 12
#: Outputs that are looked at before, images for each of them, and a share of steps.
_SCOUTED, _FEW, _SHORTER = 64, 2, 0.3
#: Steps of an ascent, and how far paths may go in all, in widths of the box.
_STEPS, _REACH = 40, 12.0
#: Softness of gates, of an ascent and of the second one, from images it has found.
_SOFT, _HARDER = (0.3, 0.6, 1.2, 2.4), (0.03, 0.1, 0.3, 1.0)
#: Images that the second one starts from, paths from each, and its first steps.
_AGAIN, _PATHS, _SHORT = 6, 8, 0.08
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


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Candidates(OneLine):
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
        paths = 2 * _OUTPUTS * _EACH + _AGAIN * _PATHS + int(_SCOUTED * _FEW * _SHORTER)
        self.steps = min(_STEPS, max(_FEWEST, _WORK // (work * paths)))

    def gaps(self, images: Float64Array) -> Float64Array:
        """G - f for images, ``(count, outputs)``; NaN is no difference."""
        parts = []
        for start in range(0, len(images), self.batch):
            look_at_the_clock()
            some = images[start : start + self.batch]
            f, g = (network.values(some) for network in self.networks)
            with np.errstate(all="ignore"):
                gaps = g - f
            parts.append(np.nan_to_num(gaps, nan=0.0, posinf=0.0, neginf=0.0))
        return np.concatenate(parts)

    def run(self) -> Candidates:
        """Draw, climb, climb again from the best, and change single entries."""
        ascent = Ascent(self.pair, self.box, self.networks, self.batch)
        length = min(1.0, _REACH / self.steps)
        first = ascent.climbed(self._starts(ascent), Pace(self.steps, length, _SOFT))
        again = np.repeat(np.argsort(-first.merits, kind="stable")[:_AGAIN], _PATHS)
        pace = Pace(self.steps, min(_SHORT, length), _HARDER)
        paths = first.joined(ascent.climbed(first.taken(again), pace)).best_first()
        kept: list[int] = []
        seen = set()
        for i, goal in enumerate(zip(paths.entries, paths.signs, strict=True)):
            if goal not in seen:  # one image for each output first
                seen.add(goal)
                kept.append(i)
        kept += [i for i in range(len(paths.images)) if i not in kept]
        polished = np.stack(
            [
                self._polished(paths.images[i], paths.entries[i], paths.signs[i])
                for i in kept[:_POLISHED]
            ]
        )
        return self._ranked(np.concatenate([polished, paths.images[:_POLISHED]]))

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

    def _starts(self, ascent: Ascent) -> Paths:
        """Images for the outputs, and signs, that short paths move most.

        What drawn images move is an average over many gates, and what images can move
        is not. Half of the outputs are chosen by either.
        """
        drawn = self._drawn()
        gaps = self.gaps(drawn)
        both = np.concatenate([gaps, -gaps], axis=1)
        goals = np.argsort(-both.max(axis=0), kind="stable")[:_SCOUTED]
        if len(goals) > _OUTPUTS:
            scouts = self._towards(goals, drawn, both, _FEW)
            steps = max(_FEWEST, int(_SHORTER * self.steps))
            length = min(1.0, _REACH / steps)
            moved = ascent.climbed(scouts, Pace(steps, length, _SOFT)).merits
            best = moved.reshape(len(goals), -1).max(axis=1)
            some = np.argsort(-best, kind="stable")[:_OUTPUTS]
            goals = goals[np.union1d(some, np.arange(_OUTPUTS))]
        return self._towards(goals, drawn, both, _EACH)

    def _towards(
        self, goals: IndexArray, drawn: Float64Array, both: Float64Array, each: int
    ) -> Paths:
        """For each output and sign, the drawn images that move it most."""
        outputs = both.shape[1] // 2
        rows = np.argsort(-both[:, goals].T, kind="stable")[:, :each]
        every = np.repeat(goals, rows.shape[1])
        signs = np.where(every < outputs, 1.0, -1.0)
        rows = rows.ravel()
        return Paths(drawn[rows], every % outputs, signs, both[rows, every])

    def _polished(self, image: Float64Array, entry: int, sign: float) -> Float64Array:
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
        return best

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
