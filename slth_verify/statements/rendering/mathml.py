"""Presentation MathML: indices, powers, sums and products as elements, never as text.

SymPy's printer writes a sum over several indices with the first one only, and knows
neither products nor case distinctions nor the words of `vocabulary`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from html.entities import html5
from typing import Any

import sympy as sp
from sympy.printing.conventions import split_super_sub
from sympy.printing.mathml import MathMLPresentationPrinter
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.pretty.pretty_symbology import greek_unicode

from slth_verify.statements.writing.symbols import UNICODE_LETTERS

_NAMED_ENTITY = re.compile(r"&(?!lt;|gt;|amp;|quot;)([A-Za-z]+;)")
_SUM, _PRODUCT = "\u2211", "\u220f"
_FUNCTIONS = {"gamma": "\u0393", "loggamma": "log\u0393", "digamma": "\u03c8"}
_STAR = "star"


def mathml(expression: Any) -> str:
    """Presentation MathML of an expression, without the outer ``math`` element."""
    source = str(_Printer().doprint(expression))
    # SymPy writes bare comparison signs and named entities, which are no XML
    source = source.replace("<mo><</mo>", "<mo>&lt;</mo>")
    source = source.replace("<mo>></mo>", "<mo>&gt;</mo>")
    return _NAMED_ENTITY.sub(lambda match: html5[match.group(1)], source)


def _call(name: str, fence: str = "()") -> Callable[[Any, Any], Any]:
    """A method that prints a node as a function of its arguments."""
    return lambda printer, node: printer._applied(name, *node.args, fence=fence)


class _Printer(MathMLPresentationPrinter):  # type: ignore[misc, unused-ignore]
    """SymPy's printer, with what it lacks; methods are found by the class printed."""

    def _element(self, tag: str, *parts: Any, **attributes: str) -> Any:
        """An element of parts: signs as text, expressions, or finished elements."""
        node = self.dom.createElement(tag)
        for name, value in attributes.items():
            node.setAttribute(name, value)
        for part in parts:
            if isinstance(part, str):
                part = self._leaf("mo", part)
            elif isinstance(part, sp.Basic):
                part = self._print(part)
            node.appendChild(part)
        return node

    def _leaf(self, tag: str, text: str) -> Any:
        node = self.dom.createElement(tag)
        node.appendChild(self.dom.createTextNode(escape(text, quote=False)))
        return node

    def _name(self, text: str) -> Any:
        return self._leaf("mi", text)

    def _row(self, *parts: Any) -> Any:
        return self._element("mrow", *parts)

    def _sub(self, base: Any, index: Any) -> Any:
        return self._element("msub", base, index)

    def _applied(self, name: str, *arguments: Any, fence: str = "()") -> Any:
        commas = [part for item in arguments for part in (",", item)][1:]
        return self._row(self._name(name), self._row(fence[0], *commas, fence[1]))

    # names

    def _indexed_name(self, name: str) -> Any:
        """A name such as ``c_in``, ``eps1`` or ``n_star`` with its indices."""
        base, above, below = split_super_sub(name)
        above = [*above, *("*" for part in below if part == _STAR)]
        below = [part for part in below if part != _STAR]
        node = self._name(_letter(base))
        lower = self._row(*(self._name(_letter(part)) for part in below))
        upper = self._row(
            *(self._leaf("mo" if part == "*" else "mi", part) for part in above)
        )
        if below and above:
            return self._element("msubsup", node, lower, upper)
        if below:
            return self._sub(node, lower)
        return self._element("msup", node, upper) if above else node

    def _print_Symbol(self, symbol: Any, style: str = "plain") -> Any:
        return self._indexed_name(symbol.name)

    _print_Dummy = _print_Symbol

    def _print_Function(self, expression: Any) -> Any:
        name = str(expression.func.__name__)
        if isinstance(expression, sp.core.function.AppliedUndef):
            head = self._indexed_name(name)
        else:
            head = self._name(_FUNCTIONS.get(name, name))
        return self._row(head, self._paren_comma_separated(*expression.args))

    def _print_Indexed(self, expression: Any) -> Any:
        indices = [part for item in expression.indices for part in (",", item)][1:]
        return self._sub(expression.base, self._row(*indices))

    # sums, products, cases

    def _large(self, sign: str, expression: Any) -> Any:
        """A large operator for each index, the outermost first."""
        signs = [
            self._element(
                "munderover", sign, self._row(variable, "=", low), self._print(high)
            )
            for variable, low, high in reversed(expression.limits)
        ]
        body = self.parenthesize(expression.function, PRECEDENCE["Mul"], strict=True)
        return self._row(*signs, body)

    def _print_Sum(self, expression: Any) -> Any:
        return self._large(_SUM, expression)

    def _print_Product(self, expression: Any) -> Any:
        return self._large(_PRODUCT, expression)

    def _print_Piecewise(self, expression: Any) -> Any:
        rows = [
            self._element(
                "mtr",
                self._element("mtd", value),
                self._element("mtd", *self._case(condition)),
            )
            for value, condition in expression.args
        ]
        return self._row("{", self._element("mtable", *rows, columnalign="left"))

    def _case(self, condition: Any) -> tuple[Any, ...]:
        if condition is sp.true:
            return (self._leaf("mtext", "otherwise"),)
        return (self._leaf("mtext", "if "), condition)

    # laws

    _print_Law = _call("law")
    _print_UniformLaw = _call("Unif", "[]")
    _print_NormalLaw = _call("N")
    _print_BetaLaw = _call("Beta")
    _print_Expectation = _call("E", "[]")
    _print_Prob = _call("P", "[]")

    def _print_Iid(self, node: Any) -> Any:
        law, count = node.args
        grouped = count if count.is_Atom else self._row("(", count, ")")
        return self._element("msup", law, self._row("\u2297", grouped))

    def _print_StandardNormalVector(self, node: Any) -> Any:
        unit = self._sub(self._name("I"), node.args[0])
        return self._applied("N", sp.Integer(0), unit)

    def _print_NsnLaw(self, node: Any) -> Any:
        return self._sub(self._name("NSN"), node.args[0])

    def _print_ChiSquaredLaw(self, node: Any) -> Any:
        chi = self._name("\u03c7")
        return self._element("msubsup", chi, node.args[0], self._leaf("mn", "2"))

    # vectors and sets

    def _norm(self, inside: Any, order: Any) -> Any:
        return self._sub(self._row("\u2016", inside, "\u2016"), order)

    def _print_Norm(self, node: Any) -> Any:
        return self._norm(*node.args)

    def _print_Convolution(self, node: Any) -> Any:
        return self._row(node.args[0], "*", node.args[1])

    def _print_SubsetSum(self, node: Any) -> Any:
        sample, subset = node.args
        index = self._row(self._name("i"), "\u2208", subset)
        sign = self._element("munder", _SUM, index)
        return self._row(sign, self._sub(sample, self._name("i")))

    def _print_Subsets(self, node: Any) -> Any:
        ground = self._row("[", node.args[0], "]")
        if len(node.args) == 1:
            return self._element("msup", self._leaf("mn", "2"), ground)
        choice = self._element("mfrac", ground, node.args[1], linethickness="0")
        return self._row("(", choice, ")")

    def _print_IndexRange(self, node: Any) -> Any:
        one, dots = self._leaf("mn", "1"), self._leaf("mi", "\u2026")
        return self._row("{", one, ",", dots, ",", node.args[0], "}")

    def _print_NamedSet(self, node: Any) -> Any:
        return self._leaf("mtext", node.args[0].name)

    def _print_Ball(self, node: Any) -> Any:
        m, p, r = node.args
        space = self._element("msup", self._name("\u211d"), m)
        if r is sp.oo:
            return space
        x = self._row(self._name("x"), "\u2208", space)
        norm = self._norm(self._name("x"), p)
        return self._row("{", x, ":", norm, "\u2264", r, "}")

    # events

    def _quantified(self, sign: str, node: Any) -> Any:
        variable, domain, body = node.args
        head = self._row(sign, variable, "\u2208", domain)
        return self._row(head, ":", body)

    def _print_ForAll(self, node: Any) -> Any:
        return self._quantified("\u2200", node)

    def _print_Exists(self, node: Any) -> Any:
        return self._quantified("\u2203", node)

    def _print_Count(self, node: Any) -> Any:
        variable, domain, condition = node.args
        head = self._row(variable, "\u2208", domain)
        return self._row("#", "{", head, ":", condition, "}")


def _letter(name: str) -> str:
    """One part of a name, as mathematics writes it."""
    return str(UNICODE_LETTERS.get(name) or greek_unicode.get(name) or name)
