"""The random network: a function of its seed, any filter alone."""

from typing import Any

import numpy as np
import pytest
from numpy.random import Philox

from slth_verify.errors import InvalidParameterError
from slth_verify.network import RandomCNN
from slth_verify.network.random_networks.philox import philox4x64, sequential_words
from slth_verify.network.random_networks.quantile import (
    normal_weights,
    small_weight_words,
)


def test_philox_equals_numpys_generator() -> None:
    key = (0x0123456789ABCDEF, 0xFEDCBA9876543210)
    limbs = [2**64 - 2, 2**64 - 1, 3, 2**63]
    counter = tuple(np.array([limb], dtype=np.uint64) for limb in limbs)
    ours = philox4x64(counter, key)[0]
    start = sum(limb << (64 * i) for i, limb in enumerate(limbs)) - 1
    before = [(start >> (64 * i)) % 2**64 for i in range(4)]
    theirs = Philox(
        key=np.array(key, dtype=np.uint64), counter=np.array(before, dtype=np.uint64)
    )
    assert ours.tolist() == theirs.random_raw(4).tolist()


def test_philox_known_answers() -> None:
    # Random123's published vectors for philox4x64-10
    zero = tuple(np.zeros(1, dtype=np.uint64) for _ in range(4))
    ones = tuple(np.full(1, 2**64 - 1, dtype=np.uint64) for _ in range(4))
    assert philox4x64(zero, (0, 0))[0].tolist() == [
        0x16554D9ECA36314C,
        0xDB20FE9D672D0FDC,
        0xD7E772CEE186176B,
        0x7E68B68AEC7BA23B,
    ]
    full = philox4x64(ones, (2**64 - 1, 2**64 - 1))[0].tolist()
    assert full[0] == 0x87B092C3013FE90B


def test_first_counter_of_a_stream_wraps_correctly() -> None:
    words = sequential_words((0, 0, 0, 0), (1, 2), 4)
    zero = tuple(np.zeros(1, dtype=np.uint64) for _ in range(4))
    assert words.tolist() == philox4x64(zero, (1, 2))[0].tolist()


def test_filters_are_the_same_alone_and_together() -> None:
    network = RandomCNN(seed=5, widths=(40, 30))
    shape = (3, 3, 2)
    everything = np.arange(120, dtype=np.int64)
    scalars = network.scalars(2, 1, everything)
    kernels = network.kernels(2, everything, shape)
    for index in (0, 1, 59, 60, 119):
        alone = np.array([index], dtype=np.int64)
        assert network.scalars(2, 1, alone)[0] == scalars[index]
        assert np.array_equal(network.kernels(2, alone, shape)[0], kernels[index])


def test_own_scalars_are_those_of_the_channel_that_each_filter_sees() -> None:
    network = RandomCNN(seed=5, widths=(40, 3))
    filters = np.array([17, 0, 5, 6, 11, 12], dtype=np.int64)  # six a channel
    alone = [network.scalars(2, f // 6, np.array([f]))[0] for f in filters.tolist()]
    assert network.own_scalars(2, filters).tolist() == alone
    assert network.own_scalars(2, filters[:0]).shape == (0,)


def test_streams_differ_by_seed_layer_channel_and_role() -> None:
    index = np.arange(64, dtype=np.int64)
    streams = [
        RandomCNN(1, (64, 64)).scalars(1, 0, index),
        RandomCNN(2, (64, 64)).scalars(1, 0, index),
        RandomCNN(1, (64, 64)).scalars(2, 0, index),
        RandomCNN(1, (64, 64)).scalars(1, 1, index),
        RandomCNN(1, (64, 64)).kernels(1, index, (1, 1, 1)).ravel(),
    ]
    values = np.concatenate(streams)
    assert len(np.unique(values)) == len(values)


@pytest.mark.parametrize("threshold", [1e-3, 0.1, 1.0, 20.0])
@pytest.mark.parametrize("channel", [0, 2])
def test_scan_finds_exactly_the_small_scalars(threshold: float, channel: int) -> None:
    network = RandomCNN(seed=9, widths=(3001,))
    found, scalars = network.small_scalars(1, channel, threshold)
    block = np.arange(channel * 6002, (channel + 1) * 6002, dtype=np.int64)
    every = network.scalars(1, channel, block)
    wanted = block[np.abs(every.astype(np.float64)) <= threshold]
    assert found.tolist() == wanted.tolist()
    assert np.array_equal(scalars, network.scalars(1, channel, found))


def test_extreme_words_give_finite_nonzero_weights() -> None:
    words = np.array([0, 1, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1], dtype=np.uint64)
    weights = normal_weights(words)
    assert np.isfinite(weights).all()
    assert (weights != 0).all()
    assert np.array_equal(weights, -weights[::-1])
    assert np.all(np.diff(weights.astype(np.float64)) > 0)


def test_small_weight_words_keeps_the_centre_only() -> None:
    words = np.array([0, 2**63 - 1, 2**63, 2**64 - 1], dtype=np.uint64)
    assert small_weight_words(words, 1e-6).tolist() == [1, 2]


def test_weights_have_the_normal_law() -> None:
    network = RandomCNN(seed=3, widths=(100_000,))
    values = np.sort(network.scalars(1, 0, np.arange(200_000, dtype=np.int64)))
    from scipy.stats import kstest

    # a true null hypothesis is rejected once in a million seeds; this seed is fixed
    assert kstest(values, "norm").pvalue > 1e-6


@pytest.mark.parametrize(
    ("seed", "widths", "name"),
    [
        (-1, (4,), "seed"),
        (1 << 64, (4,), "seed"),
        (True, (4,), "seed"),
        (1.5, (4,), "seed"),
        (None, (4,), "seed"),
        (1, (), "widths"),
        (1, (0,), "widths"),
        (1, ((1 << 48) + 1,), "widths"),
        (1, (1.9,), "widths"),
        (1, (False,), "widths"),
        (1, 7, "widths"),
        (1, (1,) * 1001, "widths"),
    ],
)
def test_bad_parameters_are_named(seed: Any, widths: Any, name: str) -> None:
    with pytest.raises(InvalidParameterError, match=name):
        RandomCNN(seed, widths)


def test_fields_are_read_as_the_integers_that_they_are() -> None:
    network = RandomCNN(np.uint64(2**64 - 1), (np.int64(3), 4.0, "7", 1 << 48))
    assert (network.seed, network.widths) == (2**64 - 1, (3, 4, 7, 1 << 48))
    assert {type(value) for value in (network.seed, *network.widths)} == {int}
