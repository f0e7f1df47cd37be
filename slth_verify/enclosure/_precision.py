"""The working precision of ball arithmetic, set for a block and always restored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flint import ctx

from slth_verify.errors import InvalidParameterError

#: Fewer bits than this are refused: a ball would hold less than a float32.
MIN_BITS = 24


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Compute with ``bits`` bits inside the ``with`` block.

    The precision of the backend is one number for the whole process: never share it
    between threads. It is restored when the block ends, also by an exception.

    Args:
        bits: Bits of the midpoint of a ball, at least 24.

    Raises:
        InvalidParameterError: If ``bits`` is not an integer of at least 24.
    """
    if isinstance(bits, bool) or not isinstance(bits, int) or bits < MIN_BITS:
        raise InvalidParameterError(
            f"bits={bits!r} is no working precision: an integer >= {MIN_BITS} was "
            "required (any statement). Pass bits=64 or more."
        )
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before
