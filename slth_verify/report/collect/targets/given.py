"""Networks that a user gives to a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from slth_verify.errors import InvalidParameterError
from slth_verify.graph import TargetCNN
from slth_verify.numbers import ExactNumber, shown
from slth_verify.report.collect.targets.subject import (
    SHARE,
    Subject,
    derived_seed,
    file_stem,
)
from slth_verify.ticket import read_accuracy


def given_subjects(
    targets: Sequence[TargetCNN], seed: int, eps: ExactNumber | None = None
) -> tuple[Subject, ...]:
    """A user's own networks; those of the same name are numbered.

    Args:
        targets: The networks.
        seed: The report's seed.
        eps: Admissible sup error of each, in its units, or a share such as ``"2%"``;
            None for ``"2%"`` of its certified range.

    Raises:
        InvalidParameterError: If ``eps`` is no positive number.
    """
    subjects: list[Subject] = []
    share, asked = (SHARE, "") if eps is None else (eps, str(eps))
    description = "A network that was given to the report."
    for target in targets:
        name, number = target.name, 1
        while file_stem(name) in {subject.stem for subject in subjects}:
            number += 1
            name = f"{target.name}-{number}"
        named, own = replace(target, name=name), derived_seed(seed, name)
        bound = _positive(read_accuracy(share, named), share)
        subjects.append(
            Subject(named, "given", description, own, eps=bound, asked=asked)
        )
    return tuple(subjects)


def _positive(accuracy: Fraction, eps: ExactNumber) -> Fraction:
    if accuracy <= 0:
        raise InvalidParameterError(
            f"eps={shown(eps)}: an admissible error must be positive "
            "(thm:structured-slth). Give more."
        )
    return accuracy
