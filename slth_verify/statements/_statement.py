"""A statement: frozen data that can be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slth_verify.showing import Card, Shown
from slth_verify.statements._data import StatementData
from slth_verify.statements.decisions.decide import Decider
from slth_verify.statements.queries.bound import bound
from slth_verify.statements.queries.compare import compare
from slth_verify.statements.queries.comparison import Comparison
from slth_verify.statements.queries.growth import growth
from slth_verify.statements.queries.hypotheses import HypothesisCheck, check_hypotheses
from slth_verify.statements.queries.solve import Threshold, threshold
from slth_verify.statements.rendering.text import (
    statement_json,
    statement_latex,
    statement_mathml,
)


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Statement(Shown, StatementData):
    """One definition, lemma or theorem: its data, and the questions that it answers."""

    def bound(self, of: str | None = None, *, check: bool = True, **values: Any) -> Any:
        """The bound with values put in; exact in, exact out.

        Args:
            of: Claim or subject; the main claim by default.
            check: Refuse values that violate a hypothesis.
            values: Exact numbers or SymPy expressions by symbol name. Symbols left out
                stay symbols (``C`` always does), unless a default is declared.

        Raises:
            InvalidParameterError: For an unknown name, or a violated hypothesis.

        Rigor:
            Exact. Which side is safe: `Claim.direction`.
        """
        return bound(self, of, values, check=check)

    def check_hypotheses(
        self, of: str | None = None, **values: Any
    ) -> tuple[HypothesisCheck, ...]:
        """Truth of every hypothesis at the given values, with the offending numbers.

        Args:
            of: Claim or subject whose own conditions are checked too; the main claim
                by default.
            values: Exact values by symbol name; declared defaults fill in the rest.

        Returns:
            One `HypothesisCheck` per hypothesis, in order, then those of the claim. A
            condition on laws, norms or events, or one with a symbol that was given no
            value, is INCONCLUSIVE.

        Raises:
            InvalidParameterError: For an unknown name or an unreadable value.

        Rigor:
            Exact; undecided is never VERIFIED.
        """
        return check_hypotheses(self, of, values)

    def solve_for(self, symbol: str, *, of: str | None = None, **values: Any) -> Any:
        """Inverse query: the threshold of ``symbol``; see `threshold` for details."""
        return self.threshold(symbol, of=of, **values).value

    def threshold(
        self,
        symbol: str,
        *,
        of: str | None = None,
        decide: Decider | None = None,
        **values: Any,
    ) -> Threshold:
        """The extreme value of ``symbol`` at which the claim still gives the subject.

        Args:
            symbol: Name to solve for.
            of: Claim or subject; by default the first claim that involves ``symbol``.
            decide: Comparison of exact constants; by default enclosures.
            values: The other symbols, as in `bound`.

        Raises:
            InvalidParameterError: If nothing satisfies the claim, or it stays open.

        Rigor:
            Exact: closed forms are checked, and integers are settled by proved
            comparisons at the value and at its neighbour.
        """
        return threshold(self, symbol, of=of, decider=decide, values=values)

    def compare(self, other: Statement, **options: Any) -> Comparison:
        """Which of two statements is stronger, and where; see `compare`."""
        return compare(self, other, **options)

    def growth(self, of: str, within: str, **values: Any) -> Any:
        """Leading term of the claim about ``of`` as ``within`` tends to its limit."""
        return growth(self, of, within, values)

    def latex(self) -> str:
        """LaTeX of hypotheses and conclusion."""
        return statement_latex(self)

    def mathml(self) -> str:
        """Presentation MathML of hypotheses and conclusion."""
        return statement_mathml(self)

    def to_json(self) -> dict[str, Any]:
        """All fields as plain data (str, list, dict, None)."""
        return statement_json(self)

    def _card(self) -> Card:
        rows = (
            ("kind", self.kind.value),
            ("provenance", self.provenance.value),
            ("source", f"{self.source.paper}, {self.source.item}"),
            ("summary", self.summary),
            ("hypotheses", ", ".join(item.name for item in self.hypotheses)),
        )
        line = f"{self.id}: {self.title} ({self.provenance.value})"
        return Card(line, rows, self.latex, self.mathml)
