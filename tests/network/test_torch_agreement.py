"""Running module and imported weights side by side finds what reading overlooks."""

from __future__ import annotations

import threading
import warnings
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from slth_verify.conformance.torch_modules.hidden_twists import HIDDEN
from slth_verify.conformance.torch_modules.open_twists import OPEN
from slth_verify.conformance.torch_modules.plain import NotApplicable, plain_module
from slth_verify.errors import InvalidTargetError
from slth_verify.network import TargetCNN
from slth_verify.network.torch_import import _reference, require_agreement
from slth_verify.network.torch_import._probes import probes
from slth_verify.network.torch_import._reference import evaluate
from slth_verify.strategies import target_networks

CHANNELS, SIZES, SHAPE = (2, 2, 2), (3, 3), (2, 6, 6)

#: Twists that leave the network as it is, at these channels and sizes.
HARMLESS = {
    "harmless subclass",
    "backward hook",
    "double precision",
    "half precision",
    "bfloat16",
    "nested",
    "frozen",
    "evaluation mode",
    "other layer",
}


def target_of(module: nn.Sequential) -> TargetCNN:
    kernels = tuple(
        part.weight.detach().numpy().copy()
        for part in module
        if isinstance(part, nn.Conv2d)
    )
    return TargetCNN(kernels, SHAPE)


@pytest.mark.parametrize("name", sorted({*HIDDEN, *OPEN} - HARMLESS))
def test_every_other_network_is_noticed_by_running_it(name: str) -> None:
    twist = (HIDDEN | OPEN)[name]
    for seed in range(5):
        module = plain_module(CHANNELS, SIZES, np.random.default_rng(seed))
        target = target_of(module)
        require_agreement(module, target.kernels, SHAPE)
        try:
            twisted = twist(module, np.random.default_rng(seed))
        except NotApplicable:
            continue
        with pytest.raises(InvalidTargetError):
            require_agreement(twisted, target.kernels, SHAPE)


@pytest.mark.parametrize("seed", range(20))
def test_one_unit_in_the_last_place_is_noticed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    module = plain_module(CHANNELS, SIZES, rng)
    with torch.no_grad():
        for part in module.parameters():
            part.abs_()  # so that no unit is dead
    target = target_of(module)
    kernels = [kernel.copy() for kernel in target.kernels]
    place = tuple(int(rng.integers(side)) for side in kernels[0].shape)
    layer = int(rng.integers(2))
    kernels[layer][place] = np.nextafter(kernels[layer][place], np.float32(9))
    with pytest.raises(InvalidTargetError, match=rf"first after module '{2 * layer}'"):
        require_agreement(module, tuple(kernels), SHAPE)


@given(target_networks(max_depth=3))
@settings(max_examples=40)
def test_targets_of_any_scale_agree_with_themselves(target: TargetCNN) -> None:
    again = TargetCNN.from_torch(target.to_torch(), target.input_shape)
    assert again.sha256 == target.sha256


def test_nothing_of_the_users_is_touched() -> None:
    module = plain_module(CHANNELS, SIZES, np.random.default_rng(0))
    module[0].train(False)
    module[2].weight.requires_grad_(False)
    module(torch.ones(1, *SHAPE)).sum().backward()
    modes = [part.training for part in module.modules()]
    weights = [p.detach().clone() for p in module.parameters()]
    gradient = module[0].weight.grad.clone()
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    filters = list(warnings.filters)
    with torch.enable_grad():
        TargetCNN.from_torch(module, SHAPE)
        assert torch.is_grad_enabled()
    assert [part.training for part in module.modules()] == modes
    for now, then in zip(module.parameters(), weights, strict=True):
        assert torch.equal(now, then)
        assert now.dtype is torch.float32
    assert torch.equal(module[0].weight.grad, gradient)
    assert not module[2].weight.requires_grad
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1] == states[1]).all()  # noqa: NPY002
    assert warnings.filters == filters


def test_modes_of_the_caller_do_not_matter() -> None:
    module = plain_module(CHANNELS, SIZES, np.random.default_rng(0))
    wanted = TargetCNN.from_torch(module, SHAPE).sha256
    with torch.inference_mode():
        assert TargetCNN.from_torch(module, SHAPE).sha256 == wanted
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert TargetCNN.from_torch(module, SHAPE).sha256 == wanted
    with torch.device("meta"):
        assert TargetCNN.from_torch(module, SHAPE).sha256 == wanted
    torch.set_default_dtype(torch.float64)
    try:
        assert TargetCNN.from_torch(module, SHAPE).sha256 == wanted
    finally:
        torch.set_default_dtype(torch.float32)


def test_many_threads_may_import() -> None:
    module = plain_module(CHANNELS, SIZES, np.random.default_rng(0))
    found: list[str] = []

    def read() -> None:
        found.append(TargetCNN.from_torch(module, SHAPE).sha256)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_a_patched_torch_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    module = plain_module(CHANNELS, SIZES, rng)
    old = F.relu
    monkeypatch.setattr(F, "relu", lambda x, inplace=False: old(x) * 1.5)
    with pytest.raises(InvalidTargetError, match=r"first after module '1' \(nn.ReLU\)"):
        TargetCNN.from_torch(module, SHAPE)


