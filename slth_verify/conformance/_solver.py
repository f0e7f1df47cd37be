"""def:subset-sum-number and thm:mrss-nsn: solvers against every subset."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import hypothesis
import numpy as np
from hypothesis import strategies as st

from slth_verify.conformance._failure import require
from slth_verify.conformance.oracles.binomial import BinomialTest, require_not_rejected
from slth_verify.conformance.oracles.exhaustive import best_score, rounded_residual
from slth_verify.conformance.oracles.laws import success_bounds
from slth_verify.conformance.oracles.samplers import ColumnSampler
from slth_verify.conformance.recording.drive import run
from slth_verify.conformance.recording.ratios import observe
from slth_verify.strategies import subset_sum_problems
from slth_verify.subset_sum import (
    DenseColumns,
    MaxTolerance,
    Problem,
    Proposal,
    SearchOptions,
    Solver,
)

_require = partial(require, statement="def:subset-sum-number")
#: (n, k, z, eps): in the first two a subset is likely, in the last two it is rare.
_CASES: tuple[tuple[int, int, tuple[float, ...], float], ...] = (
    (10, 3, (0.5,), 0.2),
    (9, 4, (1.0,), 0.5),
    (6, 3, (0.5, 0.5), 0.05),
    (5, 2, (1.0, 0.0, 0.0), 0.2),
)


def check_solver(
    solver: Solver,
    *,
    exact: bool = False,
    max_size: int = 10,
    settings: hypothesis.settings | None = None,
) -> None:
    """Compare a solver's proposals with exhaustive search in exact arithmetic.

    A proposal's indices must be distinct, increasing and in range; its residual must be
    the exact one, rounded once; its score must be that of the residual, never below the
    best of all subsets, and never above that of the empty subset. The same seed must
    give the same subset.

    Args:
        solver: The implementation under test.
        exact: Whether the solver claims to find a subset whenever there is one.
        max_size: Most columns of a drawn pool, up to 16.
        settings: Hypothesis settings; None for the loaded profile.

    Raises:
        ConformanceFailure: If a claim is wrong.

    Source:
        def:subset-sum-number: a hit exists iff the number of hits is positive.
    """

    def body(problem: Problem, seed: int) -> None:
        if not solver.supports(problem):
            hypothesis.event(f"{solver.name}: unsupported")
            return
        hypothesis.note(_case(solver, problem))
        found = solver.solve(problem, SearchOptions(seed=seed))
        hypothesis.event(f"{solver.name}: found={found.found}")
        _check_claims(solver, problem, found)
        _check_optimum(solver, problem, found, exact=exact)
        again = solver.solve(problem, SearchOptions(seed=seed))
        _require(
            np.array_equal(found.indices, again.indices),
            f"{_case(solver, problem)}: seed {seed} gave "
            f"{found.indices.tolist()}, then {again.indices.tolist()}",
        )

    problems = subset_sum_problems(max_size=max_size)
    options = {"exact": exact, "max_size": max_size}
    run(body, settings, options, problem=problems, seed=st.integers(0, 7))


def check_success_rate(
    solver: Solver,
    columns: ColumnSampler,
    *,
    exact: bool = True,
    seed: int = 2,
    trials: int = 200,
) -> None:
    """Test how often a solver finds a subset among few random columns.

    Args:
        solver: The implementation under test.
        columns: Where the columns come from, also under test.
        exact: Whether the solver finds a subset whenever there is one; only then is the
            rate bounded from below.
        seed: Seed of the random network.
        trials: Pools per case.

    Raises:
        ConformanceFailure: If the rate contradicts the proved bounds.

    Rigor:
        Statistical: exact binomial tails; a right implementation is rejected with
        probability at most `FAILURE_PROBABILITY`.

    Source:
        thm:mrss-nsn, with the explicit bounds der:crude-moment and der:first-moment.
    """
    tests = []
    for number, (count, size, target, eps) in enumerate(_CASES):
        total = count * trials
        rows = columns(seed, 1, number, 1, total, len(target))
        pools = rows.reshape(trials, count, len(target))
        hits = sum(_hit(solver, pool, target, eps) for pool in pools)
        low, high = success_bounds(count, size, target, eps)
        name = f"{solver.name}: n={count}, z={target}, eps={eps}"
        tests.append(BinomialTest(name, hits, trials, low if exact else 0.0, high))
    require_not_rejected("thm:mrss-nsn", tests, "check_success_rate")


def _hit(solver: Solver, pool: object, target: Sequence[float], eps: float) -> bool:
    problem = Problem(
        DenseColumns(np.asarray(pool)), np.array(target), MaxTolerance(eps)
    )
    found = solver.solve(problem, SearchOptions())
    _check_claims(solver, problem, found)
    return found.found


def _check_claims(solver: Solver, problem: Problem, found: Proposal) -> None:
    case, indices = _case(solver, problem), found.indices.tolist()
    _require(
        all(isinstance(index, int) for index in indices)
        and indices == sorted(set(indices))
        and not out_of_range(indices, problem.source.size),
        f"{case}: indices {indices} are "
        + (
            out_of_range(indices, problem.source.size)
            or "not distinct, increasing columns of the pool"
        ),
    )
    residual = rounded_residual(problem, found.indices)
    _require(
        residual == found.residual.tolist(),
        f"{case}: subset {indices} has residual {residual}, not "
        f"{found.residual.tolist()}",
    )
    score = float(problem.tolerance.score(np.array(residual)))
    _require(
        score == found.score and found.found == (score <= 1.0),
        f"{case}: subset {indices} has score {score}, not {found.score}",
    )


def out_of_range(indices: Sequence[int], size: int) -> str:
    """Which of the indices name no column, in words; "" if all of them do."""
    wrong = next((x for x in indices if x not in range(size)), None)
    if wrong is None:
        return ""
    there = f"from 0 to {size - 1}" if size else "none: there are no columns"
    return f"out of range: {wrong}; indices are {there}"


def _check_optimum(
    solver: Solver, problem: Problem, found: Proposal, *, exact: bool
) -> None:
    case, best = _case(solver, problem), best_score(problem)
    empty = float(problem.tolerance.score(-problem.target))
    _require(
        best <= found.score <= empty,
        f"{case}: score {found.score} is outside [{best}, {empty}], the best of all "
        "subsets and that of the empty one",
    )
    room = 1.0 - 1e-12 * (1 + problem.source.size)
    if exact and best <= room:
        _require(
            found.found,
            f"{case}: a subset of score {best} exists, the proposal has {found.score}",
        )
        # the drawn targets lie at the edge of what is allowed: nothing is left to climb
        observe("score found / allowed", found.score, 1.0, drive=False)


def _case(solver: Solver, problem: Problem) -> str:
    rows = problem.source.columns(np.arange(problem.source.size, dtype=np.int64))
    return (
        f"solver={solver.name}, columns={rows.tolist()}, "
        f"target={problem.target.tolist()}, tolerance={problem.tolerance}"
    )
