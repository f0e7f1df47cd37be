"""How large an exact number would be, estimated before anything is computed.

SymPy computes powers, factorials and binomial coefficients of integers at once, however
long they are. Here their length follows from logarithms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from slth_verify.limits import MAGNITUDE_BITS, ROOT_BITS

#: More than any limit: the size of what has no useful estimate.
_BEYOND = 1 << 100_000

#: Binary digits of a number whose factors are looked for.
_FACTORED = 64


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
    return max(_exponential(exponent, digits(base)), root_length(base, exponent))


def root_length(base: Any, exponent: Any) -> int:
    """Digits on the way to a root of a rational number; 0 where there are few.

    SymPy writes ``b^(p/q)`` with powers of factors of ``b`` whose exponents are below
    ``q``, and so it does with ``b^(-p/q)``, by way of ``b^((q-p)/q)``.
    """
    factor = base.as_coeff_Mul()[0]
    if not factor.is_Rational or not exponent.is_Rational or exponent.is_Integer:
        return 0
    above = int(exponent.p) % int(exponent.q)
    if exponent < 0 or factor.q > 1:
        above = max(above, int(exponent.q) - above)
    size = digits(factor) * above
    return size if size > ROOT_BITS and _has_several_primes(factor) else 0


def _has_several_primes(factor: Any) -> bool:
    """Whether a numerator or denominator is no power of one prime; True if too long."""
    parts = {abs(int(factor.p)), int(factor.q)} - {1}
    return any(
        part.bit_length() > _FACTORED or len(sp.factorint(part)) != 1 for part in parts
    )


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
