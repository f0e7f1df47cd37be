"""How large an exact number would be, estimated before anything is computed.

SymPy computes powers, factorials and binomial coefficients of integers at once, however
long they are. Here their length follows from logarithms, so that what would take too
long is refused in words, with the value that asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.limits import EXACT_BITS, MAGNITUDE_BITS, SUM_BITS

#: More than any limit: the size of what has no useful estimate.
_BEYOND = 1 << 100_000

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
    return function(*parts)


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
            binary digits, sums and products ``SUM_BITS``, or a constant is beyond
            the exponential of ``2^MAGNITUDE_BITS``.
    """
    if length(function, parts) > _limit(function) or _towering(function, parts):
        raise TooLargeError(_message(function, parts, node, values))


def _limit(function: Any) -> int:
    return SUM_BITS if function in (sp.Add, sp.Mul) else EXACT_BITS


def length(function: Any, parts: Sequence[Any]) -> int:
    """About how many binary digits the exact numbers in ``function(*parts)`` have.

    Returns:
        An upper estimate, to within a small factor; 0 where SymPy computes nothing.
    """
    rule = _LENGTHS.get(function)
    if rule is None or not all(isinstance(part, sp.Basic) for part in parts):
        return 0
    return int(rule(*parts))


def digits(node: Any) -> int:
    """Binary digits of the numbers that multiply or divide in a product of powers."""
    if node.is_Rational:
        return max(abs(int(node.p)) - 1, int(node.q) - 1).bit_length()
    if node.is_Mul:
        return sum(map(digits, node.args))
    if node.is_Pow:
        return _power(node.base, node.exp)
    return 0


def _power(base: Any, exponent: Any) -> int:
    return _exponential(exponent, digits(base))


def _exponential(exponent: Any, base: int = 0) -> int:
    """Digits of a power, of ``exp(n log(2))`` too, which SymPy writes as ``2^n``.

    Args:
        exponent: What the base is raised to.
        base: Digits of the base.
    """
    if exponent.is_Add:
        return sum(_exponential(term, base) for term in exponent.args)
    factor, rest = exponent.as_coeff_Mul()
    size = base
    for part in sp.Mul.make_args(rest):
        if isinstance(part, sp.log):
            size += digits(part.args[0])
        elif part.is_Add:
            size += _exponential(part, base)
    return _times(size, factor)


def _times(size: int, factor: Any) -> int:
    return size * -(-abs(int(factor.p)) // int(factor.q))


def _sum(*terms: Any) -> int:
    """Of a sum: its denominators may all differ."""
    numbers = [term.as_coeff_Mul()[0] for term in terms if term.is_number]
    rational = [number for number in numbers if number.is_Rational]
    below = {int(number.q) for number in rational}
    longest = max((int(number.p).bit_length() for number in rational), default=0)
    return sum((size - 1).bit_length() for size in below) + longest


def _product(*factors: Any) -> int:
    return sum(map(digits, factors))


def _factorial(n: Any) -> int:
    if not n.is_Rational or n.q > 2 or n < 0:
        return 0
    whole = int(n)
    return whole * whole.bit_length()


def _gamma(x: Any) -> int:
    return _factorial(abs(x)) if x.is_Rational else 0


def _binomial(n: Any, k: Any) -> int:
    if not (n.is_Rational and k.is_Integer):
        return 0
    chosen, top = abs(int(k)), abs(int(n))
    if n.is_Integer and n >= 0:
        if not 0 <= k <= n:
            return 0
        chosen = min(chosen, top - chosen)
        return chosen * (3 * top // max(chosen, 1)).bit_length()
    return chosen * (digits(n) + chosen.bit_length())


def _harmonic(n: Any, *order: Any) -> int:
    """Digits of ``1 + 1/2 + ... + 1/n``, which SymPy adds up."""
    times = order[0] if order and order[0].is_Integer else 1
    return 3 * abs(int(n)) * max(1, abs(int(times))) if n.is_Integer else 0


_LENGTHS: dict[Any, Callable[..., int]] = {
    sp.Pow: _power,
    sp.exp: _exponential,
    sp.Mul: _product,
    sp.Add: _sum,
    sp.factorial: _factorial,
    sp.gamma: _gamma,
    sp.loggamma: _gamma,
    sp.binomial: _binomial,
    sp.harmonic: _harmonic,
    sp.polygamma: lambda order, x: _harmonic(x, order),
}


def _towering(function: Any, parts: Sequence[Any]) -> bool:
    """Whether an exponential of numbers is beyond all numerical evaluation."""
    if function is sp.exp:
        exponent = parts[0]
    elif function is sp.Pow:
        exponent = parts[1]
    else:
        return False
    return bool(exponent.is_number) and magnitude(exponent) > MAGNITUDE_BITS


def magnitude(number: Any) -> int:
    """An upper estimate of the binary logarithm of a constant's modulus."""
    if number.is_Rational:
        return max(1, abs(int(number.p)).bit_length() - int(number.q).bit_length() + 1)
    if number.is_Add:
        return max(map(magnitude, number.args)) + len(number.args)
    if number.is_Mul:
        return sum(map(magnitude, number.args))
    if isinstance(number, (sp.exp, sp.Pow)):
        base, exponent = number.as_base_exp()
        size = magnitude(exponent)
        if size > MAGNITUDE_BITS:
            return _BEYOND
        return (1 << size) * (2 if base is sp.E else magnitude(base))
    return max((magnitude(part) for part in number.args), default=2)


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
    if size <= limit:
        about = "a modulus beyond all evaluation"
    room = " or ".join(f"{name} up to {most:,}" for name, _, most in given if most)
    return (
        f"{shown}: {formula} is an exact number of {about} there, and at most "
        f"{limit:,} (slth_verify.limits."
        f"{'EXACT_BITS' if limit == EXACT_BITS else 'SUM_BITS'}) were required (any "
        f"statement). Choose {room or 'smaller values'}."
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
