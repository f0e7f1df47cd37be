"""Normally-scaled normal vectors, read off random filters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from slth_verify.network import RandomCNN
from slth_verify.showing import OneLine
from slth_verify.strategies._options import check_range
from slth_verify.strategies._seeds import seeds

_MAX_SIZE = 4096
_MAX_DIM = 512


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NsnSample(OneLine):
    """Filters of one channel of a random layer, and the vectors that they are.

    Attributes:
        seed: Seed of the random network.
        scalars: u, float32, shape ``(size,)``.
        kernels: V, float32, shape ``(size, dim)``.
    """

    seed: int
    scalars: NDArray[np.float32]
    kernels: NDArray[np.float32]

    @property
    def vectors(self) -> NDArray[np.float64]:
        """The vectors ``|u| V``, exact in float64, shape ``(size, dim)``."""
        return np.abs(self.scalars.astype(np.float64))[:, None] * self.kernels.astype(
            np.float64
        )


@st.composite
def nsn_vectors(
    draw: st.DrawFn,
    *,
    min_size: int = 1,
    max_size: int = 32,
    min_dim: int = 1,
    max_dim: int = 9,
) -> NsnSample:
    """Normally-scaled normal vectors from the filters of a drawn seed.

    Args:
        min_size: Fewest vectors.
        max_size: Most vectors; up to 4096.
        min_dim: Smallest dimension m.
        max_dim: Largest dimension; up to 512.

    Source:
        def:nsn, der:nsn-law: given the sign of u, ``|u| V`` is normally-scaled normal.
    """
    check_range("size", min_size, max_size, least=0, most=_MAX_SIZE)
    check_range("dim", min_dim, max_dim, least=1, most=_MAX_DIM)
    size = draw(st.integers(min_size, max_size))
    dim = draw(st.integers(min_dim, max_dim))
    return nsn_sample(draw(seeds()), size, dim)


def nsn_sample(seed: int, size: int, dim: int) -> NsnSample:
    """The first filters of the random network of a seed."""
    network = RandomCNN(seed=seed, widths=(max(1, size),))
    filters = np.arange(size, dtype=np.int64)
    kernels = network.kernels(1, filters, (1, 1, dim)).reshape(size, dim)
    return NsnSample(seed, network.scalars(1, 0, filters), kernels)
