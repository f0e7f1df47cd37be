"""Putting values into statements: exact in, exact out, hypotheses respected."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest
import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.statements import decide, statement
from slth_verify.verdict import Verdict

C = sp.Symbol("C", real=True)


def test_theorem_one_keeps_its_constant() -> None:
    assert statement("thm:rss").bound(eps="1/100") == C * sp.log(100)


@pytest.mark.parametrize("eps", ["0.01", "1/100", 0.01, Fraction(1, 100)])
def test_every_way_to_write_a_number_gives_the_same(eps) -> None:
    assert statement("thm:rss").bound(eps=eps, C=3) == 3 * sp.log(100)


def test_symbols_may_be_put_in() -> None:
    t = sp.Symbol("t", positive=True)
    assert statement("thm:rss").bound(eps=1 / t) == C * sp.log(t)


def test_reconstructed_theorem_five_at_the_reference_point() -> None:
    s = statement("thm:mrss-nsn")
    assert s.bound("size", m=9, eps="1/100", C=1) == 729 * sp.log(900)
    assert s.solve_for("k", m=9, eps="1/100", C=1) == 4959
    assert s.bound(m=9, eps="1/100", C=1) == 4959**2 == 24_591_681


def test_exponents_of_reconstructed_statements_can_be_overridden() -> None:
    s = statement("thm:mrss-nsn")
    assert s.bound(m=9, eps="1/100", C=1, a_n=1) == 4959
    assert s.bound("size", m=9, eps="1/100", C=1, a_m=1) == 9 * sp.log(900)
    t = statement("thm:structured-slth")
    values = {"d": 2, "c_in": 3, "c_out": 5, "depth": 7, "eps": "1/2"}
    assert t.bound(**values, a_d=1, a_c=1, a_in=0, a_log=1) == 10 * C * sp.log(280)


def test_structured_theorem_grows_like_the_twelfth_power() -> None:
    s = statement("thm:structured-slth")
    bound = s.bound(d=3, c_in=16, c_out=32, depth=4, eps="1/100")
    assert bound == C * 3**12 * 32**6 * sp.log(9 * 16 * 32 * 4 * 100) ** 3


@pytest.mark.parametrize(
    ("identifier", "values", "fragment"),
    [
        ("thm:rss", {"eps": "1/3"}, "eps < 1/3"),
        ("thm:rss", {"eps": 0}, "eps > 0"),
        ("thm:rss", {"eps": "1/4", "C": -1}, "C > 0"),
        ("der:rss-explicit", {"eps1": "1/2", "eps2": "1/9"}, "eps1 < 1/2"),
        ("der:weighted-moment", {"n": 40, "k": 20}, "2*k < n"),
        ("der:weighted-moment", {"k": 11, "m": 9}, "k >= m + 3"),
        ("der:weighted-moment", {"lam": "1/4"}, "lam < 1/4"),
        ("der:weighted-moment", {"n": 40, "k": 10, "x": "7.5"}, "-k + n > 4*x"),
        ("der:two-blocks", {"c": "3/2"}, "c <= 1"),
    ],
)
def test_violated_hypotheses_are_named(identifier, values, fragment) -> None:
    with pytest.raises(InvalidParameterError) as caught:
        statement(identifier).bound(**values)
    assert fragment in str(caught.value)
    assert identifier in str(caught.value)


def test_the_bare_formula_is_there_on_request() -> None:
    assert statement("thm:rss").bound(eps="1/2", check=False) == C * sp.log(2)


@pytest.mark.parametrize(
    ("values", "fragment"),
    [
        ({"epsilon": "1/9"}, "declares"),
        ({"n": 10}, "solve_for"),
        ({"eps": sp.Float("0.1")}, "floating-point"),
    ],
)
def test_misuse_is_explained(values, fragment) -> None:
    with pytest.raises(InvalidParameterError, match=fragment):
        statement("thm:rss").bound(**values)


def test_values_outside_a_domain_are_refused() -> None:
    with pytest.raises(InvalidParameterError, match="Naturals"):
        statement("thm:mrss-nsn").bound(m=0, eps="1/9")
    with pytest.raises(InvalidParameterError, match="Naturals"):
        statement("thm:mrss-nsn").bound(m="9/2", eps="1/9")


def test_unknown_claim_lists_the_claims() -> None:
    with pytest.raises(InvalidParameterError, match="width, probability"):
        statement("thm:rss").bound("depth", eps="1/9")


def test_a_definition_without_bound_says_so() -> None:
    with pytest.raises(InvalidParameterError, match="none"):
        statement("def:nsn").bound()


@pytest.mark.parametrize(
    ("k", "filter_", "entry"), [(1, 3, 1), (1, 4, 0), (2, 4, 1), (2, 6, 1), (3, 6, 0)]
)
def test_entries_of_the_blocked_mask(k, filter_, entry) -> None:
    s = statement("def:channel-blocked-mask")
    assert s.bound(k=k, l=filter_, n=3) == entry


def test_hypotheses_one_by_one() -> None:
    checks = statement("thm:rss").check_hypotheses(eps="1/2", n=50, C=3)
    found = {check.hypothesis.name: check for check in checks}
    assert found["uniform"].verdict is Verdict.INCONCLUSIVE
    assert found["eps-positive"].verdict is Verdict.VERIFIED
    assert found["eps-range"].verdict is Verdict.REFUTED
    assert found["eps-range"].values == "eps=1/2"
    assert found["width"].verdict is Verdict.VERIFIED
    assert "fails at eps=1/2" in found["eps-range"].reason


def test_a_missing_value_leaves_a_hypothesis_open() -> None:
    checks = statement("thm:rss").check_hypotheses(eps="1/9", n=50)
    width = next(check for check in checks if check.hypothesis.name == "width")
    assert width.verdict is Verdict.INCONCLUSIVE
    assert "C" in width.reason


def test_the_width_is_decided_at_its_boundary() -> None:
    s = statement("thm:rss")
    verdicts = [s.check_hypotheses(eps="1/100", n=n, C=3)[-1].verdict for n in (13, 14)]
    assert verdicts == [Verdict.REFUTED, Verdict.VERIFIED]


def test_weights_that_do_not_sum_to_one_are_refused() -> None:
    values = dict.fromkeys(("u3", "u4", "u5", "a2", "t2", "t3", "o2", "x", "lam"), 0)
    values |= {"u1": "1/2", "a1": 1, "t1": 1, "o1": 1, "theta": 1, "j": 3}
    values |= {"n": 60, "k": 12, "m": 2, "eps": "1/10"}
    s = statement("der:weighted-moment")
    assert decide(s.bound("term", **values, u2="1/2"), ">", 0) is Verdict.VERIFIED
    with pytest.raises(InvalidParameterError, match="tangent weights sum to 1"):
        s.bound("term", **values, u2="1/3")


def test_a_moment_that_does_not_exist_is_refused() -> None:
    values = dict.fromkeys(("u3", "u4", "u5", "a2", "t2", "t3", "o2", "x", "lam"), 0)
    values |= {"u1": "1/2", "u2": "1/2", "a1": 1, "t1": 1, "o1": 1, "theta": 1}
    values |= {"n": 60, "k": 12, "m": 6, "eps": "1/10", "j": 9}
    with pytest.raises(InvalidParameterError, match="a moment"):
        statement("der:weighted-moment").bound("term", **values)


def test_crude_moment_in_closed_form_is_a_probability() -> None:
    s = statement("der:crude-moment")
    bound = s.bound(n=60, k=12, m=2, eps="1/10", r=1)
    assert decide(bound, ">", 0) is Verdict.VERIFIED
    assert decide(bound, "<", 1) is Verdict.VERIFIED


def test_a_function_may_be_given_as_a_lambda() -> None:
    # with B(j) = 1 for all j the overlap weights sum to one
    s = statement("der:weighted-moment")
    j = sp.Symbol("j", integer=True)
    values = {"n": 30, "k": 8, "m": 2, "eps": "1/10", "r": 1, "lam": 0, "x": 0}
    bound = s.bound("probability", B_U=sp.Lambda(j, sp.Integer(1)), **values)
    doubled = s.bound("probability", B_U=sp.Lambda(j, sp.Integer(2)), **values)
    assert sp.simplify(bound / doubled) == 2
    assert not bound.has(sp.Sum)


def test_auxiliary_functions_are_written_out_unless_given() -> None:
    s = statement("der:crude-moment")
    values = {"n": 9, "k": 4, "m": 1, "eps": "1/10", "r": 0}
    bound = s.bound("exact", **values)
    assert bound.has(sp.Integral)
    assert not bound.atoms(sp.core.function.AppliedUndef)
    size = sp.Symbol("size", integer=True)
    given = s.bound("exact", q=sp.Lambda(size, sp.Integer(1)), **values)
    hit = statement("der:worst-target").bound("lower", k=4, m=1, eps="1/10", r=0)
    assert sp.simplify(given / hit) == 1  # the overlap weights sum to one
    assert decide(bound, ">", given) is Verdict.VERIFIED


def test_the_room_imports_no_room_above_it() -> None:
    code = (
        "import sys, slth_verify.statements;"
        "rooms = {m.split('.')[1] for m in sys.modules if 'slth_verify.' in m};"
        "light = {'statements', 'enclosure', 'errors', 'verdict', 'numbers', 'limits'};"
        "light |= {'_version', 'showing', 'text'};"
        "assert rooms <= light, rooms;"
        "assert not {'torch', 'scipy', 'hypothesis'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
