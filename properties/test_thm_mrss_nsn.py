"""thm:mrss-nsn (Theorem 5): how often few random columns reach a target."""

import pytest

from slth_verify.bounds import recheck
from slth_verify.conformance import check_recheck, check_success_rate, pool_columns
from slth_verify.subset_sum import Solver, solvers

EXACT = ("exhaustive", "meet-in-the-middle")
#: Those that take every dimension.
GENERAL = [solver for solver in solvers() if solver.name != "one-dim"]


@pytest.mark.parametrize("solver", GENERAL, ids=lambda solver: solver.name)
def test_success_rate_lies_between_the_proved_bounds(solver: Solver) -> None:
    exact = solver.name in EXACT
    trials = 200 if exact else 50  # of the others only the upper bound is tested
    check_success_rate(solver, pool_columns, exact=exact, trials=trials)


@pytest.mark.nightly
@pytest.mark.parametrize("solver", GENERAL, ids=lambda solver: solver.name)
def test_success_rate_over_many_pools(solver: Solver) -> None:
    check_success_rate(solver, pool_columns, exact=solver.name in EXACT, trials=1000)


def test_stored_widths_are_confirmed_only_if_true() -> None:
    check_recheck(recheck)
