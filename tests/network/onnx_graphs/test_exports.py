"""Networks as torch writes them: the graph computes what the module does."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import slth_verify as sv
from slth_verify.conformance.torch_modules.architectures import ARCHITECTURES, made
from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN
from slth_verify.graph.float_values import values
from slth_verify.network.onnx_graphs import graph_from_onnx
from slth_verify.verdict import Verdict

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


class Residual(nn.Module):
    """A basic block whose shortcut is a convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 6, 3, 2, 1, bias=False),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.Conv2d(6, 6, 3, 1, 1, bias=False),
            nn.BatchNorm2d(6),
        )
        self.short = nn.Sequential(nn.Conv2d(3, 6, 1, 2, bias=False), nn.BatchNorm2d(6))
        self.head = nn.Linear(6, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.body(x) + self.short(x))
        return self.head(torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1))


class Squeezed(nn.Module):
    """A fire module: two branches, joined."""

    def __init__(self) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(3, 2, 1)
        self.narrow, self.wide = nn.Conv2d(2, 3, 1), nn.Conv2d(2, 4, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.squeeze(x))
        x = torch.cat([torch.relu(self.narrow(x)), torch.relu(self.wide(x))], 1)
        return nn.functional.max_pool2d(x, 3, 2, ceil_mode=True)


class Digits(nn.Module):
    """The MNIST example, without its softmax; its view computes sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 6, 3)
        self.fc1, self.fc2 = nn.Linear(6 * 25, 16), nn.Linear(16, 10)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.conv2(torch.relu(self.conv1(x))))
        x = self.dropout(nn.functional.max_pool2d(x, 2))
        x = x.view(x.size(0), x.size(1) * x.size(2) * x.size(3))
        return self.fc2(torch.relu(self.fc1(x)))


class Shuffled(nn.Module):
    """Channels shuffled between grouped convolutions, and a slice."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(4, 8, 3, groups=4)
        self.second = nn.Conv2d(8, 4, 1, groups=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        n, c, h, w = x.shape
        x = x.view(n, 4, c // 4, h, w).transpose(1, 2).reshape(n, c, h, w)
        left, right = torch.chunk(self.second(x), 2, 1)
        return torch.relu(left + right)[:, :, 1:, :-1]


def sequence(*parts: nn.Module) -> nn.Sequential:
    return nn.Sequential(*parts)


OTHERS = {
    "digits": (Digits, (1, 14, 14)),
    "LeNet-5": (
        lambda: sequence(
            nn.Conv2d(1, 6, 5, padding=2),
            nn.Hardtanh(),
            nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5),
            nn.ReLU6(),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(16 * 9, 30),
            nn.LeakyReLU(0.1),
            nn.Linear(30, 10),
        ),
        (1, 20, 20),
    ),
    "VGG block": (
        lambda: sequence(
            nn.Conv2d(3, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 8, 3, padding=1),
            nn.ReLU(),
            nn.BatchNorm2d(8),
            nn.MaxPool2d(2, 2),
            nn.Flatten(),
            nn.Dropout(),
            nn.Linear(8 * 20, 5),
        ),
        (3, 8, 11),
    ),
    "residual": (Residual, (3, 9, 8)),
    "MobileNet block": (
        lambda: sequence(
            nn.Conv2d(4, 12, 1, bias=False),
            nn.BatchNorm2d(12),
            nn.ReLU6(),
            nn.Conv2d(12, 12, 3, 2, 1, groups=12, bias=False),
            nn.BatchNorm2d(12),
            nn.ReLU6(),
            nn.Conv2d(12, 6, 1, bias=False),
        ),
        (4, 9, 9),
    ),
    "squeezed": (Squeezed, (3, 8, 8)),
    "one-dimensional": (
        lambda: sequence(
            nn.Conv1d(2, 4, 5, 2, 2),
            nn.BatchNorm1d(4),
            nn.PReLU(4),
            nn.MaxPool1d(2),
            nn.AvgPool1d(3, 2, 1),
            nn.Flatten(),
            nn.Linear(4 * 4, 3),
        ),
        (2, 30),
    ),
    "dense": (
        lambda: sequence(
            nn.Linear(7, 9, bias=False),
            nn.BatchNorm1d(9),
            nn.ReLU(),
            nn.Linear(9, 2),
            nn.PReLU(),
        ),
        (7,),
    ),
    "global average": (
        lambda: sequence(
            nn.Conv2d(2, 5, 3, dilation=2),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        ),
        (2, 9, 10),
    ),
    "reflected": (
        lambda: sequence(
            nn.ReflectionPad2d((1, 2, 0, 1)),
            nn.Conv2d(2, 3, 3, padding=1, padding_mode="replicate"),
            nn.ReLU(),
            nn.ZeroPad2d((0, 1, 2, 0)),
        ),
        (2, 6, 7),
    ),
    "shuffled": (Shuffled, (4, 7, 6)),
}


@pytest.mark.parametrize("name", OTHERS)
def test_export(name: str, tmp_path: Path) -> None:
    make, shape = OTHERS[name]
    exported(made(make, seed=3), shape, tmp_path, axes={})


#: What the exporter writes of them is refused: a dilation that onnxruntime does not run
#: (auto_pad), and circular margins as rows that are joined.
REFUSED = {"dilated": "cannot be run", "reflecting": "channels, axis=1, are joined"}
EXPORTED = sorted(ARCHITECTURES.keys() - REFUSED.keys())


@pytest.mark.parametrize("name", REFUSED)
def test_exports_that_are_refused(name: str, tmp_path: Path) -> None:
    make, shape = ARCHITECTURES[name]
    with pytest.raises(InvalidTargetError, match=REFUSED[name]):
        exported(made(make), shape, tmp_path, axes={})


@pytest.mark.parametrize("name", EXPORTED)
def test_export_of_what_public_code_writes(name: str, tmp_path: Path) -> None:
    make, shape = ARCHITECTURES[name]
    exported(made(make), shape, tmp_path, axes={"x": {0: "n"}})


@pytest.mark.nightly
@pytest.mark.parametrize("name", EXPORTED)
def test_an_exported_network_is_proved(name: str, tmp_path: Path) -> None:
    make, shape = ARCHITECTURES[name]
    graph = exported(made(make), shape, tmp_path, axes={})
    network = sv.RandomCNN(seed=1, widths=sv.suggested_widths(graph, "45%"))
    ticket = sv.prune(graph, network, eps="45%", workers=1)
    assert sv.check(ticket, graph).verdict is Verdict.VERIFIED


def exported(
    module: nn.Module, shape: Sequence[int], folder: Path, axes: dict[str, Any]
) -> TargetCNN:
    """The graph of the file that torch writes, which computes what the module does."""
    path = folder / "net.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # this exporter is deprecated; it needs no more
        torch.onnx.export(
            module,
            (torch.zeros(1, *shape),),
            path,
            dynamo=False,
            input_names=["x"],
            dynamic_axes=axes,
            do_constant_folding=True,
        )
    graph = graph_from_onnx(path, box=(-1, 1))
    images = np.random.default_rng(0).uniform(-1, 1, (4, *graph.input.shape))
    with torch.no_grad():
        fed = torch.from_numpy(images).reshape(4, *shape)
        found = module.double()(fed).numpy()
    result = values(graph, images)
    assert result.size == found.size
    # batch norms are folded into convolutions in float32 when a module is exported
    scale = np.abs(found).max()
    np.testing.assert_allclose(result.ravel(), found.ravel(), 0, 1e-5 * scale)
    return graph
