"""Forward passes and the bounds on their rounding, against exact rationals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import nn

from slth_verify.network import (
    Architecture,
    RandomCNN,
    TargetCNN,
    merged_module,
    pruned_module,
)
from slth_verify.report.collect.passes.forward import Forward
from slth_verify.report.collect.passes.rounding import (
    merged_steps,
    pairs_of,
    pruned_steps,
    rounding_bound,
    target_steps,
)


def exact_convolution(images, kernel):
    """Size-keeping convolution of object arrays, ``(c, h, w)`` and torch layout."""
    c_out, c_in, size, _ = kernel.shape
    margin = size // 2
    _, height, width = images.shape
    out = np.empty((c_out, height, width), dtype=object)
    for o, y, x in np.ndindex(out.shape):
        total = Fraction(0)
        for c, a, b in np.ndindex(c_in, size, size):
            row, column = y + a - margin, x + b - margin
            if 0 <= row < height and 0 <= column < width:
                total += kernel[o, c, a, b] * images[c, row, column]
        out[o, y, x] = max(total, Fraction(0))
    return out


def exact_outputs(module, image):
    """All layers of a module of convolutions and ReLUs, in rationals."""
    to_fraction = np.vectorize(lambda v: Fraction(float(v)), otypes=[object])
    values = to_fraction(image)
    for part in module:
        if isinstance(part, nn.Conv2d):
            weight = to_fraction(part.weight.detach().double().numpy())
            values = exact_convolution(values, weight)
    return values


def largest_gap(floats, exact):
    return max(
        abs(Fraction(float(a)) - b)
        for a, b in zip(floats.flat, exact.flat, strict=True)
    )


@pytest.fixture(scope="module")
def networks():
    architecture = Architecture((2, 2, 1), (3, 1))
    random = RandomCNN(11, (20, 20))
    kept = (np.arange(0, 80, 2), np.arange(1, 80, 3))
    return pruned_module(random, architecture, kept)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(3).uniform(-1, 1, (3, 2, 3, 3))


def test_forward_is_the_module(networks, images):
    with torch.no_grad():
        wanted = networks.double()(torch.from_numpy(images)).numpy()
    networks.float()
    gap = np.abs(Forward(networks)(images) - wanted).max()
    assert gap <= 2 * rounding_bound(pruned_steps(pairs_of(networks)))


def test_wide_convolution_is_the_same_map():
    """Exact in integers, so that the order of summation cannot matter."""
    rng = np.random.default_rng(0)
    layer = nn.Conv2d(40, 3, 3, padding="same", bias=False)
    with torch.no_grad():
        weight = rng.integers(-9, 9, layer.weight.shape).astype(np.float32)
        layer.weight.copy_(torch.from_numpy(weight))
    images = rng.integers(-9, 9, (5, 40, 6, 4)).astype(np.float64)
    with torch.no_grad():
        wanted = layer.double()(torch.from_numpy(images)).numpy()
    assert np.array_equal(Forward(nn.Sequential(layer))(images), wanted)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_pieces_of_a_wide_layer_are_the_same_map(size, monkeypatch):
    """Exact in integers; a layer of 40 channels in pieces of 7."""
    monkeypatch.setattr("slth_verify.report.collect.passes.forward._PIECE", 7)
    rng = np.random.default_rng(size)
    layers = nn.Conv2d(2, 40, 1, bias=False), nn.Conv2d(40, 3, size, padding="same")
    layers[1].bias = None
    for layer in layers:
        weight = rng.integers(-9, 9, layer.weight.shape).astype(np.float32)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight))
    module = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU())
    images = rng.integers(-9, 9, (5, 2, 6, 4)).astype(np.float64)
    found = Forward(module)(images)
    with torch.no_grad():
        wanted = module.double()(torch.from_numpy(images)).numpy()
    assert np.array_equal(found, wanted)
    assert wanted.any()


def test_batches_do_not_matter(networks, images, monkeypatch):
    whole = Forward(networks)(images)
    monkeypatch.setattr("slth_verify.report.collect.passes.forward._BATCH_BYTES", 1)
    single = Forward(networks)(images)
    assert np.allclose(whole, single, rtol=0, atol=1e-12)


def test_input_is_left_alone(networks, images):
    before = images.copy()
    Forward(networks)(images)
    assert np.array_equal(images, before)


def test_pruned_rounding_holds_and_is_not_useless(networks, images):
    bound = rounding_bound(pruned_steps(pairs_of(networks)))
    outputs = Forward(networks)(images)
    for image, output in zip(images, outputs, strict=True):
        assert largest_gap(output, exact_outputs(networks, image)) <= bound
    assert bound < 1e-9


def test_merged_rounding_holds(networks, images):
    pairs = pairs_of(networks)
    positive = [pair.merged(1) for pair in pairs]
    negative = pairs[0].merged(-1)
    outputs = Forward(merged_module(positive, negative))(images)
    bound = rounding_bound(merged_steps(positive, negative))
    for image, output in zip(images, outputs, strict=True):
        assert largest_gap(output, exact_outputs(networks, image)) <= bound


def test_target_rounding_holds(images):
    rng = np.random.default_rng(4)
    kernels = tuple(
        rng.standard_normal(shape).astype(np.float32)
        for shape in ((3, 2, 3, 3), (2, 3, 3, 3))
    )
    module = TargetCNN(kernels, (2, 3, 3)).to_torch()
    bound = rounding_bound(target_steps(kernels))
    for image, output in zip(images, Forward(module)(images), strict=True):
        gap = largest_gap(output, exact_outputs(module, image))
        assert gap <= bound


def test_hopeless_widths_have_no_bound():
    kernel = np.ones((1, 1, 1, 1), dtype=np.float32)
    (step,) = target_steps([kernel])
    wide = type(step)(step.absolute, step.lipschitz, 2**53)
    assert rounding_bound([wide]) == float("inf")


def test_layers_without_filters_are_zero():
    architecture = Architecture((1, 2), (3,))
    empty = (np.empty(0, dtype=np.int64),)
    module = pruned_module(RandomCNN(0, (4,)), architecture, empty)
    outputs = Forward(module)(np.ones((2, 1, 3, 3)))
    assert outputs.shape == (2, 2, 3, 3)
    assert not outputs.any()