def test_modules_that_cannot_be_copied_or_run_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = plain_module(CHANNELS, SIZES, np.random.default_rng(0))
    target = target_of(module)

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no \x1b[2J room")

    vars(module)["trainer"] = Uncopyable()
    with pytest.raises(InvalidTargetError, match="copied and run"):
        require_agreement(module, target.kernels, SHAPE)
    del module.trainer
    monkeypatch.setattr(F, "conv2d", fails)
    with pytest.raises(InvalidTargetError, match=r"no \\x1b\[2J room"):
        require_agreement(module, target.kernels, SHAPE)


class Uncopyable:
    def __deepcopy__(self, memo: object) -> object:
        raise TypeError("a lock cannot be copied")


def test_no_image_is_left_out_when_layers_are_huge_or_tiny() -> None:
    for scale in (1e-37, 1e37):
        kernels = [np.full((1, 1, 1, 1), scale, np.float32) for _ in range(12)]
        target = TargetCNN(tuple(kernels), (1, 2, 2))
        TargetCNN.from_torch(target.to_torch(), (1, 2, 2))
        kernels[5] = np.full((1, 1, 1, 1), 0.75 * scale, np.float32)
        with pytest.raises(InvalidTargetError, match="first after module '10'"):
            require_agreement(target.to_torch(), tuple(kernels), (1, 2, 2))


def test_a_network_that_overflows_is_refused() -> None:
    large = np.full((1, 1, 1, 1), 1e38, np.float32)
    target = TargetCNN((large,) * 18, (1, 2, 2))
    with pytest.raises(InvalidTargetError, match="overflows"):
        TargetCNN.from_torch(target.to_torch(), (1, 2, 2))


@pytest.mark.parametrize(
    ("shapes", "sides", "least", "most"),
    [
        ([(6, 1, 5, 5), (16, 6, 5, 5)], (28, 28), 28, 28),
        ([(64, 3, 7, 7), (256, 64, 3, 3)], (4096, 4096), 4, 16),
        ([(64, 3, 7, 7), (256, 64, 3, 3)], (2, 4096), 2, 64),
        ([(1, 3, 61, 61)], (100, 100), 31, 31),
        ([(1, 1, 501, 501)], (1 << 24, 1 << 24), 1, 16),
        ([(2, 1, 1, 1)] * 1000, (9, 9), 9, 9),
    ],
)
def test_images_are_as_large_as_is_affordable(
    shapes: list[tuple[int, ...]], sides: tuple[int, int], least: int, most: int
) -> None:
    shapes = [
        shapes[0],
        *((c, shapes[i][0], *d) for i, (c, _, *d) in enumerate(shapes[1:])),
    ]
    kernels = tuple(np.ones(shape, np.float32) for shape in shapes)
    target = TargetCNN(kernels, (shapes[0][1], *sides))
    names, images = probes(kernels, target.input_shape)
    assert images.shape[:2] == (len(names), shapes[0][1])
    assert least <= min(images.shape[2:]) <= max(images.shape[2:]) <= most
    require_agreement(target.to_torch(), kernels, target.input_shape)


def exact_network(
    kernels: tuple[np.ndarray, ...], image: np.ndarray
) -> list[np.ndarray]:
    """Values after every convolution, in fractions."""
    value = np.vectorize(Fraction, otypes=[object])(image)
    found = []
    for kernel in kernels:
        c_out, _, size, _ = kernel.shape
        before = (size - 1) // 2
        _, height, width = value.shape
        out = np.full((c_out, height, width), Fraction(0), dtype=object)
        for o, c, i, j in np.ndindex(kernel.shape):
            weight = Fraction(float(kernel[o, c, i, j]))
            for row, column in product(range(height), range(width)):
                r, s = row + i - before, column + j - before
                if 0 <= r < height and 0 <= s < width:
                    out[o, row, column] += weight * value[c, r, s]
        found.append(out)
        value = np.where(out > 0, out, Fraction(0))
    return found


def uncovered(target: TargetCNN, image: np.ndarray) -> bool:
    """Whether some value is farther from the true one than half the allowance."""
    steps = list(evaluate(target.kernels, image[np.newaxis]))[::2]
    return any(
        abs(Fraction(float(step.value[0][place])) - exact[place])
        > Fraction(float(step.allowance[0][place])) / 2
        for step, exact in zip(steps, exact_network(target.kernels, image), strict=True)
        for place in np.ndindex(exact.shape)
    )


@given(
    target_networks(max_depth=3, max_channels=2, max_side=3),
    st.integers(0, 1 << 30),
    st.integers(-60, 60),
)
@settings(max_examples=25)
def test_the_allowance_covers_the_rounding(
    target: TargetCNN, seed: int, exponent: int
) -> None:
    rng = np.random.default_rng(seed)
    image = np.ldexp(rng.uniform(-1, 1, target.input_shape), exponent)
    assert not uncovered(target, image)


def test_too_small_an_allowance_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    kernel = rng.uniform(-1, 1, (2, 2, 3, 3)).astype(np.float32)
    target = TargetCNN((kernel, kernel), (2, 3, 3))
    image = rng.uniform(-1, 1, (2, 3, 3))
    assert not uncovered(target, image)
    monkeypatch.setattr(_reference, "_UNIT_ROUNDOFF", 2.0**-60)
    assert uncovered(target, image)
