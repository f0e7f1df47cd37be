"""Targets: exact norms, exact scaling, files, torch."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from slth_verify.errors import InvalidTargetError
from slth_verify.network import TargetCNN


def _target(scale: float = 1.0) -> TargetCNN:
    rng = np.random.default_rng(0)
    shapes = [(3, 2, 3, 3), (4, 3, 1, 1)]
    kernels = tuple(
        (rng.standard_normal(shape) * scale).astype(np.float32) for shape in shapes
    )
    return TargetCNN(kernels, (2, 5, 6), "toy", "global-average")


@pytest.mark.parametrize("scale", [1e-3, 1.0, 37.0, 1e20])
def test_normalisation_is_exact_and_undone_exactly(scale: float) -> None:
    target = _target(scale)
    for layer, kernel in enumerate(target.kernels, start=1):
        normal = target.normalised_kernel(layer)
        total = sum((abs(Fraction(v)) for v in normal.ravel().tolist()), Fraction(0))
        assert Fraction(1, 2) < total <= 1
        assert total == target.norms[layer - 1] / 2 ** target.scale_exponents[layer - 1]
        back = np.ldexp(normal, target.scale_exponents[layer - 1])
        assert np.array_equal(back.transpose(3, 2, 0, 1), kernel)


def test_norm_at_a_power_of_two_is_not_scaled_twice() -> None:
    kernel = np.full((1, 1, 2, 2), 0.25, dtype=np.float32)
    target = TargetCNN((kernel,), (1, 4, 4))
    assert target.norms == (Fraction(1),)
    assert target.scale_exponents == (0,)
    above = kernel.copy()
    above[0, 0, 0, 0] = np.nextafter(np.float32(0.25), np.float32(1))
    assert TargetCNN((above,), (1, 4, 4)).scale_exponents == (1,)


def test_zero_layer_has_scale_one() -> None:
    target = TargetCNN((np.zeros((1, 1, 3, 3), np.float32),), (1, 4, 4))
    assert target.scale_exponents == (0,)


def test_file_round_trip(tmp_path: Path) -> None:
    target = _target()
    path = tmp_path / "toy.safetensors"
    target.save(path)
    again = TargetCNN.from_file(path)
    assert again.sha256 == target.sha256
    assert again.description() == target.description()


def test_digest_depends_on_weights_and_shapes() -> None:
    kernel = np.arange(8, dtype=np.float32).reshape(2, 1, 2, 2)
    other = kernel.reshape(1, 2, 2, 2)
    one, two = TargetCNN((kernel,), (1, 3, 3)), TargetCNN((other,), (2, 3, 3))
    changed = kernel.copy()
    changed[0, 0, 0, 0] = np.float32(1e-30)
    three = TargetCNN((changed,), (1, 3, 3))
    assert len({one.sha256, two.sha256, three.sha256}) == 3


def test_torch_round_trip_is_bit_exact() -> None:
    target = _target()
    again = TargetCNN.from_torch(target.to_torch(), target.input_shape)
    assert again.sha256 == target.sha256


def test_torch_module_computes_the_normalised_layers_scaled_back() -> None:
    target = _target(5.0)
    images = torch.rand(3, 2, 5, 6, dtype=torch.float64) * 2 - 1
    x = images
    for layer in range(1, target.depth + 1):
        kernel = torch.from_numpy(
            target.normalised_kernel(layer).transpose(3, 2, 0, 1).copy()
        )
        x = torch.relu(nn.functional.conv2d(x, kernel, padding="same"))
    with torch.no_grad():
        direct = target.to_torch().double()(images)
    assert torch.allclose(direct, x * float(target.output_scale), rtol=1e-12)


@pytest.mark.parametrize(
    ("module", "word"),
    [
        (nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU()), "bias"),
        (nn.Sequential(nn.Conv2d(1, 2, 3, bias=False), nn.ReLU()), "padding"),
        (
            nn.Sequential(
                nn.Conv2d(1, 2, 3, stride=2, padding=1, bias=False), nn.ReLU()
            ),
            "stride",
        ),
        (nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, bias=False)), "ReLU"),
        (
            nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, bias=False), nn.Tanh()),
            "Tanh",
        ),
        (nn.Sequential(nn.Linear(3, 3), nn.ReLU()), "Linear"),
    ],
)
def test_what_is_not_covered_is_named(module: nn.Module, word: str) -> None:
    with pytest.raises(InvalidTargetError, match=word):
        TargetCNN.from_torch(module, (1, 4, 4))


def _kernel(shape: tuple[int, ...], dtype: type = np.float32) -> np.ndarray:
    return np.ones(shape, dtype=dtype)


@pytest.mark.parametrize(
    ("kernels", "word"),
    [
        ((_kernel((1, 1, 3, 2)),), "square"),
        ((_kernel((1, 1, 3, 3), np.float64),), "float32"),
        ((_kernel((2, 1, 3, 3)), _kernel((1, 3, 3, 3))), "continue"),
        ((_kernel((1, 2, 3, 3)),), "input_shape"),
        ((np.full((1, 1, 1, 1), np.nan, np.float32),), "NaN"),
        ((), "kernels"),
    ],
)
def test_bad_kernels_are_named(kernels: tuple[np.ndarray, ...], word: str) -> None:
    with pytest.raises(InvalidTargetError, match=word):
        TargetCNN(kernels, (1, 4, 4))


def test_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "toy.safetensors"
    _target().save(path)
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(InvalidTargetError, match="readable"):
        TargetCNN.from_file(path)
    with pytest.raises(InvalidTargetError, match="no such file"):
        TargetCNN.from_file(tmp_path / "absent")
