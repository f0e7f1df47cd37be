"""The plain parts of a statement: enumerations and small frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from slth_verify.errors import InvalidParameterError
from slth_verify.statements._vocabulary import is_inert


class Provenance(Enum):
    """Where a statement's wording comes from.

    Attributes:
        QUOTED: The source gives it in full.
        RECONSTRUCTED: Rebuilt from its name and role; exponents are parameters.
        DERIVED: Ours, with its proof in ``docs/theory``.
        CITED: Another paper's result; only its abstract's claim is relied on.
    """

    QUOTED = "quoted"
    RECONSTRUCTED = "reconstructed"
    DERIVED = "derived"
    CITED = "cited"


class Kind(Enum):
    """What sort of item a statement is."""

    THEOREM = "theorem"
    LEMMA = "lemma"
    COROLLARY = "corollary"
    DEFINITION = "definition"
    FIGURE = "figure"


class Direction(Enum):
    """Which side a claim bounds, and therefore which answer is the safe one.

    Attributes:
        SUFFICIENT: ``subject >= expression`` is enough for the conclusion.
        NECESSARY: ``subject >= expression`` cannot be avoided.
        LOWER: The subject is at least the expression.
        UPPER: The subject is at most the expression.
        EXACT: The subject equals the expression.
    """

    SUFFICIENT = "sufficient"
    NECESSARY = "necessary"
    LOWER = "lower bound"
    UPPER = "upper bound"
    EXACT = "exact"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a statement is published.

    Attributes:
        paper: Authors, title, venue.
        version: Version of the text, for example an arXiv number.
        item: Number or place within the text.
    """

    paper: str
    version: str
    item: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One declared symbol.

    Attributes:
        symbol: SymPy symbol, indexed base or undefined function.
        domain: SymPy set that it ranges over.
        meaning: What it stands for, with its unit where it has one.
        default: Expression used when a query gives no value; None for no default.
            The constant ``C`` never has one.
    """

    symbol: Any
    domain: Any
    meaning: str
    default: Any = None

    @property
    def name(self) -> str:
        """Name under which queries pass a value."""
        return str(getattr(self.symbol, "name", self.symbol))


@dataclass(frozen=True, kw_only=True, slots=True)
class Hypothesis:
    """One named condition.

    Attributes:
        name: Short permanent name, unique within the statement.
        relation: SymPy relation or Boolean.
        meaning: The condition in words.
    """

    name: str
    relation: Any
    meaning: str

    @property
    def numeric(self) -> bool:
        """Whether numbers alone can decide it (false for laws, norms and events)."""
        return not is_inert(self.relation)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """One quantitative reading of a statement, which `bound` and `solve_for` use.

    Attributes:
        name: Unique within the statement.
        subject: The bounded symbol.
        direction: Side of the bound.
        expression: The bound, in the other symbols.
        meaning: What the subject is here.
        monotone: Pairs ``(name, +1 or -1)``: the expression rises or falls in that
            symbol wherever the hypotheses hold; every pair is proved on that whole box.
        conditions: Hypotheses that this claim needs beyond those of the statement.
    """

    name: str
    subject: Any
    direction: Direction
    expression: Any
    meaning: str
    monotone: tuple[tuple[str, int], ...] = ()
    conditions: tuple[Hypothesis, ...] = ()

    def relation(self) -> Any:
        """The claim as one SymPy relation."""
        import sympy as sp

        if self.direction is Direction.EXACT:
            return sp.Eq(self.subject, self.expression, evaluate=False)
        if self.direction is Direction.UPPER:
            return sp.Le(self.subject, self.expression, evaluate=False)
        return sp.Ge(self.subject, self.expression, evaluate=False)

    def trend(self, name: str) -> int | None:
        """+1 or -1 when the expression is proved to rise or fall in ``name``."""
        return dict(self.monotone).get(name)


def require(condition: bool, message: str) -> None:
    """Raise `InvalidParameterError` with ``message`` unless ``condition`` holds."""
    if not condition:
        raise InvalidParameterError(message)
