"""Entries: a question that was searched before, and parameters of its certificate."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, TypeVar

from slth_verify.bounds.certificates.certified_width import (
    BlockWidth,
    Certified,
    SidesOfBlocks,
    SidesOfStages,
)
from slth_verify.bounds.certificates.codec import Stored
from slth_verify.bounds.certificates.repetition import Repetition
from slth_verify.bounds.certificates.two_sides import Sides
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate
from slth_verify.bounds.mrss.all_targets import (
    from_sides_of_blocks,
    from_sides_of_stages,
)
from slth_verify.bounds.mrss.fixed_target import from_blocks, from_two_stages
from slth_verify.bounds.mrss.found import FoundWidth
from slth_verify.bounds.question import Question
from slth_verify.files import parse_json
from slth_verify.limits import CERTIFICATE_SAMPLES, DIMENSION
from slth_verify.numbers import exact_number, whole_number

#: What the file calls a parameter, where not by its name: the accuracy of a block, and
#: two parameters that occur twice for two sides of two stages.
_BLOCK = {"eps": "accuracy"}
_MAJORANT = {"slope": "majorant"}
_SIDE = {"norm": "reach"}

_Kind = TypeVar("_Kind", bound=Stored)


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
    def question(self) -> Question:
        """The question."""
        return Question(self.dim, self.eps, self.norm, self.prob)

    @property
    def repetition(self) -> Repetition:
        """The repetition of blocks, which nobody vouches for."""
        return self._read(Repetition)

    @property
    def sides(self) -> Sides:
        """Two sides, of blocks or of two stages, which nobody vouches for."""
        if self.form == "sides":
            return self._read(Sides, _MAJORANT, blocks=1)
        return self._read(Sides)

    @property
    def block(self) -> WeightedCertificate:
        """The certificate of one block, which nobody vouches for."""
        norm = Fraction(0) if self.universal else self.norm
        own = self._read(WeightedCertificate, _BLOCK, dim=self.dim, norm=norm)
        if own.eps > self.eps / (2 if self.universal else 1):
            raise ValueError("the certificate is for another question")
        return own

    @property
    def stages(self) -> TwoStageCertificate:
        """The certificate of two stages, or of one side, which nobody vouches for."""
        if self.form == "sides":
            half = self.eps / 2
            return self._read(TwoStageCertificate, _SIDE, dim=self.dim, eps=half)
        return self._read(
            TwoStageCertificate, dim=self.dim, eps=self.eps, norm=self.norm
        )

    def _read(
        self, kind: type[_Kind], keys: Mapping[str, str] | None = None, **given: Any
    ) -> _Kind:
        return kind.from_values(self.parameters.__getitem__, keys or {}, **given)

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
        return found if found.probability >= self.prob else None

    def to_json(self) -> dict[str, object]:
        """The entry as a JSON object."""
        return {
            "dim": self.dim,
            "eps": str(self.eps),
            "norm": str(self.norm),
            "prob": str(self.prob),
            "form": self.form,
            "n": self.n,
            "with": dict(self.parameters),
        }

    def line(self) -> str:
        """The entry as one line of JSON."""
        return json.dumps(self.to_json(), separators=(",", ":"))

    @classmethod
    def read(cls, line: str | bytes) -> Entry:
        """The entry of one line.

        Raises:
            ValueError: If the line is no entry.
        """
        return cls.from_json(parse_json(line))

    @classmethod
    def from_json(cls, stored: Any) -> Entry:
        """The entry of a JSON object that nobody vouches for.

        Raises:
            ValueError: If it is no entry.
        """
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


def entry_of(found: Certified, question: Question) -> Entry:
    """The entry of a certificate that answers a question."""
    form, parameters = _written(found)
    asked = asdict(question)
    return Entry(**asked, form=form, n=found.n, parameters=parameters)


def _written(found: Certified) -> tuple[str, dict[str, str]]:
    """Form and parameters."""
    if isinstance(found, TwoStageCertificate):
        return "stages", found.values(*_STAGES)
    if isinstance(found, BlockWidth):
        own = Repetition(found.blocks).values()
        certificate = found.certificate
        return "blocks", own | certificate.values(*_OF_BLOCK, keys=_BLOCK)
    if isinstance(found, SidesOfBlocks):
        block = found.side.values(*_OF_BLOCK, keys=_BLOCK)
        return "sides of blocks", found.sides.values() | block
    own = found.sides.values("tau", "slope", keys=_MAJORANT)
    return "sides", own | found.side.values("norm", *_STAGES, keys=_SIDE)


def _samples(entry: Entry) -> int:
    """The number of samples that the parameters name; no other one costs time."""
    n = whole_number(entry.parameters["n"], least=2, most=CERTIFICATE_SAMPLES)
    parts = 1 if entry.form in ("stages", "sides") else entry.repetition.blocks
    return n * parts * (2 if entry.universal else 1)


_BALLS = ("sides", "sides of blocks")

#: What is written of a block and of two stages, in this order.
_OF_BLOCK = ("eps", "n", "size", "tilt", "weight")
_STAGES = ("n", "share", "slope", "cap", "stages")

_BLOCKS = {"blocks", "accuracy", "n", "size", "tilt", "weight"}

#: The keys of each form.
_NAMES = {
    "blocks": _BLOCKS,
    "stages": set(_STAGES),
    "sides": {*_STAGES, "tau", "majorant", "reach"},
    "sides of blocks": {*_BLOCKS, "tau", "slope"},
}

_PROVERS: dict[str, Callable[[Entry], FoundWidth]] = {
    "blocks": lambda own: from_blocks(
        BlockWidth.certified(own.repetition.blocks, own.block)
    ),
    "stages": lambda own: from_two_stages(
        own.stages, own.stages.failure(enough=(1 - own.prob).__ge__)
    ),
    "sides": lambda own: from_sides_of_stages(
        SidesOfStages.within(own.sides, own.stages, own.norm, 1 - own.prob)
    ),
    "sides of blocks": lambda own: from_sides_of_blocks(
        SidesOfBlocks.certified(own.sides, own.block, own.norm)
    ),
}
