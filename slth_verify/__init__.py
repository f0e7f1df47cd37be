"""slth_verify: certified structured strong lottery tickets.

Names are loaded when first used, so that importing the package costs nothing. Every
room, such as `slth_verify.subset_sum`, is there without being imported first. The
exceptions that docstrings name are in `slth_verify.errors`.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from slth_verify._version import __version__
from slth_verify.verdict import Evidence, Finding, Statistical, Verdict

if _TYPE_CHECKING:
    from slth_verify import (
        attacks,
        bounds,
        comparison,
        conformance,
        construction,
        enclosure,
        errors,
        forms,
        graph,
        network,
        report,
        statements,
        strategies,
        subset_sum,
        suite,
        sweep,
        ticket,
        verdict,
    )
    from slth_verify.comparison import attack, certify, compare
    from slth_verify.construction import prune, suggested_widths
    from slth_verify.graph import TargetCNN
    from slth_verify.network import RandomCNN
    from slth_verify.statements import statement
    from slth_verify.ticket import CheckResult, Ticket, check

_LAZY = {
    "CheckResult": "ticket",
    "Ticket": "ticket",
    "RandomCNN": "network",
    "TargetCNN": "graph",
    "attack": "comparison",
    "certify": "comparison",
    "check": "ticket",
    "compare": "comparison",
    "prune": "construction",
    "statement": "statements",
    "suggested_widths": "construction",
}

_ROOMS = (
    "attacks",
    "bounds",
    "comparison",
    "conformance",
    "construction",
    "enclosure",
    "errors",
    "forms",
    "graph",
    "network",
    "report",
    "statements",
    "strategies",
    "subset_sum",
    "suite",
    "sweep",
    "ticket",
    "verdict",
)

__all__ = [
    "CheckResult",
    "Evidence",
    "Finding",
    "RandomCNN",
    "Statistical",
    "TargetCNN",
    "Ticket",
    "Verdict",
    "__version__",
    "attack",
    "attacks",
    "bounds",
    "certify",
    "check",
    "compare",
    "comparison",
    "conformance",
    "construction",
    "enclosure",
    "errors",
    "forms",
    "graph",
    "network",
    "prune",
    "report",
    "statement",
    "statements",
    "strategies",
    "subset_sum",
    "suggested_widths",
    "suite",
    "sweep",
    "ticket",
    "verdict",
]


def __getattr__(name: str) -> _Any:
    if name in _LAZY:
        return getattr(_import_module(f"slth_verify.{_LAZY[name]}"), name)
    if name in _ROOMS:
        return _import_module(f"slth_verify.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
