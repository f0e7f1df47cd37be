"""Entries: a question that was searched before, and parameters of its certificate."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from slth_verify.bounds.certificates.two_sides import Sides
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.bounds.mrss.all_targets import from_two_sides, from_two_stage_sides
from slth_verify.bounds.mrss.fixed_target import from_blocks
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.searches.blocks import BlockWidth, certified_blocks
from slth_verify.bounds.searches.two_sides_search import TwoSidesWidth, certified
from slth_verify.bounds.searches.two_stage_sides import TwoStageSides, certified_sides
from slth_verify.bounds.searches.two_stage_width import from_two_stages, rebuilt, stored
from slth_verify.files import parse_json
from slth_verify.limits import CERTIFICATE_BLOCKS, CERTIFICATE_SAMPLES, DIMENSION
from slth_verify.numbers import exact_number, whole_number

#: What may be stored, and what it says of one target or of all at once.
Certified = BlockWidth | TwoStageCertificate | TwoSidesWidth | TwoStageSides


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question, and parameters of a certificate that answered it.

    Attributes:
        dim: Dimension m.
        eps: Accuracy.
        norm: Largest Euclidean norm of the targets.
        prob: Success probability.
        form: Which certificate; those of sides are about all targets at once.
        n: Number of samples that it was found to need.
        parameters: Its parameters by name, as text.
    """

    dim: int
    eps: Fraction
    norm: Fraction
    prob: Fraction
    form: str
    n: int
    parameters: Mapping[str, str]

    @property
    def universal(self) -> bool:
        """Whether it is about all targets of the ball at once."""
        return self.form in _BALLS

    def proved(self) -> FoundWidth | None:
        """What the certificate proves, evaluated again; None if that is too little.

        Rigor:
            Enclosed. Of the entry only the question and the parameters are used.
        """
        try:
            found = _PROVERS[self.form](self)
        except (KeyError, ValueError, ArithmeticError):
            return None
        fits = found is not None and found.probability >= self.prob
        return found if fits else None

    def line(self) -> str:
        """The entry as one line of JSON."""
        return json.dumps(
            {
                "dim": self.dim,
                "eps": str(self.eps),
                "norm": str(self.norm),
                "prob": str(self.prob),
                "form": self.form,
                "n": self.n,
                "with": dict(self.parameters),
            },
            separators=(",", ":"),
        )

    @classmethod
    def read(cls, line: str | bytes) -> Entry:
        """The entry of one line.

        Raises:
            ValueError: If the line is no entry.
        """
        stored = parse_json(line)
        try:
            parameters = stored["with"]
            if not all(isinstance(text, str) for text in parameters.values()):
                raise ValueError("a parameter is no text")
            form = stored["form"]
            if form not in _PROVERS:
                raise ValueError("the form is not known")
            entry = cls(
                dim=whole_number(stored["dim"], least=1, most=DIMENSION),
                eps=exact_number(stored["eps"]),
                norm=exact_number(stored["norm"]),
                prob=exact_number(stored["prob"]),
                form=form,
                n=whole_number(stored["n"], least=1),
                parameters=parameters,
            )
            if not (entry.eps > 0 < entry.norm and 0 < entry.prob < 1):
                raise ValueError("the question is out of range")
            if set(parameters) != _NAMES[form] or entry.n != _samples(entry):
                raise ValueError("the parameters do not fit")
            return entry
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("this is no entry") from error


def entry_of(found: Certified, eps: Fraction, norm: Fraction, prob: Fraction) -> Entry:
    """The entry of a certificate.

    Args:
        found: The certificate.
        eps: Accuracy that was asked for.
        norm: Euclidean norm of the targets that was asked for.
        prob: Success probability that was asked for.
    """
    form, dim, parameters = _written(found)
    return Entry(
        dim=dim,
        eps=eps,
        norm=norm,
        prob=prob,
        form=form,
        n=found.n,
        parameters=parameters,
    )


