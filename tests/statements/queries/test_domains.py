"""Values are of the kind that their symbol stands for, in every statement."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from sympy.core.function import UndefinedFunction

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import Statement, Variable, statement, statements
from slth_verify.statements.queries import bound as bound_module
from slth_verify.statements.queries.domains import ENTRY_DOMAINS
from slth_verify.statements.vocabulary import NamedSet, Norm

RSS = statement("thm:rss")
INTEGERS = (sp.S.Naturals, sp.S.Naturals0, sp.S.Integers)
t = sp.Symbol("t", positive=True)
y = sp.Symbol("y", real=True)
whole = sp.Symbol("w", integer=True)

#: What is no real number, nor an expression that is known to be real.
NOT_REAL: list[Any] = [
    sp.I,
    1 + sp.I,
    sp.I * y,
    sp.exp(sp.I * t),
    sp.log(-2),
    sp.sqrt(sp.sqrt(2) - sp.sqrt(3)),
    sp.Rational(-1) ** sp.Rational(1, 3),
    sp.asin(2),
    sp.Symbol("z"),
    sp.Symbol("z", complex=True),
    sp.Symbol("z", imaginary=True),
    sp.Symbol("z", commutative=False),
    sp.Function("g")(y),
    sp.nan,
    sp.oo,
    -sp.oo,
    sp.zoo,
    sp.Float("0.1"),
    sp.true,
    sp.Interval(0, 1),
    sp.Lambda(y, y),
    sp.Matrix([1]),
    Norm(sp.Symbol("X"), 2),
    1j,
    float("nan"),
    float("inf"),
    "I",
    "nan",
    "1/0",
    "eps",
    None,
    True,
    [1],
    object(),
]
#: What is real, but is not known to be an integer.
NOT_WHOLE: list[Any] = [
    y,
    t,
    whole / 2,
    sp.sqrt(whole),
    2**y,
    Fraction(1, 2),
    "3/2",
    2.5,
    sp.pi,
    sp.Rational(7, 3),
    sp.sqrt(2),
]


def scalars(s: Statement) -> list[Variable]:
    return [
        variable
        for variable in s.symbols
        if isinstance(variable.symbol, sp.Symbol)
        and not isinstance(variable.domain, NamedSet)
    ]


def outside(domain: Any) -> list[Any]:
    """Numbers and signed symbols outside a domain."""
    if domain in INTEGERS:
        low = {sp.S.Naturals: 0, sp.S.Naturals0: -1}[domain]
        negative = sp.Symbol("v", integer=True, negative=True)
        return [low, -(10**30), negative, -2 - sp.Abs(whole)]
    if isinstance(domain, sp.Interval):
        low = [domain.start] if domain.left_open else []
        low += [
            domain.start - 1,
            domain.start - sp.Rational(1, 10**6),
            -t + domain.start,
        ]
        high = [domain.end + 1, domain.end + t] if domain.end.is_finite else []
        return low + high
    return []


def refuses(s: Statement, variable: Variable, value: Any) -> bool:
    """Whether a query refuses the value by name, hypotheses aside."""
    try:
        bound_module.read_values(s, {variable.name: value})
    except InvalidParameterError as error:
        return variable.name in str(error)
    return False


ALL = [pytest.param(s, id=s.id) for s in statements()]


@pytest.mark.parametrize("s", ALL)
def test_what_is_not_real_is_refused_everywhere(s: Statement) -> None:
    for variable in scalars(s):
        for value in NOT_REAL:
            assert refuses(s, variable, value), (variable.name, value)


@pytest.mark.parametrize("s", ALL)
def test_integers_and_ranges_are_enforced_everywhere(s: Statement) -> None:
    for variable in scalars(s):
        bad = outside(variable.domain)
        if variable.domain in INTEGERS:
            bad += NOT_WHOLE
        for value in bad:
            assert refuses(s, variable, value), (variable.name, value)


@pytest.mark.parametrize("s", ALL)
def test_what_belongs_is_admitted_everywhere(s: Statement) -> None:
    for variable in scalars(s):
        good = [1, "1", sp.Symbol("q", integer=True, positive=True), variable.symbol]
        if variable.domain in INTEGERS:
            good += [7, 2.0, sp.log(8) / sp.log(2), sp.ceiling(y), whole**2 + 1]
        elif not isinstance(variable.domain, sp.Interval):
            good += [sp.pi, -3, y, t, whole / 2, sp.log(1 / y), "1e-6"]
        for value in good:
            assert not refuses(s, variable, value), (variable.name, value)


@pytest.mark.parametrize("s", ALL)
def test_symbols_and_domains_are_of_one_kind(s: Statement) -> None:
    for variable in scalars(s):
        assert variable.symbol.is_real
        assert bool(variable.symbol.is_integer) == (variable.domain in INTEGERS)


@pytest.mark.parametrize("s", ALL)
def test_objects_take_names_and_functions_take_functions(s: Statement) -> None:
    for variable in s.symbols:
        if isinstance(variable.symbol, UndefinedFunction):
            assert refuses(s, variable, 3)
            assert refuses(s, variable, sp.Lambda(y, sp.I * y))
            assert not refuses(s, variable, sp.Lambda(y, y**2))
        elif isinstance(variable.symbol, sp.IndexedBase):
            for value in ([[1, sp.I]], [1, "x"], sp.I, "x", [], [[1], [1, 2]]):
                assert refuses(s, variable, value), value
            assert not refuses(s, variable, [0, 1])
            assert not refuses(s, variable, sp.IndexedBase("Q"))
        elif isinstance(variable.domain, NamedSet):
            assert refuses(s, variable, 3)
            assert not refuses(s, variable, sp.Symbol("other"))


def test_entries_lie_where_the_domain_says() -> None:
    many = statement("der:accumulation")
    with pytest.raises(InvalidParameterError, match="L=-1"):
        many.bound("product", depth=2, L=[1, -1], E=1)
    borell = statement("der:multiset-borell")
    assert refuses(borell, borell.variable("q"), [0, "3/2"])
    assert refuses(borell, borell.variable("I"), ["1/2"])
    words = {
        str(v.domain).split()[0]
        for s in statements()
        for v in s.symbols
        if isinstance(v.symbol, sp.IndexedBase)
    }
    assert ENTRY_DOMAINS.keys() <= words


def test_complex_values_have_no_answer() -> None:
    with pytest.raises(InvalidParameterError, match="eps=I is not real"):
        RSS.bound(eps=sp.I)
    with pytest.raises(InvalidParameterError, match="declare it real=True"):
        RSS.bound(eps=sp.Symbol("x"))
    for ask in (
        lambda: RSS.solve_for("n", eps=sp.I),
        lambda: RSS.growth("n", "eps", C=sp.I),
        lambda: RSS.check_hypotheses(eps=sp.I),
        lambda: RSS.compare(RSS, eps=sp.I),
        lambda: RSS.compare(RSS, over=("eps", sp.I, "1/4"), C=2),
        lambda: RSS.bound(eps=sp.I, check=False),
    ):
        with pytest.raises(InvalidParameterError):
            ask()


def test_assumptions_meet_the_hypotheses() -> None:
    with pytest.raises(InvalidParameterError, match="eps > 0 does not hold"):
        RSS.bound(eps=-t)
    with pytest.raises(InvalidParameterError, match="eps < 1/3 does not hold"):
        RSS.bound(eps=1 + t)


def test_an_earlier_answer_is_a_value() -> None:
    hit = statement("der:worst-target").bound("lower", k=4, m=1, eps="1/10", r=0)
    assert hit.has(sp.Integral)
    assert not refuses(statement("der:net"), statement("der:net").variable("q"), hit)
    size = statement("thm:mrss-nsn").solve_for("k")
    assert not refuses(RSS, RSS.variable("n"), size)


def substitution_without_domains(s: Statement, values: dict[str, Any]) -> Any:
    """A lie: values as they come."""
    return {s.variable(name).symbol: sp.sympify(v) for name, v in values.items()}


def test_lie_values_as_they_come_are_noticed(monkeypatch) -> None:
    eps = RSS.variable("eps")
    assert refuses(RSS, eps, sp.I)
    monkeypatch.setattr(bound_module, "read_values", substitution_without_domains)
    assert not refuses(RSS, eps, sp.I)
