"""thm:mrss-nsn (Theorem 5): how often few random columns reach a target."""

from fractions import Fraction

import pytest
from hypothesis import settings

from slth_verify.bounds import mrss_width, recheck
from slth_verify.conformance import (
    check_recheck,
    check_success_rate,
    check_width,
    pool_columns,
)
from slth_verify.subset_sum import Solver, solvers

pytestmark = pytest.mark.slth(statement="thm:mrss-nsn")

EXACT = ("exhaustive", "meet-in-the-middle")
#: Those that take every dimension.
GENERAL = [solver for solver in solvers() if solver.name != "one-dim"]


@pytest.mark.parametrize("solver", GENERAL, ids=lambda solver: solver.name)
def test_success_rate_lies_between_the_proved_bounds(solver: Solver) -> None:
    exact = solver.name in EXACT  # of the others only the upper bound is tested
    check_success_rate(solver, pool_columns, exact=exact, trials=200 if exact else 50)


@pytest.mark.nightly
@pytest.mark.parametrize("solver", GENERAL, ids=lambda solver: solver.name)
def test_success_rate_over_many_pools(solver: Solver) -> None:
    check_success_rate(solver, pool_columns, exact=solver.name in EXACT, trials=1000)


def test_stored_widths_are_confirmed_only_if_true() -> None:
    check_recheck(recheck)


def _certified(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    return mrss_width(dim=dim, eps=eps, prob=prob).n or 0


def test_certified_widths_are_never_below_necessary_ones() -> None:
    check_width(_certified, max_dim=2, settings=settings(max_examples=4))


@pytest.mark.nightly
def test_certified_widths_of_all_dimensions_are_never_below_necessary_ones() -> None:
    check_width(_certified, settings=settings(max_examples=300))
