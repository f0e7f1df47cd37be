"""Small constructors that keep the statement files readable."""

from __future__ import annotations

from functools import partial
from typing import Any

import sympy as sp

from slth_verify.statements._data import StatementData
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
from slth_verify.statements.vocabulary import (
    Exists,
    ForAll,
    Iid,
    Law,
    NamedSet,
    Norm,
    NsnLaw,
    Prob,
    Subsets,
    SubsetSum,
)
from slth_verify.statements.writing.symbols import eps, m, n, r

NATURALS = sp.S.Naturals
NATURALS0 = sp.S.Naturals0
REALS = sp.S.Reals
POSITIVE = sp.Interval.open(0, sp.oo)
NONNEGATIVE = sp.Interval(0, sp.oo)
UNIT = sp.Interval(0, 1)
_SIGNS = {"+": 1, "-": -1}

X, Y, z, S, f, g = sp.symbols("X Y z S f g")

#: Relations that SymPy does not evaluate, so that proofs alone decide them.
ge = partial(sp.Ge, evaluate=False)
le = partial(sp.Le, evaluate=False)
gt = partial(sp.Gt, evaluate=False)
lt = partial(sp.Lt, evaluate=False)
eq = partial(sp.Eq, evaluate=False)


def var(symbol: Any, domain: Any, meaning: str, default: Any = None) -> Variable:
    """A declared symbol; a text as domain names a set of objects."""
    if isinstance(domain, str):
        domain = NamedSet(domain)
    return Variable(symbol=symbol, domain=domain, meaning=meaning, default=default)


def hyp(name: str, relation: Any, meaning: str) -> Hypothesis:
    """A named hypothesis."""
    return Hypothesis(name=name, relation=relation, meaning=meaning)


def _claim(
    direction: ClaimDirection,
    name: str,
    subject: Any,
    expression: Any,
    meaning: str,
    quantity: Quantity,
    *conditions: Hypothesis,
    trends: str = "",
    event: Any = None,
) -> Claim:
    """A quantitative reading: ``"+n -eps"`` means rising in n and falling in eps."""
    return Claim(
        name=name,
        subject=subject,
        direction=direction,
        expression=expression,
        meaning=meaning,
        monotone=tuple((item[1:], _SIGNS[item[0]]) for item in trends.split()),
        conditions=conditions,
        quantity=quantity,
        event=event,
    )


#: Claims by the side that they bound; see `ClaimDirection`.
sufficient = partial(_claim, ClaimDirection.SUFFICIENT)
necessary = partial(_claim, ClaimDirection.NECESSARY)
lower = partial(_claim, ClaimDirection.LOWER)
upper = partial(_claim, ClaimDirection.UPPER)
exact = partial(_claim, ClaimDirection.EXACT)
budget = partial(_claim, ClaimDirection.BUDGET)


def derived(
    id: str, title: str, item: str, *, kind: Kind = Kind.THEOREM, **parts: Any
) -> StatementData:
    """A theorem of this project; ``item`` is its place in ``docs/theory``."""
    source = Source(paper="slth_verify, docs/theory", version="1", item=item)
    return StatementData(
        id=id,
        title=title,
        kind=kind,
        source=source,
        provenance=Provenance.DERIVED,
        **parts,
    )


def cited(id: str, title: str, source: Source, **parts: Any) -> StatementData:
    """Another paper's theorem."""
    return StatementData(
        id=id,
        title=title,
        kind=Kind.THEOREM,
        source=source,
        provenance=Provenance.CITED,
        **parts,
    )


def the_paper(item: str) -> Source:
    """The paper whose statements this package verifies."""
    return Source(
        paper="A. da Cunha, F. d'Amore, E. Natale, Polynomially Over-Parameterized "
        "Convolutional Neural Networks Contain Structured Strong Winning Lottery "
        "Tickets, NeurIPS 2023",
        version="arXiv:2311.09858",
        item=item,
    )


def sample_is(symbol: Any, law: Any, count: Any) -> Any:
    """The relation "``symbol`` is a sample of ``count`` i.i.d. draws from ``law``"."""
    return sp.Eq(Law(symbol), Iid(law, count), evaluate=False)


def nsn_sample(symbol: Any, m: Any, n: Any) -> Any:
    """The relation "``symbol`` consists of n i.i.d. NSN vectors of dimension m"."""
    return sample_is(symbol, NsnLaw(m), n)


def nsn_vectors(count: Any = n) -> tuple[Hypothesis, ...]:
    """That the sample X consists of so many NSN vectors, and eps is an accuracy."""
    return (
        hyp("nsn", nsn_sample(X, m, count), "X_i i.i.d. NSN (def:nsn)"),
        hyp("dimension", ge(m, 1), "the dimension is positive"),
        hyp("eps-positive", gt(eps, 0), "the accuracy is positive"),
    )


def nsn_target(count: Any = n) -> tuple[Hypothesis, ...]:
    """As `nsn_vectors`, with a target z of 2-norm at most r."""
    return (
        *nsn_vectors(count),
        hyp("radius-sign", ge(r, 0), "the radius is not negative"),
        hyp("target", le(Norm(z, 2), r), "||z||_2 is at most r"),
    )


def hit(symbol: Any, target: Any, eps: Any, *size: Any) -> Any:
    """The event that some subset sum, of any size or of size k, is within eps."""
    miss = Norm(SubsetSum(symbol, S) - target, sp.oo)
    return Exists(S, Subsets(*size), sp.Le(miss, eps, evaluate=False))


def reached(symbol: Any, target: Any, eps: Any, *size: Any) -> Any:
    """As `hit`, for samples that are real numbers."""
    miss = sp.Abs(target - SubsetSum(symbol, S))
    return Exists(S, Subsets(*size), le(miss, eps))


def hit_probability(symbol: Any, target: Any, eps: Any, *size: Any) -> Any:
    """P(some subset sum is within eps of the target), of any size or of size k."""
    return Prob(hit(symbol, target, eps, *size))


def approximated(
    target: Any, targets: str, found: Any, candidates: str, accuracy: Any, order: Any
) -> Any:
    """The event that all targets of a named set have a candidate near in the norm."""
    near = le(Norm(target - found, order), accuracy)
    return ForAll(target, NamedSet(targets), Exists(found, NamedSet(candidates), near))
