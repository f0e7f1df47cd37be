"""Looking at a checked ticket: forward passes, accuracy, collapse, pictures."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.report.collect.cases.accuracy import (
    accuracy,
    accuracy_finding,
    classify,
)
from slth_verify.report.collect.cases.collapse import merging_is_exact, size_rows
from slth_verify.report.collect.cases.masks import mask_pictures
from slth_verify.report.collect.cases.samples import sample_digits
from slth_verify.report.collect.cases.ticket_figures import certified_bound
from slth_verify.report.collect.passes.dense import dense_check
from slth_verify.report.collect.passes.inputs import HELD_OUT, images_of
from slth_verify.report.collect.passes.networks import Networks
from slth_verify.report.collect.passes.observations import (
    MERGED,
    compared,
    merged_and_pruned,
)
from slth_verify.report.collect.passes.rounding import rounded_outputs
from slth_verify.report.collect.targets.subject import Subject
from slth_verify.report.model.observations import (
    TARGET_AND_PRUNED,
    Observation,
    finding_of,
    observe,
)
from slth_verify.report.model.parts import Accuracy, MaskPicture, Sample, SizeRow
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import OUTPUT, Absent, Figure, enclosed
from slth_verify.ticket import CheckResult, Ticket
from slth_verify.verdict import Direction, Finding


@dataclass(frozen=True, slots=True)
class Examination:
    """What `examine` found; fields as in `CaseReport`."""

    observations: tuple[Observation, ...] = ()
    accuracy: Accuracy | None = None
    masks: tuple[MaskPicture, ...] = ()
    collapse: tuple[SizeRow, ...] = ()
    samples: tuple[Sample, ...] = ()
    findings: tuple[Finding, ...] = ()


def probe(subject: Subject, profile: Profile) -> tuple[Figure, str]:
    """The target's largest output on held-out or, without those, on test inputs.

    Args:
        subject: The target.
        profile: How many test inputs.

    Returns:
        The modulus, enclosed with the rounding of its pass, and the inputs in words.
    """
    images = images_of(subject, profile)
    name = HELD_OUT if HELD_OUT in images else "test inputs"
    chosen = [images[HELD_OUT]] if HELD_OUT in images else [*images.values()]
    if not chosen:
        return Absent("there are no test inputs"), name
    found = rounded_outputs(subject.target, np.concatenate(chosen))
    top, rounding = float(np.abs(found.values).max()), float(found.errors.max())
    if not np.isfinite([top, rounding]).all():
        return Absent("the forward pass is not finite"), name
    low = max(Fraction(0), Fraction(top) - Fraction(rounding))
    high = Fraction(top) + Fraction(rounding)
    return enclosed(low, high, Direction.BOTH, OUTPUT), name


def examine(
    subject: Subject,
    ticket: Ticket,
    result: CheckResult,
    profile: Profile,
    step: Callable[[int, int], None],
) -> Examination:
    """Run the pruned random network beside the target.

    Args:
        subject: The target.
        ticket: As read from its file.
        result: What the checker said.
        profile: How much to do; large targets get fewer images.
        step: Called as ``step(done, total)``.

    Returns:
        Nothing but empty fields if the checker certified nothing: then the ticket is
        not the network that it claims to be.
    """
    bound = certified_bound(result)
    if bound is None:
        return Examination()
    networks = Networks(subject.target, ticket)
    observations, outputs, findings = _passes(subject, networks, bound, profile, step)
    found = (finding_of(seen) for seen in observations)
    findings += [finding for finding in found if finding is not None]
    scored, samples = _on_held_out(subject, networks, outputs, bound, profile)
    if scored is not None:
        findings.append(accuracy_finding(scored, profile.accuracy_points))
    return Examination(
        tuple(observations),
        scored,
        mask_pictures(networks),
        size_rows(networks),
        samples,
        tuple(findings),
    )


#: Outputs of target and merged network by kind of image.
_Outputs = dict[str, tuple[Float64Array, Float64Array]]


def _passes(
    subject: Subject,
    networks: Networks,
    bound: Fraction,
    profile: Profile,
    step: Callable[[int, int], None],
) -> tuple[list[Observation], _Outputs, list[Finding]]:
    """What images of all kinds show."""
    try:
        inputs = images_of(subject, profile, networks.error_patterns)
        merged = merging_is_exact(networks, networks.pairs)
    except OverflowError:  # weights beyond floats
        nothing = observe(
            TARGET_AND_PRUNED, "images", 0, math.nan, math.inf, bound, OUTPUT
        )
        return [nothing], {}, []
    findings = [merged] if merged is not None else []
    observations, outputs = [], {}
    for done, (name, images) in enumerate(inputs.items()):
        step(done, len(inputs))
        outputs[name] = networks.run(images)
        observations.append(compared(networks, name, images, outputs[name], bound))
    if not inputs:
        return observations, outputs, findings
    everything = np.concatenate(list(inputs.values()))
    whole = merged_and_pruned(networks, everything)
    observations += [] if whole is None else [whole]
    if subject.dense:
        finding, seen = dense_check(networks, everything)
        findings.append(finding)
        observations.append(seen)
    return observations, outputs, findings


def _on_held_out(
    subject: Subject,
    networks: Networks,
    outputs: _Outputs,
    bound: Fraction,
    profile: Profile,
) -> tuple[Accuracy | None, tuple[Sample, ...]]:
    held_out = subject.held_out
    if held_out is None or HELD_OUT not in outputs:
        return None, ()
    try:
        merged = networks.small(merge=True)
    except (InvalidParameterError, InvalidTargetError):
        return None, ()
    images = held_out.inputs
    target = classify(rounded_outputs(subject.target, images))
    pruned = classify(rounded_outputs(merged, images).times(MERGED))
    scored = accuracy(held_out, target, pruned, bound)
    if len(subject.target.output_shape) < 3:
        return scored, ()
    maps = outputs[HELD_OUT]
    return scored, sample_digits(held_out, maps, target, pruned, profile.samples)
