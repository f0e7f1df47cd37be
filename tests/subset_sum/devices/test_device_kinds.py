"""No step mixes tensors of two devices, shown without a second device.

Fake tensors carry a device and a shape but no numbers, and refuse to meet tensors of
another device as a graphics processor would. The device "meta" plays its part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv

from slth_verify.subset_sum.devices import beam, grid, one_dim
from slth_verify.subset_sum.steps.cancellation import prices
from slth_verify.subset_sum.steps.grid import Reach

Mutant = Callable[[ModuleType, str, str], ModuleType]


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[torch.Size]]:
    """Shapes of what was fetched from the pretended device; all of it reads as zero."""
    shapes: list[torch.Size] = []

    def cpu(tensor: torch.Tensor) -> torch.Tensor:
        assert tensor.device.type == "meta"
        return torch.empty_like(tensor, device="cpu")

    def numpy(tensor: torch.Tensor) -> np.ndarray:
        assert tensor.device.type == "cpu"
        shapes.append(tensor.shape)
        known = [size if isinstance(size, int) else 0 for size in tensor.shape]
        return np.zeros(known, dtype=np.int64)

    monkeypatch.setattr(torch.Tensor, "numpy", numpy)
    monkeypatch.setattr(torch.Tensor, "cpu", cpu)
    with FakeTensorMode(allow_non_fake_inputs=True, shape_env=ShapeEnv()):
        yield shapes


def _beams(room: ModuleType) -> None:
    columns = np.random.default_rng(0).standard_normal((16, 5))
    decide = prices(columns, 0.1)
    states = room.DeviceStates(np.ones(5), True, "meta")
    for start in (0, 8):
        block = slice(start, start + 8)
        states.advance(columns[block], decide.between(start, start + 8), 20)


def test_beams_stay_on_their_device(fetched: list[torch.Size]) -> None:
    _beams(beam)
    assert [tuple(shape) for shape in fetched] == [(20,)] * 4


BEAM_LIES = {
    "costs on the processor": (
        "torch.zeros(1, dtype=self._kind, device=self._device)",
        "torch.zeros(1, dtype=self._kind)",
    ),
    "tables on the processor": ("return moved.to(self._device)", "return moved"),
    "origins on the processor": (
        "torch.arange(costs.numel(), device=self._device)\n        packed",
        "torch.arange(costs.numel())\n        packed",
    ),
}


@pytest.mark.parametrize("lie", BEAM_LIES)
def test_beams_that_leave_it_are_caught(
    lie: str, fetched: list[torch.Size], mutant: Mutant
) -> None:
    wrong = mutant(beam, *BEAM_LIES[lie])
    with pytest.raises(RuntimeError, match="device"):
        _beams(wrong)


def _lists(room: ModuleType) -> None:
    rng = np.random.default_rng(1)
    sums = room.DeviceSums(
        rng.standard_normal((64, 5)), Reach(np.ones(5), 4.0), "meta", 1000
    )
    errors = rng.standard_normal((40, 5))
    sums.closest(errors, lambda rows: np.abs(rows).max(axis=-1), 10.0, lambda: False)


def test_lists_stay_on_their_device(fetched: list[torch.Size]) -> None:
    _lists(grid)
    assert len(fetched) == 3  # 15 rows a product


def test_lists_that_leave_it_are_caught(
    fetched: list[torch.Size], mutant: Mutant
) -> None:
    wrong = mutant(
        grid,
        "self._torch.from_numpy(array).to(self._device)",
        "self._torch.from_numpy(array)",
    )
    with pytest.raises(AssertionError):
        _lists(wrong)


def _rows(room: ModuleType) -> None:
    numbers = torch.empty((10, 12), device="meta", dtype=torch.float64)
    for result in room._join(numbers, numbers[:, 0]):
        assert tuple(result.shape) == (10,)
        assert result.device.type == "meta"


def test_rows_stay_on_their_device(fetched: list[torch.Size], mutant: Mutant) -> None:
    _rows(one_dim)
    truth = "numbers.new_empty((targets.numel(), _sums(count)))"
    wrong = mutant(one_dim, truth, f"{truth[:-1]}, device='cpu')")
    with pytest.raises((AssertionError, RuntimeError)):  # planted lie
        _rows(wrong)
