"""One solve by an optional MIP solver, in a process of its own.

Run by path, so that nothing else of the package is loaded: the solvers' libraries
cannot share one process. Reads an ``.npz`` archive from standard input, writes one JSON
line; whoever started it recomputes everything.

The model: minimise t over binary x, where t bounds the largest absolute residual or,
per filter, its one-sided residual sums, and is at least the tolerance. A solver that
reaches the tolerance has an optimum, and stops.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_FEASIBILITY = 1e-9
_INSIDE = 1.0 - 2.0**-16  # of the tolerance: room for a solver's own tolerances
_INTEGER_RANGE = 2**31  # sums of absolute coefficients stay below, as CP-SAT needs


def _cpsat(problem: dict[str, Any]) -> tuple[list[int], str]:
    from ortools.sat.python import cp_model

    columns, target = problem["columns"], problem["target"]
    room = _INTEGER_RANGE - 2 * columns.shape[0] - 4
    scale = room / (np.abs(columns).sum(axis=0) + np.abs(target) + 1e-300).max()
    scale = min(scale, 2.0**52)
    whole = np.rint(columns * scale).astype(np.int64)
    goal = np.rint(target * scale).astype(np.int64)
    tolerance = max(1, int(problem["tolerance"] * scale))
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in range(columns.shape[0])]
    limit = _INTEGER_RANGE - 1
    worst = model.new_int_var(min(tolerance, limit), limit, "")
    residuals = [
        cp_model.LinearExpr.weighted_sum(chosen, row.tolist()) - int(part)
        for row, part in zip(whole.T, goal, strict=True)
    ]
    for sign in (1, -1):
        if problem["filters"] == 0:
            for residual in residuals:
                model.add(sign * residual <= worst)
            continue
        parts = [model.new_int_var(0, limit, "") for _ in residuals]
        for part, residual in zip(parts, residuals, strict=True):
            model.add(part >= sign * residual)
        for first in range(problem["filters"]):
            model.add(sum(parts[first :: problem["filters"]]) <= worst)
    model.minimize(worst)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = _seconds_left(problem)
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = problem["seed"]
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    picks = [i for i, x in enumerate(chosen) if found and solver.boolean_value(x)]
    return picks, solver.status_name(status)


def _highs(problem: dict[str, Any]) -> tuple[list[int], str]:
    import highspy

    count, filters = problem["columns"].shape[0], problem["filters"]
    rows, lower, upper = linear_rows(problem["columns"], problem["target"], filters)
    size = rows.shape[1]
    solver: Any = highspy
    model = solver.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.setOptionValue("random_seed", problem["seed"])
    model.setOptionValue("mip_feasibility_tolerance", _FEASIBILITY)
    model.setOptionValue("primal_feasibility_tolerance", _FEASIBILITY)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = size, rows.shape[0]
    lp.col_cost_ = np.append(np.zeros(size - 1), 1.0)
    lp.col_lower_ = np.append(np.zeros(size - 1), problem["tolerance"])
    lp.col_upper_ = np.append(np.ones(count), np.full(size - count, np.inf))
    lp.row_lower_, lp.row_upper_ = lower, upper
    filled = rows != 0.0
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.append(0, np.cumsum(filled.sum(axis=1)))
    lp.a_matrix_.index_ = np.nonzero(filled)[1]
    lp.a_matrix_.value_ = rows[filled]
    kinds = [highspy.HighsVarType.kInteger] * count
    lp.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (size - count)
    model.passModel(lp)
    model.setOptionValue("time_limit", _seconds_left(problem))
    model.run()
    values = np.array(model.getSolution().col_value)
    picks = np.flatnonzero(values[:count] > 0.5).tolist() if values.size else []
    return picks, str(model.getModelStatus()).rpartition(".")[2]


def _scip(problem: dict[str, Any]) -> tuple[list[int], str]:
    import pyscipopt

    count, filters = problem["columns"].shape[0], problem["filters"]
    rows, lower, upper = linear_rows(problem["columns"], problem["target"], filters)
    model = pyscipopt.Model()
    model.hideOutput()
    model.setParam("numerics/feastol", _FEASIBILITY)
    model.setParam("randomization/randomseedshift", problem["seed"])
    names = [model.addVar(vtype="B") for _ in range(count)]
    names += [model.addVar(lb=0.0, ub=None) for _ in range(rows.shape[1] - count - 1)]
    names.append(model.addVar(lb=problem["tolerance"], ub=None, obj=1.0))
    for row, low, high in zip(rows, lower, upper, strict=True):
        terms = [(value, names[i]) for i, value in enumerate(row) if value != 0.0]
        total = pyscipopt.quicksum(value * name for value, name in terms)
        if low > -np.inf:
            model.addCons(total >= low)
        if high < np.inf:
            model.addCons(total <= high)
    model.setParam("limits/time", _seconds_left(problem))
    model.optimize()
    if model.getNSols() == 0:
        return [], str(model.getStatus())
    best: Any = model.getBestSol()
    picks = [i for i in range(count) if best[names[i]] > 0.5]
    return picks, str(model.getStatus())


def feasible(problem: dict[str, Any]) -> tuple[list[int], str]:
    """SciPy's solver, on the form without an objective: t is the tolerance."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    count = problem["columns"].shape[0]
    rows, lower, upper = linear_rows(
        problem["columns"], problem["target"], problem["filters"]
    )
    bound = problem["tolerance"] * _INSIDE
    parts = rows.shape[1] - count - 1
    low = np.append(np.zeros(count + parts), bound)
    high = np.concatenate([np.ones(count), np.full(parts, np.inf), [bound]])
    kinds = np.append(np.ones(count), np.zeros(parts + 1))
    found = milp(
        np.zeros(rows.shape[1]),
        integrality=kinds,
        bounds=Bounds(low, high),
        constraints=LinearConstraint(rows, lower, upper),
        options={"time_limit": _seconds_left(problem)},
    )
    values = np.zeros(0) if found.x is None else np.asarray(found.x)[:count]
    return np.flatnonzero(values > 0.5).tolist(), str(found.status)


