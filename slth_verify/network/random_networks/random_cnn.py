"""A random CNN as a function of its seed: any filter alone, nothing stored.

Target layer i (from 1) is approximated by two random layers: 1x1 kernels with
2 n_i c_{i-1} filters, then d_i x d_i kernels into c_i channels. Every weight is the
normal quantile of one Philox word, keyed by the seed and addressed by the counter:

* scalar of filter f for input channel k: limbs ``(f // 4, k, i, 1)``, lane ``f % 4``;
* entry e of filter f's kernel: limbs ``(e // 4, f, i, 2)``, lane ``e % 4``, where
  ``e = (row * d + column) * c_i + out_channel``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from slth_verify.arrays import Float32Array, IndexArray
from slth_verify.deadline import look_at_the_clock
from slth_verify.errors import InvalidParameterError
from slth_verify.limits import LAYERS, SEEDS, WIDTH
from slth_verify.network._mask import filter_blocks
from slth_verify.network.random_networks.philox import (
    LANES,
    WordArray,
    philox4x64,
    sequential_words,
)
from slth_verify.network.random_networks.quantile import (
    normal_weights,
    small_weight_words,
)
from slth_verify.numbers import whole_number, whole_numbers
from slth_verify.showing import OneLine

#: Name of this rule in ticket files; a new rule gets a new name.
GENERATOR = "philox4x64-10/normal-quantile/1"
#: Second half of the Philox key, so that equal seeds of other tools do not collide.
KEY_TAG = 0x736C74685F763031
_SCALARS, _KERNELS = 1, 2
_CHUNK = 1 << 17
_WEIGHTS = 1 << 17  # made at once: the work stays in the cache


@dataclass(frozen=True, slots=True, repr=False)
class RandomCNN(OneLine):
    """Random CNN with 2l layers and i.i.d. standard normal weights.

    Attributes:
        seed: Integer in [0, 2^64).
        widths: n_1, ..., n_l, from 1 to 2^48; target layer i gets 2 n_i filters per
            input channel.

    Raises:
        InvalidParameterError: If a field is no such integer; a ticket admits the same.

    Rigor:
        Each weight is the float32 nearest to the exact normal quantile of its word
        (decided in ball arithmetic by the checker for every kept filter). For uniform
        words it differs from an exactly normal number by at most about 2^-24 of it,
        except with a tiny probability (der:drawn-weight); theorems about normal weights
        carry over with the margins of der:drawn-layer.

    Source:
        thm:structured-slth.
    """

    seed: int
    widths: tuple[int, ...]

    def __post_init__(self) -> None:
        seed = whole_number(self.seed, "seed", least=0, most=SEEDS - 1)
        widths = whole_numbers(self.widths, "widths", least=1, most=WIDTH)
        if not 1 <= len(widths) <= LAYERS:
            raise InvalidParameterError(
                f"widths: {len(widths)} of them, but from 1 to {LAYERS} layers have "
                "one each (thm:structured-slth). Give one width per target layer."
            )
        object.__setattr__(self, "seed", seed)
        object.__setattr__(self, "widths", widths)

    def block(self, layer: int) -> int:
        """Filters per input channel, 2 n_i, of target layer ``layer`` (from 1)."""
        return 2 * self.widths[layer - 1]

    def scalars(self, layer: int, channel: int, filters: IndexArray) -> Float32Array:
        """First-layer weights of the given filters for one input channel.

        Args:
            layer: Target layer, from 1.
            channel: Input channel, from 0.
            filters: Filter indices of the layer, any order, shape ``(count,)``.

        Returns:
            Shape ``(count,)``.
        """
        index = np.asarray(filters, dtype=np.uint64)
        words = philox4x64(
            (index // np.uint64(LANES), _word(channel), _word(layer), _word(_SCALARS)),
            (self.seed, KEY_TAG),
        )
        lane = (index % np.uint64(LANES)).astype(np.int64)
        return normal_weights(np.take_along_axis(words, lane[:, None], axis=1)[:, 0])

    def own_scalars(self, layer: int, filters: IndexArray) -> Float32Array:
        """First-layer weights of filters for the channels that they see under the mask.

        Args:
            layer: Target layer, from 1.
            filters: Filter indices of the layer, any order, shape ``(count,)``.

        Returns:
            Shape ``(count,)``.

        Source:
            def:channel-blocked-mask (reconstructed).
        """
        owner = filter_blocks(filters, self.block(layer))
        scalars = np.empty(len(owner), dtype=np.float32)
        for channel in np.unique(owner).tolist():
            rows = owner == channel
            scalars[rows] = self.scalars(layer, channel, np.asarray(filters)[rows])
        return scalars

    def kernels(
        self, layer: int, filters: IndexArray, shape: tuple[int, int, int]
    ) -> Float32Array:
        """Second-layer weights that read the given filters.

        Args:
            layer: Target layer, from 1.
            filters: Filter indices of the layer, shape ``(count,)``.
            shape: ``(d, d, c_out)``.

        Returns:
            Shape ``(count, d, d, c_out)``.

        Cost:
            About 0.1 us a weight; memory bounded by the result and 16 MiB, or 100 bytes
            an entry of one kernel where that is more.
        """
        index = np.asarray(filters)
        kernels = np.empty((len(index), *shape), dtype=np.float32)
        step = max(1, _WEIGHTS // max(1, shape[0] * shape[1] * shape[2]))
        for start in range(0, len(index), step):
            look_at_the_clock()
            part = slice(start, start + step)
            kernels[part] = self._kernels(layer, index[part], shape)
        return kernels

    def _kernels(
        self, layer: int, filters: IndexArray, shape: tuple[int, int, int]
    ) -> Float32Array:
        entries = shape[0] * shape[1] * shape[2]
        blocks = np.arange(-(-entries // LANES), dtype=np.uint64)
        index = np.asarray(filters, dtype=np.uint64)[:, None]
        words = philox4x64(
            (blocks[None, :], index, _word(layer), _word(_KERNELS)),
            (self.seed, KEY_TAG),
        )
        flat = words.reshape(len(index), blocks.size * LANES)[:, :entries]
        return normal_weights(flat).reshape(len(index), *shape)

    def small_scalars(
        self,
        layer: int,
        channel: int,
        threshold: float,
        stop: int | None = None,
    ) -> tuple[IndexArray, Float32Array]:
        """Filters of a channel's block whose scalar has modulus up to a threshold.

        Args:
            layer: Target layer, from 1.
            channel: Input channel, from 0; its block is scanned.
            threshold: Largest modulus, positive; infinity gives every filter.
            stop: Scan only the first ``stop`` filters of the block.

        Returns:
            Increasing filter indices within the layer, and their scalars.

        Cost:
            About 5 ns a filter of the block; memory bounded by 4 MiB and three times
            the result.
        """
        found = [np.empty(0, dtype=np.int64)]
        values = [np.empty(0, dtype=np.float32)]
        for start, words in self._block_words(layer, channel, stop):
            position = small_weight_words(words, threshold * (1 + 1e-6))
            weights = normal_weights(words[position])
            keep = np.abs(weights.astype(np.float64)) <= threshold
            found.append(position[keep] + start)
            values.append(weights[keep])
        return np.concatenate(found), np.concatenate(values)

    def _block_words(
        self, layer: int, channel: int, count: int | None
    ) -> Iterator[tuple[int, WordArray]]:
        """Chunks of a block's words with the index of the first filter of each."""
        first = channel * self.block(layer)
        size = self.block(layer)
        stop = first + (size if count is None else min(count, size))
        for start in range(first, stop, _CHUNK):
            look_at_the_clock()
            length = min(_CHUNK, stop - start)
            skip = start % LANES
            words = sequential_words(
                (start // LANES, channel, layer, _SCALARS),
                (self.seed, KEY_TAG),
                length + skip,
            )
            yield start, words[skip:]


def _word(value: int) -> WordArray:
    return np.array(value, dtype=np.uint64)
