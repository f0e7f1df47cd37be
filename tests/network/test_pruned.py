"""The pruned network in torch: masked, collapsed and merged are one function."""

import numpy as np
import pytest
import torch

from slth_verify.construction import merged_network
from slth_verify.network import (
    Architecture,
    RandomCNN,
    channel_blocked_mask,
    collapsed_size,
    dense_module,
    mask_in_place,
    pruned_module,
    random_network_size,
)

SHAPE = Architecture((2, 3, 2), (3, 1))
NETWORK = RandomCNN(seed=11, widths=(6, 5))


def _kept() -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [
        np.sort(rng.choice(24, 9, replace=False)).astype(np.int64),
        np.sort(rng.choice(30, 8, replace=False)).astype(np.int64),
    ]


def _images() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(4, 2, 5, 5, generator=generator, dtype=torch.float64) * 2 - 1


def test_dense_network_equals_the_lazy_one_bit_for_bit() -> None:
    dense = dense_module(NETWORK, SHAPE)
    for layer in (1, 2):
        first = dense[4 * (layer - 1)].weight.detach().numpy()
        second = dense[4 * (layer - 1) + 2].weight.detach().numpy()
        count = first.shape[0]
        assert count == NETWORK.block(layer) * SHAPE.channels[layer - 1]
        for index in range(count):
            alone = np.array([index], dtype=np.int64)
            for channel in range(SHAPE.channels[layer - 1]):
                value = NETWORK.scalars(layer, channel, alone)[0]
                assert first[index, channel, 0, 0].tobytes() == value.tobytes()
            kernel = NETWORK.kernels(layer, alone, SHAPE.kernel_shape(layer))[0]
            column = second[:, index].transpose(1, 2, 0)
            assert np.ascontiguousarray(column).tobytes() == kernel.tobytes()


def test_masked_collapsed_and_merged_networks_agree() -> None:
    kept = _kept()
    dense = dense_module(NETWORK, SHAPE)
    mask_in_place(dense, NETWORK, SHAPE, kept)
    pruned = pruned_module(NETWORK, SHAPE, kept)
    merged = merged_network(NETWORK, SHAPE, kept)
    with torch.no_grad():
        masked_out = dense.double()(_images())
        pruned_out = pruned.double()(_images())
        merged_out = merged(_images())
    assert masked_out.abs().max() > 0
    assert torch.allclose(masked_out, pruned_out, rtol=1e-12, atol=1e-13)
    assert torch.allclose(masked_out, merged_out, rtol=1e-12, atol=1e-13)


def test_forgetting_the_block_mask_is_seen() -> None:
    kept = _kept()
    dense = dense_module(NETWORK, SHAPE)
    unmasked = torch.zeros(dense[0].weight.shape)
    unmasked[kept[0]] = 1
    with torch.no_grad():
        dense[0].weight.mul_(unmasked)
    mask = channel_blocked_mask(2, 12)[0, 0].T
    assert not np.array_equal(dense[0].weight.detach().numpy()[:, :, 0, 0] != 0, mask)
    pruned = pruned_module(NETWORK, SHAPE, kept)
    with torch.no_grad():
        gap = dense.double()(_images()) - pruned.double()(_images())
    assert gap.abs().max() > 1e-3


def test_a_layer_may_keep_no_filter() -> None:
    kept = [np.empty(0, dtype=np.int64), np.arange(3, dtype=np.int64)]
    pruned = pruned_module(NETWORK, SHAPE, kept)
    with torch.no_grad():
        out = pruned.double()(_images())
    assert out.shape == (4, 2, 5, 5)
    assert not out.any()


def test_sizes_count_weights() -> None:
    kept = _kept()
    dense = dense_module(NETWORK, SHAPE)
    counted = sum(parameter.numel() for parameter in dense.parameters())
    assert random_network_size(NETWORK, SHAPE, (5, 5)).parameters == counted
    mask_in_place(dense, NETWORK, SHAPE, kept)
    first = [dense[i].weight for i in (0, 4)]
    scalars = sum(int((weight != 0).sum()) for weight in first)
    vectors = sum(
        len(filters) * SHAPE.dimension(layer)
        for layer, filters in enumerate(kept, start=1)
    )
    size = collapsed_size(SHAPE, kept, (5, 5))
    assert size.parameters == scalars + vectors
    assert size.multiply_adds == 25 * size.parameters


def test_too_large_a_dense_network_is_refused() -> None:
    with pytest.raises(ValueError, match="pruned_module"):
        dense_module(RandomCNN(1, (10**6, 10**6)), SHAPE)
