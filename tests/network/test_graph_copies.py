"""Modules whose own code runs when they are copied, moved or switched to evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN
from slth_verify.network.torch_graphs import recording, trace

SHAPE = (1, 6, 6)


class Scaled(nn.Module):
    """A convolution, times a number that is no parameter."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.conv, self.factor = nn.Conv2d(1, 2, 3), factor

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.conv(x)) * self.factor


class ForgetsInCopies(Scaled):
    def __deepcopy__(self, memo: dict[int, Any]) -> ForgetsInCopies:
        copied = ForgetsInCopies()
        copied.load_state_dict(self.state_dict())
        return copied


class DrawsAnewInCopies(Scaled):
    def __deepcopy__(self, memo: dict[int, Any]) -> DrawsAnewInCopies:
        return DrawsAnewInCopies(self.factor)


class ForgetsInState(Scaled):
    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key != "factor"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({**state, "factor": 1.0})


class ChangesWhenMoved(Scaled):
    def _apply(self, fn: Callable[..., Any], recurse: bool = True) -> nn.Module:
        self.factor = 7.0
        return super()._apply(fn, recurse)


class AveragesInEvaluation(Scaled):
    """Weights and their running average change places, as some trainers do."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__(factor)
        self.register_buffer("average", torch.randn(2, 1, 3, 3))

    def train(self, mode: bool = True) -> nn.Module:
        if mode != self.training:
            kept = self.conv.weight.data.clone()
            self.conv.weight.data.copy_(self.average)
            self.average.copy_(kept)
        return super().train(mode)


class CountsItsCalls(Scaled):
    def train(self, mode: bool = True) -> nn.Module:
        self.factor *= 2
        return super().train(mode)


OTHERS = [ForgetsInCopies, DrawsAnewInCopies, ForgetsInState, ChangesWhenMoved]


def _differs(module: nn.Module) -> float:
    x = torch.rand(3, *SHAPE)
    with torch.no_grad():
        target = TargetCNN.from_torch(module, SHAPE).to_torch()
        return float((module(x) - target(x)).abs().max())


@pytest.mark.parametrize("kind", OTHERS)
def test_a_copy_that_is_another_network_is_refused(kind: type[Scaled]) -> None:
    with pytest.raises(InvalidTargetError, match="is another one in the copy"):
        TargetCNN.from_torch(kind(3.0).eval(), SHAPE)


def test_weights_that_evaluation_exchanges_are_no_weights_of_training() -> None:
    module = AveragesInEvaluation()
    with pytest.raises(InvalidTargetError, match=r"Call module\.eval\(\) first"):
        TargetCNN.from_torch(module.train(), SHAPE)
    assert _differs(module.eval()) < 1e-5


def test_evaluation_that_counts_is_refused() -> None:
    with pytest.raises(InvalidTargetError, match="does not compute what was recorded"):
        TargetCNN.from_torch(CountsItsCalls().eval(), SHAPE)


@pytest.mark.parametrize("kind", [*OTHERS[:2], AveragesInEvaluation])
def test_without_the_comparison_another_network_is_read(
    kind: type[Scaled], monkeypatch: pytest.MonkeyPatch
) -> None:
    for reader in (recording, trace):
        monkeypatch.setattr(reader, "require_faithful", lambda *_: None)
    torch.manual_seed(0)
    assert _differs(kind(3.0).train()) > 0.1


def test_ordinary_copies_are_the_same() -> None:
    module = Scaled(3.0).eval()
    module.note, module.table = float("nan"), {"a": [1, (2.0, "b")], "c": None}
    module.register_buffer("gaps", torch.tensor([float("nan"), 1.0]))
    assert _differs(module) < 1e-5
    assert _differs(torch.fx.symbolic_trace(module)) < 1e-5


class MasksItsData(nn.Conv2d):
    """As in many repositories of lottery tickets."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.weight.data.mul_(self.mask)
        return super().forward(x)


class WritesItsWeight(Scaled):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            self.conv.weight[0] = 0
        return super().forward(x)


def test_weights_that_are_written_in_a_call_are_named() -> None:
    masked = MasksItsData(1, 2, 3)
    masked.mask = torch.ones(2, 1, 3, 3)
    with pytest.raises(InvalidTargetError, match="mask that is multiplied into"):
        TargetCNN.from_torch(nn.Sequential(masked, nn.ReLU()).eval(), SHAPE)
    with pytest.raises(InvalidTargetError, match="its own buffers or weights"):
        TargetCNN.from_torch(WritesItsWeight().eval(), SHAPE)


@pytest.mark.parametrize("shape", [(1.0, 6, 6), ("1", "6", "6"), list(SHAPE)])
def test_forms_of_a_shape(shape: Any) -> None:
    assert TargetCNN.from_torch(nn.ReLU(), shape).input.shape == SHAPE


@pytest.mark.parametrize(
    "shape", ["166", "1,6,6", {1, 6}, {1: 0, 6: 0}, b"166", None, 6]
)
def test_shapes_without_an_order_are_refused(shape: Any) -> None:
    with pytest.raises(ValueError, match="shape"):
        TargetCNN.from_torch(nn.Conv2d(1, 2, 3), shape)
