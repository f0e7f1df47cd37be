"""The states of a beam on a torch device: wide beams for graphics processors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from slth_verify.subset_sum._cancellation import Prices
from slth_verify.subset_sum._problem import FloatArray, IndexArray

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

    def _load(self, array: FloatArray) -> torch.Tensor:
        moved: torch.Tensor = self._torch.as_tensor(array, dtype=self._kind)
        return moved.to(self._device)

    def advance(
        self, columns: FloatArray, decide: Prices, width: int
    ) -> tuple[IndexArray, NDArray[np.uint8]]:
        """Decides one block of columns; origins and signs of the states that stay."""
        torch = self._torch
        block, vectors = self._load(columns), self._load(decide.vectors)
        wish, effect = self._residuals @ vectors.T, (block @ vectors.T) / 2
        costs = self._costs
        ancestors = torch.arange(costs.numel(), device=self._device)
        packed = torch.zeros(costs.numel(), dtype=torch.uint8, device=self._device)
        for i, energy in enumerate(decide.energies.tolist()):
            now = wish[:, i]
            base = costs + now * now / (4 + energy)
            both = torch.cat((base - now, base + now))
            if both.numel() > width:
                kept = torch.topk(both, width, largest=False, sorted=False).indices
            else:
                kept = torch.arange(both.numel(), device=self._device)
            takes = kept < now.numel()
            parents = torch.where(takes, kept, kept - now.numel())
            costs = both[kept]
            costs = costs - costs.min()
            step = torch.where(takes, -1.0, 1.0).to(self._kind)
            wish = wish[parents] + step[:, None] * effect[i]
            ancestors, packed = ancestors[parents], packed[parents]
            packed = packed | (takes.to(torch.uint8) << i)
        bits = torch.arange(block.shape[0], dtype=torch.uint8, device=self._device)
        ones = ((packed[:, None] >> bits) & 1).to(self._kind)
        self._residuals = self._residuals[ancestors] - (2 * ones - 1) @ (block / 2)
        self._costs = costs
        return ancestors.cpu().numpy(), packed.cpu().numpy()

    def order(self) -> IndexArray:
        """States from cheapest to dearest."""
        ordered = self._torch.argsort(self._costs, stable=True)
        return np.asarray(ordered.cpu().numpy(), dtype=np.int64)
