"""Single kernels of target networks."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.strategies._patterns import PATTERNS, Shape, ingredients

#: Exponents of ill-scaled channels and layers; float32 reaches from -149 to 127.
_CHANNEL_EXPONENTS = st.integers(-40, 0)
_LAYER_EXPONENTS = st.integers(-90, 90)
_MAX_ENTRIES = 1 << 20


@st.composite
def target_kernels(draw: st.DrawFn, shape: Shape) -> NDArray[np.float32]:
    """Adversarial kernels: finite float32 numbers of any scale.

    Among them: corners of the cube and of the L1 ball, zeros (also negative ones), one
    hot channel, equal windows, near ties, powers of two, subnormals, ill-scaled
    channels and layers, only positive or only negative signs.

    Args:
        shape: ``(c_out, c_in, d, d)``, as in torch.
    """
    square = isinstance(shape, tuple) and len(shape) == 4 and shape[2] == shape[3]
    if not square or min(shape) < 1 or int(np.prod(shape)) > _MAX_ENTRIES:
        raise InvalidArgument(
            f"shape={shape!r}: a kernel needs (c_out, c_in, d, d), all at least 1 and "
            f"at most {_MAX_ENTRIES} entries (thm:structured-slth). Give such a tuple."
        )
    pattern = draw(st.sampled_from(PATTERNS))
    values = pattern(draw(ingredients()), shape)
    if draw(st.booleans(), label="nasty"):
        values = _ill_scaled(draw, _one_sign(draw, values))
    return values.astype(np.float32)


def _one_sign(draw: st.DrawFn, values: Float64Array) -> Float64Array:
    side = draw(st.sampled_from((0, 1, -1)), label="only sign")
    return values if side == 0 else side * np.abs(values)


def _ill_scaled(draw: st.DrawFn, values: Float64Array) -> Float64Array:
    if draw(st.booleans(), label="ill-scaled channels"):
        for axis in (0, 1):
            exponents = draw(
                st.lists(
                    _CHANNEL_EXPONENTS,
                    min_size=values.shape[axis],
                    max_size=values.shape[axis],
                )
            )
            scale = np.ldexp(1.0, np.array(exponents, dtype=np.int32))
            values = values * np.expand_dims(scale, tuple({0, 1, 2, 3} - {axis}))
    if draw(st.booleans(), label="ill-scaled layer"):
        values = values * 2.0 ** draw(_LAYER_EXPONENTS)
    return values
