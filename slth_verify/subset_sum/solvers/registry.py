"""The registry of solvers: the only place where they are named."""

from __future__ import annotations

from slth_verify.errors import InvalidParameterError
from slth_verify.numbers import shown
from slth_verify.subset_sum._problem import Solver
from slth_verify.subset_sum.one_dim.solver import OneDimension
from slth_verify.subset_sum.solvers.exhaustive import ExhaustiveSearch
from slth_verify.subset_sum.solvers.ladder import Ladder
from slth_verify.subset_sum.solvers.meet_in_the_middle import MeetInTheMiddle
from slth_verify.subset_sum.solvers.milp import Milp
from slth_verify.subset_sum.solvers.mip import CP_SAT, HIGHS, SCIP

_REGISTRY: dict[str, Solver] = {}
_OPTIONAL: dict[str, Solver] = {solver.name: solver for solver in (CP_SAT, HIGHS, SCIP)}


def register(solver: Solver) -> Solver:
    """Adds a solver under its name, and returns it.

    Raises:
        InvalidParameterError: The name is empty, reserved or taken.
    """
    name = solver.name
    if not name or name == "auto" or name in _REGISTRY | _OPTIONAL:
        raise InvalidParameterError(
            f"solver name {name!r}: a name must be new and not 'auto' "
            f"(def:subset-sum-number); taken: {sorted(_REGISTRY | _OPTIONAL)}. "
            "Choose another."
        )
    _REGISTRY[name] = solver
    return solver


def solvers() -> tuple[Solver, ...]:
    """The registered solvers, in order of registration; none needs an extra."""
    return tuple(_REGISTRY.values())


def optional_solvers() -> tuple[Solver, ...]:
    """Solvers that need an extra, and say which; ``"auto"`` never takes them."""
    return tuple(_OPTIONAL.values())


def solver_named(name: str) -> Solver:
    """The registered or optional solver of this name.

    Raises:
        InvalidParameterError: There is none.
    """
    known = _REGISTRY | _OPTIONAL
    if name not in known:
        raise InvalidParameterError(
            f"solver={shown(name)} is not registered (def:subset-sum-number); known: "
            f"{sorted(known)}."
        )
    return known[name]


register(ExhaustiveSearch())
register(MeetInTheMiddle())
register(OneDimension())
register(Ladder())
register(Milp())
