"""The plain parts of a statement: enumerations and small frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import sympy as sp

from slth_verify.errors import InvalidParameterError
from slth_verify.showing import OneLine
from slth_verify.statements.vocabulary import is_inert


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


class ClaimDirection(Enum):
    """Which side a claim bounds, and therefore which answer is the safe one.

    Attributes:
        SUFFICIENT: ``subject >= expression`` is enough for the conclusion.
        NECESSARY: ``subject >= expression`` cannot be avoided.
        LOWER: The subject is at least the expression.
        UPPER: The subject is at most the expression.
        EXACT: The subject equals the expression.
        BUDGET: ``subject <= expression`` is enough for the conclusion.
    """

    SUFFICIENT = "sufficient"
    NECESSARY = "necessary"
    LOWER = "lower bound"
    UPPER = "upper bound"
    EXACT = "exact"
    BUDGET = "budget"


class Quantity(Enum):
    """What the subject of a claim measures; only equal quantities are compared."""

    SAMPLES = "number of samples"
    SUBSET_SIZE = "number of samples in a subset"
    PROBABILITY = "probability of the event"
    HITS = "number of subsets that hit"
    LAYER_WIDTH = "width multiplier n of a layer of 2 n filters per input channel"
    NEURONS = "number of hidden neurons"
    SUM_ACCURACY = "accuracy of every subset sum of a layer"
    CHANNEL_FAILURE = "failure probability of one channel"
    CHANNEL_ERROR = "error of one output channel before ReLU, inputs in [-M, M]"
    CHANNEL_OUTPUT_ERROR = "error of one output channel after ReLU, pruned inputs"
    CHANNEL_RANGE = "largest output of one channel of the target"
    LAYER_ERROR = "max-norm error of one layer, inputs in [-M, M]"
    NETWORK_ERROR = "max-norm error after the last layer, inputs in [-1, 1]"
    ERROR_COEFFICIENT = "error coefficient of every layer"
    NET_POINTS = "number of points of the net"
    NET_RADIUS = "1-norm of the points of the net"
    MISSED_MEASURE = "mean Gaussian measure that one side misses"
    CHARACTERISTIC = "characteristic function of a subset sum"
    ERROR_VOLUME = "volume of the admissible errors of one output"
    DENSITY = "density of a subset sum"
    PAIR_MOMENT = "scaled pair moment of two subsets of overlap j"
    MEAN_ENERGY = "mean of X_s on the good event"
    MASK_ENTRY = "entry of the mask"
    ACCURACY = "accuracy in the max norm"
    WEIGHT_DIFFERENCE = "relative difference of a drawn weight and an ideal one"
    OUTPUT_DIFFERENCE = "difference of a layer with drawn and with ideal weights"
    ERROR_SQUARES = "square of a gate's error less that of a share of what it takes"
    OUTPUT_ROW = "a linear combination of outputs over a box of images"
    OUTPUT_DIFFERENCE_IN_BALL = "difference of one output of two networks over a ball"
    CLASS_LEAD = "lead of a class over another one"
    LEAST_SIGNED_SUM = "least max norm of a signed sum"
    FOUND_SIGNED_SUM = "max norm of the signed sum that an algorithm finds"


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


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Variable(OneLine):
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


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Hypothesis(OneLine):
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


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Claim(OneLine):
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
        quantity: What the subject measures, in terms that other claims share.
        event: The event in question, as a SymPy Boolean: what a width is enough for, or
            is necessary for; or the event whose probability is bounded. None for
            quantities that concern no event.
    """

    name: str
    subject: Any
    direction: ClaimDirection
    expression: Any
    meaning: str
    monotone: tuple[tuple[str, int], ...] = ()
    conditions: tuple[Hypothesis, ...] = ()
    quantity: Quantity | None = None
    event: Any = None

    def relation(self) -> Any:
        """The claim as one SymPy relation."""
        if self.direction is ClaimDirection.EXACT:
            return sp.Eq(self.subject, self.expression, evaluate=False)
        if self.direction in (ClaimDirection.UPPER, ClaimDirection.BUDGET):
            return sp.Le(self.subject, self.expression, evaluate=False)
        return sp.Ge(self.subject, self.expression, evaluate=False)

    def trend(self, name: str) -> int | None:
        """+1 or -1 when the expression is proved to rise or fall in ``name``."""
        return dict(self.monotone).get(name)


def require(condition: bool, message: str) -> None:
    """Raise `InvalidParameterError` with ``message`` unless ``condition`` holds."""
    if not condition:
        raise InvalidParameterError(message)
