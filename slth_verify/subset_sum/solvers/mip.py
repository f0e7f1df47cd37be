"""MIP solvers that must be installed, each in a process of its own."""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from slth_verify.deadline import now
from slth_verify.errors import MissingExtraError
from slth_verify.processes.children import start
from slth_verify.subset_sum._options import SearchOptions
from slth_verify.subset_sum._problem import IndexArray, Problem, Proposal
from slth_verify.subset_sum.steps import mip_process
from slth_verify.subset_sum.steps.incumbent import Incumbent
from slth_verify.subset_sum.steps.linear_form import LinearForm, is_linear, solve_linear

_WORKER = Path(mip_process.__file__)
_RUN = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__')"
_SEARCHED = 0.95  # of the time limit; the rest is for the answer
_PATIENCE = 1.1  # times the limit, after which the process is ended


@dataclass(frozen=True, slots=True)
class ExternalSolver:
    """A MIP solver that minimises the score, with one thread, out of process.

    The library is never imported here: two of them cannot share one process. It
    proposes the best subset it has when time is out; the residual is recomputed from
    the columns. Whatever status it ends with, "infeasible" included, "not found" does
    not mean that no subset exists. Memory is the library's own affair.

    Attributes:
        name: As in the registry.
        extra: Optional dependency of this package that brings the library.
        module: What the library is imported as.
    """

    takes_memory_limit: ClassVar[bool] = False
    takes_device: ClassVar[bool] = False

    name: str
    extra: str
    module: str

    def supports(self, problem: Problem) -> bool:
        """`MaxTolerance` or `FilterBudget`, and at most 4 million entries."""
        return is_linear(problem)

    def available(self) -> bool:
        """Whether the library is installed."""
        return importlib.util.find_spec(self.module) is not None

    def solve(self, problem: Problem, options: SearchOptions) -> Proposal:
        """The solver's best subset; it uses all the time there is, whatever the effort.

        Start and model are part of the time. A process that has not answered a tenth
        later is ended.

        Raises:
            MissingExtraError: The library is not installed.
        """
        if not self.available():
            raise MissingExtraError(
                f"solver={self.name!r} needs the package {self.module!r} "
                f"(def:subset-sum-number). pip install 'slth-verify[{self.extra}]'"
            )
        return solve_linear(problem, self.name, options, self._chosen)

    def _chosen(self, form: LinearForm, held: Incumbent) -> IndexArray | None:
        chosen = ask_process(self.name, form, held.options.seed, held.seconds_left())
        held.counters["answered"] = float(chosen is not None)
        return chosen


def ask_process(
    name: str, form: LinearForm, seed: int, seconds: float
) -> IndexArray | None:
    """Positions of the columns that a solver chooses in a process of its own.

    Args:
        name: Of a solver of `slth_verify.subset_sum.steps.mip_process`.
        form: What to solve.
        seed: Handed on, below 2^31.
        seconds: For all of it, a tenth more at most.

    Returns:
        None without a readable answer in time.
    """
    asked = io.BytesIO()
    np.savez(
        asked,
        columns=form.loaded.columns,
        target=form.loaded.target,
        tolerance=form.tolerance,
        filters=form.filters,
        end=now() + _SEARCHED * seconds,
        seed=seed % 2**31,
    )
    with start(
        _RUN,
        (str(_WORKER), name),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        try:
            answer, _ = child.communicate(asked.getvalue(), _PATIENCE * seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            return None
        except BaseException:
            child.kill()
            raise
    return _chosen(answer.decode(errors="replace"), form.loaded.count)


def _chosen(answer: str, count: int) -> IndexArray | None:
    """Distinct positions below ``count`` from the last line of an answer."""
    try:
        last = json.loads(answer.strip().splitlines()[-1])
        chosen = np.unique(np.array(last["chosen"], dtype=np.int64))
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    if chosen.size and not 0 <= chosen[0] <= chosen[-1] < count:
        return None
    return chosen


CP_SAT = ExternalSolver("cp-sat", "cpsat", "ortools")
HIGHS = ExternalSolver("highs", "highs", "highspy")
SCIP = ExternalSolver("scip", "scip", "pyscipopt")