def _written(found: Certified) -> tuple[str, int, dict[str, str]]:
    """Form, dimension and parameters."""
    if isinstance(found, BlockWidth):
        blocks = {"blocks": str(found.blocks)}
        return "blocks", found.certificate.dim, blocks | _block(found.certificate)
    if isinstance(found, TwoSidesWidth):
        sides = {
            "blocks": str(found.sides.blocks),
            "tau": str(found.sides.tau),
            "slope": str(found.sides.slope),
        }
        return (
            "sides of blocks",
            found.certificate.dim,
            sides | _block(found.certificate),
        )
    if isinstance(found, TwoStageSides):
        both = {
            "tau": str(found.tau),
            "majorant": str(found.slope),
            "reach": str(found.side.norm),
        }
        return "sides", found.side.dim, both | stored(found.side)
    return "stages", found.dim, stored(found)


def _block(certificate: WeightedCertificate) -> dict[str, str]:
    return {
        "accuracy": str(certificate.eps),
        "n": str(certificate.n),
        "size": str(certificate.size),
        "tilt": str(certificate.tilt),
        "weight": str(certificate.weight),
    }


def _certificate(entry: Entry, eps: Fraction, norm: Fraction) -> WeightedCertificate:
    """The second-moment certificate of an entry; the accuracy may be a smaller one."""
    known = entry.parameters
    own = exact_number(known["accuracy"])
    weight = exact_number(known["weight"])
    if own > eps or weight < 0 or (2 * weight).denominator != 1:
        raise ValueError("the certificate is for another question")
    return WeightedCertificate(
        n=whole_number(known["n"], least=1, most=CERTIFICATE_SAMPLES),
        size=whole_number(known["size"], least=1, most=CERTIFICATE_SAMPLES),
        dim=entry.dim,
        eps=own,
        norm=norm,
        tilt=exact_number(known["tilt"]),
        weight=weight,
    )


def _samples(entry: Entry) -> int:
    """The number of samples that the parameters name; no other one costs time."""
    n = whole_number(entry.parameters["n"], least=2, most=CERTIFICATE_SAMPLES)
    parts = 1 if entry.form == "stages" or entry.form == "sides" else _blocks(entry)
    return n * parts * (2 if entry.universal else 1)


def _blocks(entry: Entry) -> int:
    return whole_number(entry.parameters["blocks"], least=1, most=CERTIFICATE_BLOCKS)


def _prove_blocks(entry: Entry) -> FoundWidth:
    certificate = _certificate(entry, entry.eps, entry.norm)
    return from_blocks(certified_blocks(_blocks(entry), certificate))


def _prove_stages(entry: Entry) -> FoundWidth | None:
    certificate = rebuilt(entry.parameters, entry.dim, entry.eps, entry.norm)
    if certificate is None:
        return None
    return from_two_stages(certificate, certificate.failure())


def _prove_sides_of_blocks(entry: Entry) -> FoundWidth | None:
    tau, slope = (exact_number(entry.parameters[name]) for name in ("tau", "slope"))
    if min(tau, slope) <= 0:
        return None
    certificate = _certificate(entry, entry.eps / 2, Fraction(0))
    return from_two_sides(
        certified(Sides(_blocks(entry), tau, slope), certificate, entry.norm)
    )


def _prove_sides(entry: Entry) -> FoundWidth | None:
    known = entry.parameters
    tau, slope, reach = (
        exact_number(known[name]) for name in ("tau", "majorant", "reach")
    )
    side = rebuilt(known, entry.dim, entry.eps / 2, reach)
    if side is None or min(tau, slope) <= 0:
        return None
    return from_two_stage_sides(
        certified_sides(side, side.failure(), tau, slope, entry.norm)
    )


_BALLS = ("sides", "sides of blocks")

_BLOCK = frozenset({"blocks", "accuracy", "n", "size", "tilt", "weight"})
_STAGES = frozenset({"n", "share", "slope", "cap", "stages"})

#: The parameters of each form.
_NAMES = {
    "blocks": _BLOCK,
    "stages": _STAGES,
    "sides": _STAGES | {"tau", "majorant", "reach"},
    "sides of blocks": _BLOCK | {"tau", "slope"},
}

_PROVERS: dict[str, Callable[[Entry], FoundWidth | None]] = {
    "blocks": _prove_blocks,
    "stages": _prove_stages,
    "sides": _prove_sides,
    "sides of blocks": _prove_sides_of_blocks,
}