def linear_rows(
    columns: FloatArray, target: FloatArray, filters: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Dense rows over (x, one-sided parts, t), and their lower and upper ends.

    Args:
        columns: Shape ``(n, m)``.
        target: Shape ``(m,)``.
        filters: 0 for the largest absolute residual; else t bounds the one-sided sums
            of this many filters, as in `slth_verify.subset_sum.FilterBudget`.
    """
    count, dim = columns.shape
    if filters == 0:
        ones = np.ones((dim, 1))
        rows = np.vstack([np.hstack([columns.T, -ones]), np.hstack([columns.T, ones])])
        open_end = np.full(dim, np.inf)
        lower, upper = np.append(-open_end, target), np.append(target, open_end)
        return rows, lower, upper
    identity, zeros = np.eye(dim), np.zeros((dim, dim))
    groups = (np.arange(dim) % filters == np.arange(filters)[:, None]).astype(float)
    empty, blank = np.zeros((filters, count)), np.zeros((filters, dim))
    parts = np.zeros((dim, 1))
    worst = -np.ones((filters, 1))
    rows = np.vstack(
        [
            np.hstack([columns.T, -identity, zeros, parts]),
            np.hstack([columns.T, zeros, identity, parts]),
            np.hstack([empty, groups, blank, worst]),
            np.hstack([empty, blank, groups, worst]),
        ]
    )
    open_end = np.full(dim, np.inf)
    nothing = np.zeros(2 * filters)
    lower = np.concatenate([-open_end, target, nothing - np.inf])
    upper = np.concatenate([target, open_end, nothing])
    return rows, lower, upper


_SOLVERS: dict[str, Callable[[dict[str, Any]], tuple[list[int], str]]] = {
    "cp-sat": _cpsat,
    "highs": _highs,
    "milp": feasible,
    "scip": _scip,
}


def _seconds_left(problem: dict[str, Any]) -> float:
    """Until the search must end, by the clock that all processes share."""
    return max(float(problem["end"]) - time.monotonic(), 1e-3)


def main() -> None:
    """``mip_process.py NAME < FILE.npz``: prints the chosen columns and the status."""
    name = sys.argv[-1]
    asked = io.BytesIO(sys.stdin.buffer.read())
    with np.load(asked, allow_pickle=False) as stored:
        problem: dict[str, Any] = {
            "columns": stored["columns"],
            "target": stored["target"],
            "tolerance": float(stored["tolerance"]),
            "filters": int(stored["filters"]),
            "end": float(stored["end"]),
            "seed": int(stored["seed"]),
        }
    chosen, status = _SOLVERS[name](problem)
    sys.stdout.write(json.dumps({"chosen": chosen, "status": status}) + "\n")


if __name__ == "__main__":
    main()
