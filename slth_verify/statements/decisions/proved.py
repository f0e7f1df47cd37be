"""Rounding, least and greatest, decided by proof instead of numerical evaluation.

SymPy settles ``ceiling(3*log(100))`` or ``Min(1, x)`` for constants by floating-point
evaluation. The functions here stay symbolic until an enclosure proves the answer.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from slth_verify.statements.decisions.decide import decide, enclosed, sign_of
from slth_verify.verdict import Verdict


def exact_ceiling(constant: Any) -> Any:
    """The least integer that is at least a real constant, or None when it stays open.

    Args:
        constant: Exact constant SymPy expression.

    Rigor:
        Exact: an integer is returned only when both inequalities are proved.
    """
    if constant.is_Rational:
        return sp.Integer(-((-int(constant.p)) // int(constant.q)))
    bits = 64
    while bits <= 2048:
        value = enclosed(constant, bits)
        if value is not None and value.width < 1:
            low, high = value.lower.__ceil__(), value.upper.__ceil__()
            if low == high:
                return sp.Integer(low)
            # the integer ``low`` lies in between, and the constant may be equal to it
            if decide(constant, "<=", sp.Integer(low)) is Verdict.VERIFIED:
                return sp.Integer(low)
        bits *= 2
    return None


class Drawn(sp.Function):  # type: ignore[misc, unused-ignore]
    """Mixin: printed as the SymPy function that it stands for."""

    stands_for: Any = None

    def _plain(self) -> Any:
        return type(self).stands_for(*self.args, evaluate=False)

    def _pretty(self, printer: Any) -> Any:
        return printer._print(self._plain())

    _sympystr = _mathml_presentation = _pretty

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        """LaTeX; SymPy hands over the exponent of a power already typeset."""
        drawn = str(printer._print(self._plain()))
        return drawn if exp is None else rf"{drawn}^{{{exp}}}"


class Ceil(Drawn, sp.ceiling):  # type: ignore[misc, unused-ignore]
    """``ceiling`` whose value at a constant is proved; it stays symbolic otherwise."""

    stands_for = sp.ceiling

    @classmethod
    def eval(cls, arg: Any) -> Any:
        """An integer where it is proved, the argument where it is an integer."""
        if arg.is_integer:
            return arg
        return None if arg.free_symbols else exact_ceiling(arg)


class Floor(Drawn, sp.floor):  # type: ignore[misc, unused-ignore]
    """``floor`` whose value at a constant is proved; it stays symbolic otherwise."""

    stands_for = sp.floor

    @classmethod
    def eval(cls, arg: Any) -> Any:
        """An integer where it is proved, the argument where it is an integer."""
        if arg.is_integer:
            return arg
        above = None if arg.free_symbols else exact_ceiling(-arg)
        return None if above is None else -above


class Extreme(Drawn):  # type: ignore[misc, unused-ignore]
    """Base of `Least` and `Greatest`, functions of two real arguments."""

    nargs = 2
    keeps = 0

    @classmethod
    def eval(cls, first: Any, second: Any) -> Any:
        """One of the two arguments where the order is proved, else None."""
        if first == second:
            return first
        if first.free_symbols or second.free_symbols:
            return None
        sign = sign_of(first - second)
        if sign is None:
            return None
        return first if sign * cls.keeps >= 0 else second

    def _eval_is_extended_real(self) -> bool | None:
        return True if all(part.is_extended_real for part in self.args) else None

    def _eval_is_positive(self) -> bool | None:
        return True if all(part.is_positive for part in self.args) else None


class Least(Extreme):
    """The smaller of two numbers."""

    keeps = -1
    stands_for = sp.Min


class Greatest(Extreme):
    """The larger of two numbers."""

    keeps = 1
    stands_for = sp.Max
