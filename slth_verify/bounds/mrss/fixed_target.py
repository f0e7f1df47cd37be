"""Widths for one target: every evaluator there is, and the smallest answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from slth_verify.bounds.certificates import two_stage
from slth_verify.bounds.certificates.certified_width import BlockWidth
from slth_verify.bounds.certificates.repetition import Repetition, repeated
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.certificates.weighted_moment import (
    BITS,
    STATEMENT,
    WeightedCertificate,
)
from slth_verify.bounds.ledger import keys
from slth_verify.bounds.ledger.steps import Step
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.question import Question
from slth_verify.bounds.searches.blocks import block_width
from slth_verify.bounds.searches.two_stage_width import two_stage_certificate
from slth_verify.enclosure import Enclosure
from slth_verify.errors import InvalidParameterError

#: An evaluator of widths for one target.
Evaluator = Callable[[Question], FoundWidth]


def fixed_width(question: Question) -> FoundWidth:
    """The smallest width that any evaluator certifies for one target.

    Rigor:
        Enclosed.

    Raises:
        InvalidParameterError: If no evaluator found a certificate.
    """
    return smallest(evaluators(question), _ALL, question)


def smallest(
    first: Sequence[Evaluator], rest: Sequence[Evaluator], question: Question
) -> FoundWidth:
    """The smallest width of the first evaluators; the rest are asked if all refuse.

    Raises:
        InvalidParameterError: The first refusal, if no evaluator found a certificate.
    """
    found: list[FoundWidth] = []
    refusals: list[InvalidParameterError] = []
    for evaluate in (*first, *(other for other in rest if other not in first)):
        if found and evaluate not in first:
            break
        try:
            found.append(evaluate(question))
        except InvalidParameterError as refusal:
            refusals.append(refusal)
    if not found:
        raise refusals[0]
    return min(found, key=lambda width: width.n)


def evaluators(question: Question) -> tuple[Evaluator, ...]:
    """The evaluators that are worth a try; the rest are asked if these all refuse.

    Two stages need some samples beyond one block, but repeating a block costs a factor,
    and one block costs a power of the dimension.
    """
    dim, rare = question.dim, question.miss <= _RARE
    if dim >= _MANY or (rare and dim > _FEW):
        return (by_two_stages,)
    if rare or dim >= _SOME:
        return by_blocks, by_two_stages
    return (by_blocks,)


#: Failure probability from which down two stages are tried.
_RARE = Fraction(2, 5)

#: Dimensions: up to the first, blocks may win at high probability; from the second on,
#: two stages may win at any probability; from the third on, they always did.
_FEW, _SOME, _MANY = 3, 64, 128


def by_blocks(question: Question) -> FoundWidth:
    """The width of independent blocks."""
    return from_blocks(block_width(question))


def from_blocks(found: BlockWidth) -> FoundWidth:
    """A width of blocks with its derivation, and what other numbers of blocks give."""
    certificate, miss = found.certificate, 1 - found.single
    return FoundWidth(
        n=found.n,
        failure=1 - found.probability,
        derivation=block_ledger(found),
        size=certificate.size,
        stairs=repeated(certificate.n, miss, 2 * found.blocks + 1),
        certificate=found,
    )


def block_ledger(found: BlockWidth) -> tuple[Step, ...]:
    """The derivation of a width for one target."""
    certificate = found.certificate
    single = Step(
        statement=STATEMENT,
        text="One block hits every target of this Euclidean norm with at least this "
        "probability, by a weighted second moment over its subsets of one size.",
        values=(
            *block_values(certificate),
            *certificate.values("eps", "norm").items(),
            ("probability", str(Enclosure(found.single, Fraction(1)))),
        ),
    )
    if found.blocks == 1:
        return (single,)
    repeated = Step(
        statement=STATEMENT,
        text="Disjoint blocks are independent; one of them is enough.",
        values=(
            *Repetition(found.blocks).values().items(),
            ("n", str(found.n)),
            ("probability", str(Enclosure(found.probability, Fraction(1)))),
        ),
    )
    return (single, repeated)


def block_values(certificate: WeightedCertificate) -> tuple[tuple[str, str], ...]:
    """The parameters of a step, but for accuracy and norm."""
    own = certificate.values("n", "size", "tilt", "weight", keys=keys.BLOCK)
    return (*own.items(), ("bits", str(BITS)))


#: What a step says of two stages, in this order.
_STAGES = ("n", "share", "slope", "cap", "stages", "eps", "norm")


def by_two_stages(question: Question) -> FoundWidth:
    """The width of a first stage of small samples and a second stage of all others."""
    return from_two_stages(*two_stage_certificate(question))


def from_two_stages(certificate: TwoStageCertificate, failure: Fraction) -> FoundWidth:
    """The width of a certificate whose failure probability has been evaluated."""
    return FoundWidth(
        n=certificate.n,
        failure=failure,
        derivation=two_stage_ledger(certificate, failure),
        size=certificate.stages[-1].size,
        stairs=((certificate.n, failure),),
        certificate=certificate,
    )


def two_stage_ledger(
    certificate: TwoStageCertificate, failure: Fraction
) -> tuple[Step, ...]:
    """The derivation, with all parameters of the certificate."""
    return (
        Step(
            statement="der:multiset-borell",
            text="Fresh samples of large scale miss a set of given Gaussian measure at "
            "most as often as a half-space, a problem in one dimension.",
        ),
        Step(
            statement=two_stage.STATEMENT,
            text="The samples labelled small cover a set of certified measure, and all "
            "others carry it to every target of this Euclidean norm.",
            values=(
                *certificate.values(*_STAGES).items(),
                ("failure", str(Enclosure(Fraction(0), failure))),
                ("bits", str(two_stage.BITS)),
            ),
        ),
    )


_ALL: tuple[Evaluator, ...] = (by_blocks, by_two_stages)
