"""def:channel-blocked-mask."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Protocol

import hypothesis
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from slth_verify.conformance._failure import require
from slth_verify.conformance.recording.drive import run

_require = partial(require, statement="def:channel-blocked-mask")
_EXHAUSTIVE = 6


class MaskFunction(Protocol):
    """Makes the mask of ``channels`` channels with ``block`` filters each."""

    def __call__(
        self, channels: int, block: int, *, kernel_size: int
    ) -> NDArray[np.bool_]:
        """Boolean array of shape ``(d, d, channels, channels * block)``."""
        ...


def check_mask(
    mask_function: MaskFunction, *, settings: hypothesis.settings | None = None
) -> None:
    """Compare a mask function with Definition 3, entry by entry.

    All sizes with up to 6 channels, 6 filters per channel and kernels up to 3x3; then
    drawn larger ones.

    Args:
        mask_function: The implementation under test.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: At the first size where shape, counts or entries differ.

    Source:
        def:channel-blocked-mask.
    """
    small = range(1, _EXHAUSTIVE + 1)
    for channels, block, size in product(small, small, (1, 2, 3)):
        _check_one(mask_function, channels, block, size)

    def body(channels: int, block: int, size: int) -> None:
        _check_one(mask_function, channels, block, size)

    run(
        body,
        settings,
        channels=st.integers(1, 24),
        block=st.integers(1, 200),
        size=st.integers(1, 4),
    )


def _check_one(
    mask_function: MaskFunction, channels: int, block: int, size: int
) -> None:
    mask = np.asarray(mask_function(channels, block, kernel_size=size))
    case = f"channels={channels}, block={block}, kernel_size={size}"
    shape = (size, size, channels, channels * block)
    _require(mask.shape == shape, f"{case}: shape {mask.shape}, not {shape}")
    _require(mask.dtype == np.bool_, f"{case}: dtype {mask.dtype}, not bool")
    seen = mask.sum(axis=2)
    _require(
        bool((seen == 1).all()),
        f"{case}: a filter sees {int(seen.min())} to {int(seen.max())} channels, not 1",
    )
    filters = mask.sum(axis=3)
    _require(
        bool((filters == block).all()),
        f"{case}: a channel has {int(filters.min())} to {int(filters.max())} filters, "
        f"not {block}",
    )
    k = np.arange(1, channels + 1)[:, np.newaxis]
    l = np.arange(1, channels * block + 1)[np.newaxis, :]
    wrong = np.argwhere(mask != (-(-l // block) == k))  # ceil(l / block), in integers
    first = [int(index) for index in wrong[0]] if len(wrong) else []
    _require(
        not len(wrong),
        f"{case}: {len(wrong)} entries differ from [ceil(l / n) = k], the first at "
        f"{first}, counting from 0",
    )
