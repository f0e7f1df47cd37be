"""The accuracy that a user asks for: absolute, or a share of the target's outputs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.enclosure import directed_decimal
from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import ExactNumber, exact_number, rough, shown
from slth_verify.ticket._bound import output_bound

#: Significant digits of an accuracy that was given as a share.
_DIGITS = 12


def read_accuracy(
    eps: ExactNumber,
    kernels: Sequence[NDArray[np.float32]],
    *,
    input_bound: ExactNumber = 1,
) -> Fraction:
    """The admissible error that a user wrote.

    Args:
        eps: An exact number in the target's units, or a share such as ``"2%"`` of the
            certified range of the target's outputs over the box. That range is its
            proved upper end, `OutputRange.bound`, and the product is rounded down to 12
            digits.
        kernels: The target's kernels, layer by layer, ``(c_out, c_in, d, d)``.
        input_bound: B > 0; inputs range over [-B, B].

    Raises:
        InvalidParameterError: If it is neither, or the outputs are all 0 and have no
            share.

    Rigor:
        Exact; a share is never rounded up.
    """
    box = read_input_bound(input_bound)
    text = eps.strip() if isinstance(eps, str) else ""
    if not text.endswith("%"):
        return exact_number(eps, "eps")
    share = exact_number(text[:-1], "eps") / 100
    largest = box * output_bound(kernels)
    if share <= 0 or largest == 0:
        raise InvalidParameterError(
            f"eps={shown(eps)} of a certified range of [0, {rough(largest)}]: a "
            "positive share of outputs that are not all 0 is required "
            "(thm:structured-slth). Give an absolute eps, such as 0.01."
        )
    return exact_number(directed_decimal(share * largest, _DIGITS, up=False), "eps")


def read_input_bound(value: ExactNumber) -> Fraction:
    """B > 0, where inputs range over [-B, B].

    Raises:
        InvalidParameterError: If it is no positive exact number.
    """
    bound = exact_number(value, "input_bound")
    if bound <= 0:
        raise InvalidParameterError(
            f"input_bound={shown(value)}: inputs range over [-B, B] for a B > 0 "
            "(thm:structured-slth has B = 1). Give the largest modulus of an input."
        )
    return bound
