"""Torch devices that searches are tried on, and what they hold there."""

from __future__ import annotations

import weakref
from collections.abc import Callable

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


@pytest.fixture(
    params=[
        "cpu",
        pytest.param(
            "cuda",
            marks=pytest.mark.skipif(
                not torch.cuda.is_available(), reason="needs a CUDA device"
            ),
        ),
    ]
)
def device(request: pytest.FixtureRequest) -> str:
    """A torch device, here or skipped."""
    return str(request.param)


class _Held(TorchDispatchMode):
    """Most bytes of tensors that were alive at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._known: weakref.WeakSet[torch.UntypedStorage] = weakref.WeakSet()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, torch.Tensor):
                self._count(tensor.untyped_storage())
        return result

    def _count(self, storage: torch.UntypedStorage) -> None:
        if storage not in self._known:
            self._known.add(storage)
            size = storage.nbytes()
            self.now += size
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self._free, size)

    def _free(self, size: int) -> None:
        self.now -= size


@pytest.fixture
def held_bytes() -> Callable[[Callable[[], object]], int]:
    """Runs something and tells the most bytes of tensors that were alive at a time."""

    def most(work: Callable[[], object]) -> int:
        with _Held() as held:
            work()
        return held.peak

    return most
