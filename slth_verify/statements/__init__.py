"""What is claimed: every statement as a frozen symbolic object that can be asked.

The room knows SymPy, and the enclosures that prove the order of two constants: no
floating point, no room above it. Numbers are read exactly, and answers are exact.

Example:
    >>> from slth_verify.statements import statement
    >>> statement("thm:rss").bound(eps="1/100")
    C*log(100)
"""

import sys
from types import ModuleType

from slth_verify.statements._data import StatementData
from slth_verify.statements._registry import build, statement, statements
from slth_verify.statements._statement import Statement
from slth_verify.statements._types import (
    Claim,
    ClaimDirection,
    Hypothesis,
    Kind,
    Provenance,
    Quantity,
    Source,
    Variable,
)
from slth_verify.statements.decisions.decide import Decider, decide
from slth_verify.statements.decisions.exact import read_exact
from slth_verify.statements.patterns import (
    Pattern,
    channel_blocked_mask,
    is_channel_blocked,
    is_filter_mask,
    is_mask,
    pattern,
)
from slth_verify.statements.queries.comparison import Comparison, Stretch
from slth_verify.statements.queries.hypotheses import HypothesisCheck
from slth_verify.statements.queries.solve import Threshold
from slth_verify.statements.rendering.mathml import mathml
from slth_verify.statements.rendering.text import as_text, latex, text

__all__ = [
    "Claim",
    "ClaimDirection",
    "Comparison",
    "Decider",
    "Hypothesis",
    "HypothesisCheck",
    "Kind",
    "Pattern",
    "Provenance",
    "Quantity",
    "Source",
    "Statement",
    "StatementData",
    "Stretch",
    "Threshold",
    "Variable",
    "as_text",
    "build",
    "channel_blocked_mask",
    "decide",
    "is_channel_blocked",
    "is_filter_mask",
    "is_mask",
    "latex",
    "mathml",
    "pattern",
    "read_exact",
    "statement",
    "statements",
    "text",
]


class _CallableRoom(ModuleType):
    """Lets ``slth_verify.statements()`` list the statements, beside being this room."""

    def __call__(self) -> tuple[Statement, ...]:
        return statements()

    def __dir__(self) -> list[str]:
        return sorted(__all__)


sys.modules[__name__].__class__ = _CallableRoom
