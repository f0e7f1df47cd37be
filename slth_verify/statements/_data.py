"""What a statement says and under which hypotheses, as frozen symbolic data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from slth_verify.errors import InvalidParameterError
from slth_verify.showing import OneLine
from slth_verify.statements._types import (
    Claim,
    ClaimDirection,
    Hypothesis,
    Kind,
    Provenance,
    Source,
    Variable,
    require,
)


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class StatementData(OneLine):
    """What one definition, lemma or theorem says.

    Meaning never changes: a corrected statement gets a new id and names the old one in
    ``supersedes``. On construction every symbol in a hypothesis, the conclusion or a
    claim must be declared, or `InvalidParameterError` is raised.

    Attributes:
        id: Permanent identifier such as ``thm:rss``.
        title: Short title.
        kind: Theorem, lemma, definition, corollary or figure.
        source: Paper, version and item.
        provenance: Quoted, reconstructed, derived or cited.
        provenance_of: Pairs ``(clause, provenance)`` for clauses that come from
            elsewhere than the rest: ``"title"``, ``"summary"``, ``"conclusion"``, or
            the name of a hypothesis or a claim.
        symbols: Every symbol with domain and meaning.
        hypotheses: All conditions, side conditions included.
        conclusion: What follows, as a SymPy Boolean.
        claims: Quantitative readings; the first is the main one. Empty for a pure
            definition.
        failure_probability: Probability with which the conclusion may fail, else None.
        summary: The statement in words.
        notes: Gaps, errata, and what is not known about it.
        definitions: Auxiliary equations (functions used in the claims).
        uses: Ids of the statements that its proof uses.
        supersedes: Id of a withdrawn statement that this one corrects.
    """

    id: str
    title: str
    kind: Kind
    source: Source
    provenance: Provenance
    symbols: tuple[Variable, ...]
    hypotheses: tuple[Hypothesis, ...]
    conclusion: Any
    summary: str
    claims: tuple[Claim, ...] = ()
    failure_probability: Any = None
    notes: tuple[str, ...] = ()
    definitions: tuple[Any, ...] = ()
    uses: tuple[str, ...] = ()
    supersedes: str | None = None
    provenance_of: tuple[tuple[str, Provenance], ...] = ()

    def __post_init__(self) -> None:
        where = f"id={self.id!r}"
        require(bool(self.hypotheses), f"{where} has no hypotheses")
        require(bool(self.summary), f"{where} has no summary")
        for field in ("paper", "version", "item"):
            require(bool(getattr(self.source, field)), f"{where} has no source.{field}")
        require(isinstance(self.provenance, Provenance), f"{where} has no provenance")
        directed = all(
            isinstance(item.direction, ClaimDirection) for item in self.claims
        )
        require(directed, f"{where} has a claim without a direction")
        for label, names in (
            ("symbol", [variable.name for variable in self.symbols]),
            ("hypothesis", [hypothesis.name for hypothesis in self.hypotheses]),
            ("claim", [claim.name for claim in self.claims]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            require(not twice, f"{where} declares {label} {twice} twice")
        clauses = {"title", "summary", "conclusion"}
        clauses |= {hypothesis.name for hypothesis in self.hypotheses}
        clauses |= {claim.name for claim in self.claims}
        unknown = sorted({name for name, _ in self.provenance_of} - clauses)
        require(not unknown, f"{where} has no clause {unknown}: name one of its own")
        declared = {variable.name for variable in self.symbols}
        missing = sorted(_names_in(self._expressions()) - declared)
        require(not missing, f"{where} uses undeclared symbols {missing}: declare them")
        conditions = [item for claim in self.claims for item in claim.conditions]
        for hypothesis in (*self.hypotheses, *conditions):
            decided = hypothesis.relation in (sp.true, sp.false)
            require(not decided, f"{where}: hypothesis {hypothesis.name} is constant")

    def _expressions(self) -> tuple[Any, ...]:
        parts: list[Any] = [self.conclusion, *self.definitions]
        parts += [hypothesis.relation for hypothesis in self.hypotheses]
        parts += [variable.default for variable in self.symbols]
        for claim in self.claims:
            parts += [claim.subject, claim.expression, claim.event]
            parts += [condition.relation for condition in claim.conditions]
        parts.append(self.failure_probability)
        return tuple(part for part in parts if part is not None)

    @property
    def direction(self) -> ClaimDirection:
        """Side of the main claim; EXACT for a definition."""
        return self.claims[0].direction if self.claims else ClaimDirection.EXACT

    def clause_provenance(self, clause: str) -> Provenance:
        """Where one clause comes from: a hypothesis, a claim, or the conclusion."""
        return dict(self.provenance_of).get(clause, self.provenance)

    @property
    def origin(self) -> str:
        """The provenance in words, with the clauses that differ."""
        words = [self.provenance.value]
        for source in dict.fromkeys(source for _, source in self.provenance_of):
            names = [name for name, other in self.provenance_of if other is source]
            words.append(f"but {' and '.join(names)} {source.value}")
        return ", ".join(words)

    def variable(self, name: str) -> Variable:
        """The declared symbol called ``name``.

        Raises:
            InvalidParameterError: If there is none; the message lists all names.
        """
        for candidate in self.symbols:
            if candidate.name == name:
                return candidate
        names = ", ".join(variable.name for variable in self.symbols)
        raise InvalidParameterError(
            f"name={name!r} is no symbol of {self.id}: it declares {names}. "
            "Use one of these names."
        )

    def claim(self, of: str | None = None) -> Claim:
        """The claim called ``of``, or whose subject is ``of``; the main one by default.

        Raises:
            InvalidParameterError: If there is none.
        """
        for candidate in self.claims:
            if of is None or of in (candidate.name, str(candidate.subject)):
                return candidate
        names = ", ".join(claim.name for claim in self.claims) or "none"
        raise InvalidParameterError(
            f"of={of!r} names no claim of {self.id}, which has: {names}. "
            "Choose one, or another statement."
        )

    def __str__(self) -> str:
        return f"{self.id}: {self.title}"


def _names_in(expressions: tuple[Any, ...]) -> set[str]:
    """Names of all free symbols, indexed bases and undefined functions."""
    names: set[str] = set()
    for expression in expressions:
        for symbol in expression.free_symbols:
            if not isinstance(symbol, sp.Indexed):
                names.add(str(symbol.name))
        for function in expression.atoms(AppliedUndef):
            names.add(str(function.func.__name__))
    return names
