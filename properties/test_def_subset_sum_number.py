"""def:subset-sum-number (Definition 6): solvers against every subset."""

import pytest

from slth_verify.conformance import check_solver
from slth_verify.strategies.profiles import times
from slth_verify.subset_sum import Solver, solvers

pytestmark = pytest.mark.slth(statement="def:subset-sum-number")

#: Solvers that claim to find a subset whenever there is one, under every tolerance; the
#: meeting in the middle claims it under `MaxTolerance` alone.
EXACT = ("exhaustive", "one-dim")


@pytest.mark.parametrize("solver", solvers(), ids=lambda solver: solver.name)
def test_solver_proposes_what_is_there(solver: Solver) -> None:
    exact = solver.name in EXACT
    check_solver(solver, exact=exact, settings=times(3 if exact else 1))


@pytest.mark.nightly
@pytest.mark.parametrize("solver", solvers(), ids=lambda solver: solver.name)
def test_solver_proposes_what_is_there_in_larger_pools(solver: Solver) -> None:
    check_solver(solver, exact=solver.name in EXACT, max_size=13)
