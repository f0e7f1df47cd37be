"""Single layers and functions of torch as target graphs: each odd option."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from handmade.torch_modules import Functional, imported
from torch import nn
from torch.nn import functional as F

from slth_verify.graph import BatchNorm

LAYERS = {
    "strides and asymmetric kernels": nn.Conv2d(4, 6, (2, 3), (3, 2), (1, 0)),
    "groups": nn.Conv2d(4, 8, 3, groups=2),
    "dilation": nn.Conv2d(4, 2, 3, dilation=(1, 2)),
    "even kernel of same size": nn.Conv2d(4, 2, (4, 2), padding="same"),
    "valid": nn.Conv2d(4, 2, 3, padding="valid"),
    "no bias": nn.Conv2d(4, 2, 3, bias=False),
    "double precision": nn.Conv2d(4, 2, 3).double(),
    "max pool": nn.MaxPool2d((3, 2), (2, 1), 1),
    "dilated max pool": nn.MaxPool2d(2, 1, dilation=(2, 3)),
    "max pool in ceil mode": nn.MaxPool2d(3, 2, 1, ceil_mode=True),
    "average": nn.AvgPool2d(3, 2, 1),
    "average of what is there": nn.AvgPool2d(3, 2, 1, count_include_pad=False),
    "average in ceil mode": nn.AvgPool2d((4, 3), 3, ceil_mode=True),
    "padded average in ceil mode": nn.AvgPool2d(4, 3, (2, 1), ceil_mode=True),
    "adaptive average": nn.AdaptiveAvgPool2d((3, None)),
    "adaptive maximum": nn.AdaptiveMaxPool2d((2, 1)),
    "margins": nn.ReflectionPad2d((3, 0, 2, 1)),
    "circular margins": nn.Conv2d(
        4, 2, 3, padding=(2, 1), stride=2, padding_mode="circular"
    ),
    "replicated margins": nn.Conv2d(4, 2, 5, padding=2, padding_mode="replicate"),
    "maximum": Functional(lambda _, x: x.amax((2, 3))),
    "mean of the rows": Functional(lambda _, x: x.mean(2)),
    "global mean, kept": Functional(lambda _, x: x.mean((-1, -2), keepdim=True)),
    "permuted": Functional(lambda _, x: x.permute(0, 2, 3, 1)),
    "transposed, flattened": Functional(lambda _, x: x.transpose(1, -1).flatten(1)),
    "reshaped": Functional(lambda _, x: x.reshape(-1, 2, x.shape[-2] * 2, 9)),
    "squeezed": Functional(lambda _, x: x[:, :1].squeeze(1).unsqueeze(2)),
    "one channel": Functional(lambda _, x: x[:, -1]),
    "cropped": Functional(lambda _, x: x[:, 1:3, 2:, 1:-2]),
    "steps": Functional(lambda _, x: x[..., 1::3, ::2]),
    "narrowed": Functional(lambda _, x: x.narrow(2, 1, 3)),
    "split": Functional(
        lambda _, x: torch.cat([x.split([1, 3], 1)[1], x.split(2, 1)[0], x], 1)
    ),
    "padded channels": Functional(lambda _, x: F.pad(x, (1, 0, 0, 2, 3, 1))),
    "in place": Functional(lambda _, x: F.relu_(x) + x),
    "sums": Functional(lambda _, x: x + F.relu(x) + x),
    "dropouts": nn.Sequential(nn.Dropout(), nn.Dropout2d(), nn.AlphaDropout()),
    "no layer": nn.Identity(),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str) -> None:
    imported(LAYERS[name], (4, 6, 9))


@pytest.mark.parametrize(
    "module",
    [
        nn.Conv1d(4, 6, 3, 2, 1, groups=2),
        nn.Conv1d(4, 2, 4, padding="same", dilation=2),
        nn.Conv1d(4, 2, 3, padding=2, padding_mode="reflect"),
        nn.MaxPool1d(3, 2, 1, ceil_mode=True),
        nn.AvgPool1d(3, 2, 1, ceil_mode=True),
        nn.AdaptiveAvgPool1d(1),
        nn.BatchNorm1d(4),
        nn.ZeroPad1d((1, 2)),
        Functional(lambda _, x: x.transpose(1, 2)),
        Functional(lambda _, x: x[:, 1:, ::2]),
        Functional(lambda _, x: torch.cat([x, x.unsqueeze(1).squeeze(1)], 1)),
        Functional(lambda _, x: x.view(len(x), 2, -1)),
    ],
    ids=str,
)
def test_layers_of_one_dimension(module: nn.Module) -> None:
    assert imported(module, (4, 11)).input.shape == (4, 1, 11)


class Numbers(nn.Module):
    """A forward() with one number for each of four channels, some below 0."""

    def __init__(self, forward: Any) -> None:
        super().__init__()
        self.forwarded = forward
        numbers = torch.tensor([0.229, -0.3, 1.5, 0.07])
        self.numbers: torch.Tensor
        self.register_buffer("numbers", numbers)
        self.scale = nn.Parameter(numbers.view(-1, 1, 1) - 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.forwarded(self, x, self.numbers.view(1, -1, 1, 1))
        return found


NUMBERS = {
    "normalised": lambda _, x, c: (x - 0.485) / c,
    "normalised in place": lambda _, x, c: x.clone().sub_(c).div_(c),
    "bytes": lambda _, x, c: x / 255,
    "a tenth": lambda _, x, c: x / 0.1,
    "a factor": lambda _, x, c: 0.1 * x,
    "factors": lambda self, x, c: F.relu(x * self.scale) * c,
    "another sign": lambda _, x, c: -x,
    "one minus": lambda _, x, c: 1 - x,
    "numbers minus": lambda _, x, c: c - x,
    "offsets": lambda self, x, c: self.scale + (x + 1.0 + c),
    "a number of its own": lambda _, x, c: x * torch.tensor(2.5),
    "a matrix": lambda self, x, c: (
        x.mean((2, 3)) @ self.numbers.view(2, 2).t().reshape(4, 1)
    ),
    "a turned weight": lambda self, x, c: F.linear(
        x.mean((2, 3)), self.scale.view(4, 1).t()
    ),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(name: str) -> None:
    imported(Numbers(NUMBERS[name]), (4, 6, 9))


@pytest.mark.parametrize("name", ["normalised", "bytes", "a tenth"])
def test_what_divides_is_exact(name: str) -> None:
    graph = imported(Numbers(NUMBERS[name]), (4, 6, 9))
    norm = graph.nodes[-1]
    assert isinstance(norm, BatchNorm)
    wanted = {"normalised": [0.229, -0.3, 1.5, 0.07], "bytes": [255] * 4}
    single = np.array(wanted.get(name, [0.1] * 4), np.float32).tolist()
    divisors = (
        [Fraction(0.1)] * 4 if name == "a tenth" else [Fraction(x) for x in single]
    )
    for scale, variance, divisor in zip(
        norm.scale.tolist(), norm.variance.tolist(), divisors, strict=True
    ):
        assert Fraction(variance) + norm.epsilon == (divisor * Fraction(scale)) ** 2
    assert np.all(np.sign(norm.scale) == np.sign(single))
