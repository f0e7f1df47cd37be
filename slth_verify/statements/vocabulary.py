"""The words of the statements that SymPy lacks: laws, events, quantifiers, norms.

They are inert: nothing evaluates them. They let a hypothesis such as "the sample is
i.i.d. uniform" and a conclusion such as "for all z some S ..." be symbolic objects with
free symbols, instead of English.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.logic.boolalg import Boolean

from slth_verify.statements.decisions.substitution import substitute
from slth_verify.statements.formulas.binding import Binder


class Inert(sp.Expr):  # type: ignore[misc, unused-ignore]
    """An unevaluated expression; subclasses give its LaTeX template."""

    is_commutative = True
    template = ""
    words = ""

    def __new__(cls, *args: Any) -> Any:
        """Of parts that SymPy can read."""
        return sp.Expr.__new__(cls, *(sp.sympify(part) for part in args))

    def _latex(self, printer: Any, *args: Any) -> str:
        return self.template.format(*(printer._print(part) for part in self.args))

    def _sympystr(self, printer: Any) -> str:
        return self.words.format(*(printer._print(part) for part in self.args))


class Law(Inert):
    """The law (distribution) of a random variable."""

    template = r"\mathcal{{L}}\left({}\right)"
    words = "law({})"


class Iid(Inert):
    """The law of that many independent copies: ``Iid(law, count)``."""

    words = "{}^⊗({})"

    def _latex(self, printer: Any, *args: Any) -> str:
        law, count = (printer._print(part) for part in self.args)
        grouped = count if self.args[1].is_Atom else rf"\left({count}\right)"
        return rf"{law}^{{\otimes {grouped}}}"


class UniformLaw(Inert):
    """Uniform law on an interval: ``UniformLaw(low, high)``."""

    template = r"\mathrm{{Unif}}\left[{}, {}\right]"
    words = "Unif[{}, {}]"


class NormalLaw(Inert):
    """Normal law: ``NormalLaw(mean, variance)``."""

    template = r"\mathcal{{N}}\left({}, {}\right)"
    words = "N({}, {})"


class StandardNormalVector(Inert):
    """Law of ``m`` i.i.d. standard normals."""

    template = r"\mathcal{{N}}\left(0, I_{{{}}}\right)"
    words = "N(0, I_{})"


class NsnLaw(Inert):
    """Law of a normally-scaled normal vector of dimension ``m`` (def:nsn)."""

    template = r"\mathrm{{NSN}}_{{{}}}"
    words = "NSN_{}"


class ChiSquaredLaw(Inert):
    """Chi-squared law: ``ChiSquaredLaw(degrees)``."""

    template = r"\chi^2_{{{}}}"
    words = "χ²_{}"


class BetaLaw(Inert):
    """Beta law: ``BetaLaw(a, b)``."""

    template = r"\mathrm{{Beta}}\left({}, {}\right)"
    words = "Beta({}, {})"


class Expectation(Inert):
    """Expectation of an expression in declared random variables."""

    template = r"\mathbb{{E}}\left[{}\right]"
    words = "E[{}]"


class Norm(Inert):
    """``Norm(x, p)``: the p-norm of the entries of an array; ``p`` may be ``oo``."""

    template = r"\left\|{}\right\|_{{{}}}"
    words = "‖{}‖_{}"


class Convolution(Inert):
    """``Convolution(K, x)``: the convolution of a kernel with an array."""

    template = r"{} * {}"
    words = "{} * {}"


class SubsetSum(Inert):
    """``SubsetSum(X, S)``: the sum of ``X_i`` over ``i`` in ``S``."""

    template = r"\sum_{{i \in {1}}} {0}_i"
    words = "Σ_{{i∈{1}}} {0}_i"


class Prob(Inert):
    """Probability of an event: ``Prob(event)``."""

    template = r"\mathbb{{P}}\left[{}\right]"
    words = "P[{}]"


class InertSet(sp.Set):  # type: ignore[misc, unused-ignore]
    """A set about which SymPy is asked nothing; ``words`` is its terminal text."""

    is_iterable = False

    def __new__(cls, *args: Any) -> Any:
        """Of parts that SymPy can read."""
        return sp.Basic.__new__(cls, *(sp.sympify(part) for part in args))

    def _contains(self, other: Any) -> None:
        return None

    def _sympystr(self, printer: Any) -> str:
        return str(self.words.format(*(printer._print(part) for part in self.args)))


class Subsets(InertSet):
    """All subsets of ``{1..n}``, or those of size ``k``: ``Subsets(n[, k])``."""

    @property
    def words(self) -> str:
        """Template of the terminal text."""
        return "subsets of [{}]" + (" of size {}" if len(self.args) == 2 else "")

    def _latex(self, printer: Any, *args: Any) -> str:
        n, *size = (printer._print(part) for part in self.args)
        return rf"\binom{{[{n}]}}{{{size[0]}}}" if size else rf"2^{{[{n}]}}"


class IndexRange(InertSet):
    """The indices ``{1, ..., K}``: ``IndexRange(K)``."""

    words = "[{}]"

    def _latex(self, printer: Any, *args: Any) -> str:
        return rf"\{{1, \ldots, {printer._print(self.args[0])}\}}"


class NamedSet(InertSet):
    """A set that is only named, such as the space of kernels: ``NamedSet(text)``."""

    def __new__(cls, text: Any) -> Any:
        """Of its name, in words."""
        return sp.Basic.__new__(cls, sp.Symbol(str(text)))

    @property
    def free_symbols(self) -> Any:
        """None: the argument is a name."""
        return set()

    def _latex(self, printer: Any, *args: Any) -> str:
        return rf"\text{{{self.args[0].name}}}"

    def _sympystr(self, printer: Any) -> str:
        return str(self.args[0].name)


class Ball(InertSet):
    """``Ball(m, p, r)``: the vectors of R^m with p-norm at most ``r``."""

    @property
    def words(self) -> str:
        """Template of the terminal text; infinite ``r`` is the whole space."""
        return "R^{0}" if self.args[2] is sp.oo else "{{x ∈ R^{0}: ‖x‖_{1} ≤ {2}}}"

    def _latex(self, printer: Any, *args: Any) -> str:
        m, p, r = (printer._print(part) for part in self.args)
        if self.args[2] is sp.oo:
            return rf"\mathbb{{R}}^{{{m}}}"
        return rf"\{{x \in \mathbb{{R}}^{{{m}}} : \|x\|_{{{p}}} \le {r}\}}"


class Quantified(Binder, Boolean):  # type: ignore[misc, unused-ignore]
    """``variable`` ranges over ``domain`` in ``body``; it is bound, not free."""

    word = ""
    latex_word = ""

    def __new__(cls, variable: Any, domain: Any, body: Any) -> Any:
        """Of what is bound, where it lies, and what is said of it."""
        return sp.Basic.__new__(cls, variable, domain, sp.sympify(body))

    def _eval_subs(self, old: Any, new: Any) -> Any:
        return _without_capture(self, old, new)

    def _latex(self, printer: Any, *args: Any) -> str:
        variable, domain, body = (printer._print(part) for part in self.args)
        return rf"{self.latex_word} {variable} \in {domain} :\; {body}"

    def _sympystr(self, printer: Any) -> str:
        return self.word.format(*(printer._print(part) for part in self.args))


class ForAll(Quantified):
    """For every ``variable`` in ``domain``: ``body``."""

    word = "∀{} ∈ {}: {}"
    latex_word = r"\forall"


class Exists(Quantified):
    """For some ``variable`` in ``domain``: ``body``."""

    word = "∃{} ∈ {}: {}"
    latex_word = r"\exists"


def is_inert(expression: Any) -> bool:
    """Whether a relation speaks of laws, norms or events, not of plain numbers."""
    return bool(expression.has(Inert, Quantified, NamedSet, Subsets, sp.Indexed))


class Count(Binder, Inert):
    """``Count(variable, domain, condition)``: how many elements satisfy it."""

    template = r"\#\left\{{{} \in {} : {}\right\}}"
    words = "#{{{} ∈ {}: {}}}"

    def _eval_subs(self, old: Any, new: Any) -> Any:
        return _without_capture(self, old, new)


def _without_capture(node: Any, old: Any, new: Any) -> Any:
    """SymPy's ``subs`` in a node that binds a variable."""
    return substitute(node, {old: new}) if old.is_Symbol else None
