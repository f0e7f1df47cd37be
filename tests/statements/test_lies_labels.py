"""Planted lies in what a statement asks for and says of itself.

Every check runs on the true statement, where it passes, and on the lie, where it fails.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from sympy.core.function import AppliedUndef

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import Statement, statement
from slth_verify.statements.vocabulary import Norm
from slth_verify.verdict import Verdict

F = Fraction
Vector = tuple[Fraction, ...]
Layer = Callable[[Vector], Vector]


def relu(x: Vector) -> Vector:
    return tuple(max(F(0), entry) for entry in x)


def linear(*rows: Vector) -> Layer:
    return lambda x: tuple(
        sum((a * b for a, b in zip(row, x, strict=True)), F(0)) for row in rows
    )


def value(expression: Any, objects: dict[str, Any]) -> Any:
    """Value of a displayed formula in vectors, maps and numbers."""
    if isinstance(expression, Norm):
        return max(abs(entry) for entry in value(expression.args[0], objects))
    if isinstance(expression, AppliedUndef):
        argument = expression.args[0]
        inside = (F(0), F(0)) if argument == 0 else value(argument, objects)
        return objects[expression.func.__name__](inside)
    if isinstance(expression, sp.Add):
        parts = [value(part, objects) for part in expression.args]
        if isinstance(parts[0], tuple):
            return tuple(sum(column, F(0)) for column in zip(*parts, strict=True))
        return sum(parts, F(0))
    if isinstance(expression, sp.Mul):
        factors = [value(part, objects) for part in expression.args]
        scale = math.prod((x for x in factors if not isinstance(x, tuple)), start=F(1))
        vectors = [x for x in factors if isinstance(x, tuple)]
        return tuple(scale * entry for entry in vectors[0]) if vectors else scale
    if isinstance(expression, sp.Indexed):
        return objects[str(expression.base)]
    if expression.is_Rational:
        return F(int(expression.p), int(expression.q))
    return objects[expression.name]


def holds(relation: Any, objects: dict[str, Any]) -> bool:
    left, right = (value(side, objects) for side in relation.args)
    return bool(left == right if isinstance(relation, sp.Eq) else left <= right)


GRID = [
    (F(a, 4), F(b, 4)) for a, b in itertools.product(range(5), repeat=2)
]  # inputs of a layer: not negative
TARGETS: list[tuple[Layer, Layer]] = [
    (lambda x: x, lambda x: x),
    (lambda x: relu(linear((F(1, 2), F(-1, 2)))(x)) * 2,) * 2,
    (lambda x: relu(linear((F(1), F(0)), (F(1, 3), F(1, 3)))(x)),) * 2,
]


def adds_up_errors(s: Statement) -> bool:
    """Whenever all displayed hypotheses hold on a grid, the error is within bounds.

    Two layers: the identity, which errs by a tenth with alternating signs, then a
    layer without error.
    """
    shown = {h.name: h.relation for h in s.hypotheses}
    pairs = list(itertools.product(GRID, repeat=2))
    off = linear((F(11, 10), F(0)), (F(0), F(9, 10)))
    for second, constant in itertools.product(
        [layer for layer, _ in TARGETS], [F(1, 2), F(2, 3), F(1)]
    ):
        layers = [
            (TARGETS[0][0], off, F(1), F(1, 10)),
            (second, second, constant, F(0)),
        ]
        names = {"growth", "fixes-zero", "layer-error"} & shown.keys()
        allowed = all(
            holds(
                shown[name],
                {"f_i": f, "g_i": g, "L": lipschitz, "E": error, "x": x, "y": y},
            )
            for f, g, lipschitz, error in layers
            for name in names
            for x, y in pairs
        )
        bound = (1 + F(1, 10)) * constant - constant
        error = max(
            abs(a - b)
            for x in GRID
            for a, b in zip(second(off(x)), second(x), strict=True)
        )
        if allowed and error > bound:
            return False
    return True


def _growth_only(s: Statement) -> Statement:
    x, f = sp.Symbol("x"), sp.Function("f_i")
    size = sp.IndexedBase("L")[sp.Symbol("i", integer=True)]
    weak = sp.Le(Norm(f(x), sp.oo), size * Norm(x, sp.oo), evaluate=False)
    return _with_relation(s, "growth", weak)


def _with_relation(s: Statement, name: str, relation: Any) -> Statement:
    items = tuple(
        dataclasses.replace(h, relation=relation) if h.name == name else h
        for h in s.hypotheses
    )
    assert items != s.hypotheses
    return dataclasses.replace(s, hypotheses=items)


def _without(s: Statement, name: str) -> Statement:
    kept = tuple(h for h in s.hypotheses if h.name != name)
    assert len(kept) < len(s.hypotheses)
    return dataclasses.replace(s, hypotheses=kept)


def asks_for_enough_subsets(s: Statement) -> bool:
    """A sum of n - 1 samples is the total less one: it stays near the total.

    The total of 1000 uniform numbers has a density below 1/36, so that the sums reach
    the target 0 within 1/10 with a probability below 0.07: no constant for large n.
    """
    refused = Verdict.REFUTED
    checks = s.check_hypotheses(n=1000, k=999, eps="1/10", C=1)
    one = s.check_hypotheses(n=1000, k=1000, eps="1/10", C=1)
    return all(any(c.verdict is refused for c in found) for found in (checks, one))


def refuses_images_smaller_than_the_kernel(s: Statement) -> bool:
    values = {"d": 3, "D": 1, "c_in": 1, "c_out": 4, "c": 1, "eps": "1/10", "n": 2}
    try:
        s.bound("spread", **values)
    except InvalidParameterError as error:
        return "D=1" in str(error)
    return False


LIES: list[tuple[str, str, Callable[[Statement], bool], Callable[..., Statement]]] = [
    ("growth-for-lipschitz", "der:accumulation", adds_up_errors, _growth_only),
    ("growth-for-lipschitz", "der:a-posteriori", adds_up_errors, _growth_only),
    (
        "any-size",
        "rel:fixed-size-rss-one",
        asks_for_enough_subsets,
        lambda s: _without(s, "size"),
    ),
    (
        "any-size",
        "rel:fixed-size-rss-all",
        asks_for_enough_subsets,
        lambda s: _without(s, "size"),
    ),
    (
        "any-image",
        "der:layer-necessary",
        refuses_images_smaller_than_the_kernel,
        lambda s: _without(s, "image"),
    ),
]


@pytest.mark.parametrize(
    ("identifier", "check", "lie"),
    [lie[1:] for lie in LIES],
    ids=[f"{lie[0]}-{lie[1]}" for lie in LIES],
)
def test_lie_is_caught(identifier, check, lie) -> None:
    true = statement(identifier)
    assert check(true), "the check must pass on the true statement"
    assert not check(lie(true)), "the check must fail on the lie"


def test_the_counterexample_of_the_erratum() -> None:
    second = linear((F(1, 2), F(-1, 2)))
    off = linear((F(11, 10), F(0)), (F(0), F(9, 10)))
    one = (F(1), F(1))
    assert relu(second(off(one)))[0] - relu(second(one))[0] == F(1, 10)
    product = statement("der:accumulation").claim("product").expression
    L, E = sp.IndexedBase("L"), sp.IndexedBase("E")
    bound = product.subs(sp.Symbol("depth", integer=True), 2).doit()
    values = {L[1]: 1, E[1]: sp.Rational(1, 10), E[2]: 0}
    assert bound.subs(values | {L[2]: sp.Rational(1, 2)}) == sp.Rational(1, 20)
    assert bound.subs(values | {L[2]: 1}) == sp.Rational(1, 10)


@pytest.mark.parametrize("n", [2, 3, 8, 20, 40])
@pytest.mark.parametrize("eps", ["9/10", "1/50", "1/9999"])
def test_the_lower_bound_for_fixed_sizes_follows_from_the_first_moment(n, eps) -> None:
    s = statement("rel:fixed-size-rss-lower")
    for k in range(1, n // 2 + 1):
        likely = min(1.0, math.comb(n, k) * math.sqrt(2 / k) * float(F(eps)))
        constant = F(min(0.25, 1 / (2 * math.log2(math.sqrt(2) / likely))))
        width = s.conclusion.rhs
        values = {"n": n, "k": k, "eps": sp.Rational(eps), "C": constant}
        assert n >= width.subs({v.symbol: values.get(v.name, 0) for v in s.symbols})


@pytest.mark.parametrize("of", ["rel:fixed-size-rss-one", "rel:fixed-size-rss-all"])
def test_width_and_accuracy_of_fixed_sizes_say_the_same(of) -> None:
    s, values = statement(of), {"k": 3, "eps": "1/9", "C": "1/3"}
    n = s.solve_for("n", **values)
    for width, expected in ((n, Verdict.VERIFIED), (n - 1, Verdict.REFUTED)):
        checks = s.check_hypotheses(n=width, **values)
        found = {check.hypothesis.name: check.verdict for check in checks}
        if width >= 6:
            assert found["width"] is expected


def test_all_targets_at_once_need_the_square_of_the_logarithm() -> None:
    values = {"n": 4000, "k": 40, "C": 1}
    one = statement("rel:fixed-size-rss-one").bound(**values)
    every = statement("rel:fixed-size-rss-all").bound(**values)
    bits = [sp.log(40 / bound, 2).evalf(30) for bound in (one, every)]
    assert abs(bits[1] ** 2 / bits[0] - 1) < 1e-9
    assert statement("rel:fixed-size-rss-all").failure_probability == sp.Symbol(
        "eps", real=True
    )
    assert "p_0" in str(statement("rel:fixed-size-rss-one").conclusion)


def test_the_gap_claims_nothing_about_all_algorithms() -> None:
    best = statement("rel:balancing-optimum")
    found = statement("rel:balancing-algorithm")
    assert [c.direction.value for c in best.claims] == ["upper bound", "lower bound"]
    assert [c.direction.value for c in found.claims] == ["upper bound"]
    assert any("not claimed" in note for note in found.notes)
    values = {"n": 4096, "m": 2}
    ratio = found.bound(c=1, **values) / best.bound("upper", C=1, **values)
    assert sp.log(ratio).evalf() > 1000
