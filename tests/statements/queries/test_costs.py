"""Every query ends soon, or refuses in words: its cost is bounded beforehand."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sympy as sp
from symbolic_answers.asked import numbers_for

import slth_verify.statements
from slth_verify import limits
from slth_verify.errors import InvalidParameterError
from slth_verify.statements import statement, statements
from slth_verify.statements.formulas import algebra
from slth_verify.statements.formulas.refusals import TooLargeError
from slth_verify.statements.formulas.sizes import length
from slth_verify.statements.queries import compare, signs
from slth_verify.statements.queries.isolate import MOST_CELLS, Piece, sign_pieces
from slth_verify.statements.queries.signs import Signs

HUGE = ("1e9", "1e30", "1e400", "1e-400")
x, y = sp.symbols("x y", positive=True)

# -- what is watched: the size of everything that SymPy is asked to do ---------------

#: SymPy's rules, and the limit on the parts of what they may be asked about.
RULES = ("expand", "factor", "together", "cancel", "simplify", "powsimp", "expand_log")


AFFORDABLE = algebra.affordable


class Overrun(Exception):
    """More was asked of SymPy than any limit allows."""


def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop before a rule is tried, or an exact number computed, that is too large."""

    def guard(function: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(expression: Any, *rest: Any, **hints: Any) -> Any:
            if not AFFORDABLE(expression):
                raise Overrun(f"{function.__name__} of {expression}")
            return function(expression, *rest, **hints)

        return guarded

    for name in RULES:
        monkeypatch.setattr(sp, name, guard(getattr(sp, name)))
    for kind in (sp.Rational, sp.Integer):
        monkeypatch.setattr(kind, "_eval_power", short_power(kind._eval_power))
    for kind in (sp.binomial, sp.factorial):
        monkeypatch.setattr(kind, "eval", classmethod(short(kind, kind.eval.__func__)))


def short_power(power: Callable[..., Any]) -> Callable[..., Any]:
    def shown_short(self: Any, exponent: Any) -> Any:
        if length(sp.Pow, (self, exponent)) > 4 * limits.EXACT_BITS:
            raise Overrun(f"{self}**{exponent}")
        return power(self, exponent)

    return shown_short


def short(kind: Any, evaluate: Callable[..., Any]) -> Callable[..., Any]:
    def short_value(cls: Any, *parts: Any) -> Any:
        if length(kind, parts) > 4 * limits.EXACT_BITS:
            raise Overrun(f"{kind.__name__}{parts}")
        return evaluate(cls, *parts)

    return short_value


# -- every query, with one value made huge -----------------------------------------


def queries(random: Random, share: float) -> Iterator[Callable[[], Any]]:
    """A share of all bounds, hypotheses, thresholds and growths, a value made huge."""
    for s in statements():
        small = numbers_for(s, lambda low, high: min(high, max(low, 2)))
        names = [v.name for v in s.symbols]
        for claim in s.claims:
            for kind in ("bound", "check", "threshold", "growth"):
                if random.random() > share * (1 if kind == "bound" else 1 / 4):
                    continue
                values = {**small, random.choice(names): random.choice(HUGE)}
                yield partial(ask, s, claim, kind, random.choice(names), values)


def ask(s: Any, claim: Any, kind: str, name: str, values: dict[str, Any]) -> None:
    """Put one query, which answers or refuses in words."""
    if kind in ("threshold", "growth"):
        values.pop(name, None)
    if kind in ("bound", "growth"):
        values.pop(str(claim.subject), None)
    with contextlib.suppress(InvalidParameterError):
        if kind == "bound":
            s.bound(claim.name, check=False, **values)
        elif kind == "check":
            s.check_hypotheses(claim.name, **values)
        elif kind == "threshold":
            s.threshold(name, of=claim.name, **values)
        else:
            s.growth(claim.name, name, **values)


def test_a_huge_value_is_answered_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    watched(monkeypatch)
    for query in queries(Random(1), 1 / 2):
        query()


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 22))
def test_many_huge_values_are(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    watched(monkeypatch)
    for query in queries(Random(seed), 1):
        query()


@pytest.mark.parametrize(
    ("identifier", "of", "values"),
    [
        ("lem:error-accumulation", None, {"depth": 10**9, "eta": "1/10"}),
        ("def:subset-sum-number", None, {"n": 10**9, "k": 10**8}),
    ],
)
def test_lie_a_limit_that_is_not_applied(
    monkeypatch: pytest.MonkeyPatch, identifier: str, of: Any, values: Any
) -> None:
    watched(monkeypatch)
    with pytest.raises(TooLargeError):
        statement(identifier).bound(of, **values)
    for room in ("binding", "sums"):
        where = f"slth_verify.statements.formulas.{room}"
        for name in ("refuse_large", "made"):
            monkeypatch.setattr(f"{where}.{name}", lambda *a: None, raising=False)
    with pytest.raises(Overrun):
        statement(identifier).bound(of, **values)


SEARCHES = [
    (
        "der:two-blocks",
        "tau",
        "failure",
        {"m": 2, "r": 1, "B": 700, "c": "1/2", "kappa": "1/10", "F": "1/100"},
    ),
    ("der:first-moment", "r", "probability", {"m": 1, "n": 200, "eps": "1e-6"}),
    ("rel:gaussian-mrss", "eps", None, {"d": 2, "n": 100, "a_d": 10**30, "C": 1}),
]


@pytest.mark.parametrize(("identifier", "name", "of", "values"), SEARCHES)
def test_searches_end(
    monkeypatch: pytest.MonkeyPatch, identifier: str, name: str, of: Any, values: Any
) -> None:
    watched(monkeypatch)
    refusal = pytest.raises(InvalidParameterError, match=r"Change|Choose|no value")
    with refusal:
        subject = {"P": "1/2"} if identifier == "der:first-moment" else {}
        statement(identifier).threshold(name, of=of, **values, **subject)


def test_lie_rules_without_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    watched(monkeypatch)
    monkeypatch.setattr(algebra, "affordable", lambda expression: True)
    identifier, name, of, values = SEARCHES[0]
    with pytest.raises(Overrun):
        statement(identifier).threshold(name, of=of, **values)


# -- what is too large is said in words ----------------------------------------------


def test_the_refusal_says_how_large_it_may_be() -> None:
    accumulation = statement("lem:error-accumulation")
    with pytest.raises(TooLargeError, match="depth=100000") as caught:
        accumulation.bound(depth=10**5, eta="1/10")
    message = str(caught.value)
    assert "EXACT_BITS" in message
    assert "enclose(claim.expression" in message
    most = int(message.split("Choose depth up to ")[1].split(".")[0].replace(",", ""))
    assert accumulation.bound(depth=most, eta="1/10").is_Rational
    with pytest.raises(TooLargeError):
        accumulation.bound(depth=most + 1, eta="1/10")


def test_a_power_too_long_is_compared_in_balls() -> None:
    s = statement("lem:error-accumulation")
    subject = str(s.claim().subject)
    answer = s.threshold("depth", eta="1e-9", **{subject: "1e-1"})
    assert answer.value > 10**7


@pytest.mark.parametrize(
    ("identifier", "of", "name", "kind"),
    [
        ("der:layer-error", "exact", "b", "an index"),
        ("der:channel-certificate", "error", "K", "no number"),
        ("der:joint-forms", "bound", "mu", "no number"),
    ],
)
def test_only_numbers_are_solved_for(
    identifier: str, of: str, name: str, kind: str
) -> None:
    s = statement(identifier)
    with pytest.raises(InvalidParameterError, match=f"'{name}' is {kind}") as caught:
        s.threshold(name, of=of)
    assert "Ask for one of " in str(caught.value)


def test_every_symbol_is_solved_for_or_refused_in_words() -> None:
    for s in statements():
        for variable in s.symbols:
            if isinstance(variable.symbol, sp.Symbol):
                continue
            for claim in s.claims:
                if claim.subject != variable.symbol:
                    with pytest.raises(InvalidParameterError, match=r"symbol="):
                        s.threshold(variable.name, of=claim.name)


def test_an_array_too_small_for_a_long_sum_is_refused() -> None:
    s = statement("der:layer-error")
    values = numbers_for(s, lambda low, high: min(high, max(low, 2)))
    values.pop(str(s.claim("exact").subject))
    with pytest.raises(InvalidParameterError, match="of the shape"):
        s.bound("exact", check=False, **{**values, "d": 10**30})


@pytest.mark.parametrize("share", [1, 0])
def test_a_comparison_looks_at_so_many_cells(
    monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    looked: list[int] = []

    def pieces(*given: Any) -> tuple[Piece, ...]:
        looked.append(given[-1])
        return sign_pieces(*given)

    monkeypatch.setattr(compare, "sign_pieces", pieces)
    monkeypatch.setattr(compare, "COMPARED_NODES", share * limits.COMPARED_NODES)
    found = statement("der:rss-constant").compare(
        statement("der:rss-counting"), over=("eps", "1e-9", "1/4")
    )
    assert looked == [MOST_CELLS if share else 1]
    assert found.stretches


def test_a_proof_stops_after_so_many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    of = Signs(lambda part: asked.append(part))
    for count in range(1, 2 * signs.PROOF_NODES):
        of(sp.Symbol(f"x{count}"))
    assert len(asked) == signs.PROOF_NODES


# -- no rule is used past its limit --------------------------------------------------

FORBIDDEN = {*RULES, "factor_terms", "nsimplify", "radsimp", "apart", "solve"}
FORBIDDEN |= {"limit", "gruntz", "series"}


def uses(source: str) -> set[str]:
    """SymPy's rules that a module calls or passes on by name."""
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "sp"
        and node.attr in FORBIDDEN
    }


def test_rules_are_used_through_their_limits() -> None:
    room = Path(slth_verify.statements.__file__).parent
    for folder in ("queries", "decisions", "formulas"):
        for path in (room / folder).glob("*.py"):
            if path.name != "algebra.py":
                assert uses(path.read_text()) == set(), path


def test_lie_a_rule_beside_its_limit() -> None:
    assert uses("import sympy as sp\nf = (sp.factor, sp.Symbol)") == {"factor"}
