"""The states of a beam on a torch device: wide beams for graphics processors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum._problem import FloatArray, IndexArray
from slth_verify.subset_sum.steps.cancellation import Prices
from slth_verify.subset_sum.steps.sign_list import AT_ONCE, RealArray, signed_sums

if TYPE_CHECKING:
    import torch


class DeviceStates:
    """What is alive in a beam, on a torch device; as `NumpyStates`, which see.

    Args:
        residual: r before the first column, shape ``(m,)``.
        single: Whether single precision is enough.
        device: A torch device.
    """

    def __init__(self, residual: FloatArray, single: bool, device: str) -> None:
        import torch

        self._torch, self._device = torch, torch.device(device)
        self._kind = torch.float32 if single else torch.float64
        self._residuals = self._load(residual[None, :])
        self._costs = torch.zeros(1, dtype=self._kind, device=self._device)

    def _load(self, array: RealArray) -> torch.Tensor:
        moved: torch.Tensor = self._torch.as_tensor(array, dtype=self._kind)
        return moved.to(self._device)

    def advance(
        self, columns: FloatArray, decide: Prices, width: int
    ) -> tuple[IndexArray, NDArray[np.uint8]]:
        """Decides one block of columns; origins and signs of the states that stay."""
        torch = self._torch
        block, vectors = self._load(columns), self._load(decide.vectors)
        wishes = vectors @ self._residuals.T
        effect = columns @ decide.vectors.T / 2
        costs = self._costs
        ancestors = torch.arange(costs.numel(), device=self._device)
        packed = torch.zeros_like(ancestors)
        for first in range(0, block.shape[0], AT_ONCE):
            moved = self._load(signed_sums(effect[:first]))
            grown = costs[None]
            for i in range(first, min(first + AT_ONCE, block.shape[0])):
                now = wishes[i, ancestors] - moved[packed, i]
                now = now - self._load(signed_sums(effect[first:i, i]))[:, None]
                base = grown + now * now / (4 + float(decide.energies[i]))
                grown = torch.cat((base + now, base - now))
            kept = self._cheapest(grown.flatten(), width)
            costs = grown.flatten()[kept]
            parents = kept % packed.numel()
            signs = kept // packed.numel()
            ancestors = ancestors[parents]
            packed = packed[parents] | (signs << first)
        steps = self._load(signed_sums(columns / 2))
        self._residuals = self._residuals[ancestors] - steps[packed]
        self._costs = costs - costs.min()
        return ancestors.cpu().numpy(), packed.to(torch.uint8).cpu().numpy()

    def _cheapest(self, costs: torch.Tensor, width: int) -> torch.Tensor:
        if costs.numel() <= width:
            return self._torch.arange(costs.numel(), device=self._device)
        return self._torch.topk(costs, width, largest=False, sorted=False).indices
