"""What would be too large is refused in words, with the value that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.limits import EXACT_BITS, MAGNITUDE_BITS, ROOT_BITS, SUM_BITS
from slth_verify.statements.formulas.sizes import digits, length, magnitude, root_length

#: How much of a number a message repeats.
_SHOWN = 60


class TooLargeError(InvalidParameterError):
    """An exact number, or a formula, would be too large to be computed."""


def made(function: Any, *parts: Any) -> Any:
    """``function(*parts)``, where the exact numbers in it stay short enough.

    Raises:
        TooLargeError: If they do not.
    """
    refuse_large(function, parts)
    return built(function, parts)


def built(function: Any, parts: Sequence[Any]) -> Any:
    """``function(*parts)``, where SymPy can do it.

    Raises:
        TooLargeError: If it fails to look for factors of a long number under a root.
    """
    try:
        return function(*parts)
    except (OverflowError, ValueError) as error:
        if function is not sp.Pow:
            raise
        raise TooLargeError(
            f"{function.__name__} of {', '.join(map(shortened, parts))}: numbers of at "
            "most 1,000 binary digits under a root were required (any statement). "
            "Choose values closer to 1."
        ) from error


def refuse_large(
    function: Any,
    parts: Sequence[Any],
    node: Any = None,
    values: Mapping[Any, Any] = {},
) -> None:
    """Refuse an operation whose exact result would be too long.

    Args:
        function: SymPy class of the operation.
        parts: Its arguments.
        node: The formula before values were put in, for the message.
        values: What was put in, by symbol.

    Raises:
        TooLargeError: If the result needs more than `slth_verify.limits.EXACT_BITS`
            binary digits, sums and products ``SUM_BITS``, what a root is written with
            ``ROOT_BITS``, or a constant is beyond the exponential of
            ``2^MAGNITUDE_BITS``.
    """
    if length(function, parts) > _limit(function) or _towering(function, parts):
        raise TooLargeError(_message(function, parts, node, values))


def _limit(function: Any) -> int:
    return SUM_BITS if function in (sp.Add, sp.Mul) else EXACT_BITS


def _towering(function: Any, parts: Sequence[Any]) -> bool:
    """Whether an exponential of numbers is beyond all numerical evaluation."""
    if function is sp.exp:
        exponent = parts[0]
    elif function is sp.Pow:
        exponent = parts[1]
    else:
        return False
    return bool(exponent.is_number) and magnitude(exponent) > MAGNITUDE_BITS


_NAMES = {EXACT_BITS: "EXACT_BITS", SUM_BITS: "SUM_BITS", ROOT_BITS: "ROOT_BITS"}


def _message(
    function: Any, parts: Sequence[Any], node: Any, values: Mapping[Any, Any]
) -> str:
    """What is too large, in words: the value, the formula, and how large it may be."""
    formula = shortened(node) if node is not None else function.__name__
    given = _to_blame(function, parts, node, values)
    shown = ", ".join(f"{name}={value}" for name, value, _ in given) or "these values"
    size = length(function, parts)
    about = (
        f"about 2^{size.bit_length() - 1}" if size > 10**12 else f"about {size:,}"
    ) + " binary digits"
    limit = _limit(function)
    is_of = "an exact number of"
    room = " or ".join(f"{name} up to {most:,}" for name, _, most in given if most)
    if function is sp.Pow and ROOT_BITS < size == root_length(*parts):
        # no size is the largest: what is needed depends on factors
        is_of, limit, room = "written by way of a number of", ROOT_BITS, ""
    elif size <= limit:
        about = "a modulus beyond all evaluation"
    return (
        f"{shown}: {formula} is {is_of} {about} there, and at most {limit:,} "
        f"(slth_verify.limits.{_NAMES[limit]}) were required (any statement). "
        f"Choose {room or 'smaller values'}."
    )


def _to_blame(
    function: Any, parts: Sequence[Any], node: Any, values: Mapping[Any, Any]
) -> list[tuple[str, str, int]]:
    """The arguments without which it would be short: formula, value, and the most."""
    if node is None or len(node.args) != len(parts):
        return []
    found = []
    for place, (before, after) in enumerate(zip(node.args, parts, strict=True)):
        used = [symbol for symbol in before.free_symbols if symbol in values]
        if not used or not after.is_number:
            continue

        def fits(size: int, place: int = place) -> bool:
            tried = [*parts[:place], sp.Integer(size), *parts[place + 1 :]]
            return length(function, tried) <= _limit(function)

        if not after.is_Integer or after <= 1 or not fits(1):
            continue
        found.append((shortened(before), shortened(after), _most(fits)))
    if found:
        return found[-1:] if function in (sp.Pow, sp.exp) else found
    names = sorted((s for s in node.free_symbols if s in values), key=str)
    return [(str(name), shortened(values[name]), 0) for name in names]


def _most(fits: Callable[[int], bool]) -> int:
    """The largest size that fits, or 0 if that is beyond 2^64; it grows with it."""
    low = 0
    for bit in range(64, -1, -1):
        if fits(low + (1 << bit)):
            low += 1 << bit
    return low if low < 1 << 64 else 0


def shortened(value: Any) -> str:
    """An expression for a message, however long its numbers are."""
    if isinstance(value, sp.Rational) and digits(value) > 4 * _SHOWN:
        rough = Fraction(int(value.p), int(value.q))
        top, bottom = abs(rough.numerator), rough.denominator
        tens = (top.bit_length() - bottom.bit_length()) * 30103 // 100000
        if bottom == 1 and digits(value) < 14_000 and set(str(top)[1:]) == {"0"}:
            return f"{'-' * (rough < 0)}{str(top)[0]}e{len(str(top)) - 1}"
        return f"a number of about 1e{tens}"
    if isinstance(value, sp.Basic) and any(
        digits(number) > 14_000 for number in value.atoms(sp.Rational)
    ):
        return "an expression with long numbers"
    if isinstance(value, sp.Integral) or (
        isinstance(value, sp.Basic) and value.has(sp.Integral)
    ):
        return "an expression with an integral"  # SymPy sorts by numerical values
    written = str(value)
    return written if len(written) <= 4 * _SHOWN else f"{written[: 4 * _SHOWN]}..."
