"""Looking at a checked ticket: forward passes, accuracy, collapse, pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slth_verify.arrays import Float64Array
from slth_verify.report.collect.classify import accuracy, accuracy_finding, classify
from slth_verify.report.collect.collapse import merging_is_exact, size_rows
from slth_verify.report.collect.masks import mask_pictures
from slth_verify.report.collect.passes.dense import dense_check
from slth_verify.report.collect.passes.forward import Forward
from slth_verify.report.collect.passes.inputs import (
    corner_images,
    extreme_images,
    uniform_images,
)
from slth_verify.report.collect.passes.networks import Networks, Outputs, largest
from slth_verify.report.collect.passes.rounding import rounding_bound, target_steps
from slth_verify.report.collect.samples import sample_digits
from slth_verify.report.collect.summaries import certified_bound
from slth_verify.report.collect.targets import Subject
from slth_verify.report.model.observations import (
    TARGET_AND_PRUNED,
    Observation,
    finding_of,
    observe,
)
from slth_verify.report.model.parts import (
    Accuracy,
    MaskPicture,
    Sample,
    SizeRow,
)
from slth_verify.report.model.profile import Profile
from slth_verify.report.model.quantity import Absent, Figure, enclosed
from slth_verify.ticket import CheckResult, Ticket
from slth_verify.verdict import Direction, Finding

HELD_OUT = "held-out images"
_UNIT = "target output"


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
        The figure, enclosed with the rounding of its pass, and the inputs in words.
    """
    target = subject.target
    if subject.held_out is not None:
        images, name = subject.held_out.inputs, HELD_OUT
    else:
        kernels = (target.normalised_kernel(1),)
        parts = _inputs(subject, profile, kernels)
        images, name = np.concatenate(list(parts.values())), "test inputs"
    top = float(Forward(target.to_torch())(images).max())
    rounding = rounding_bound(target_steps(target.kernels))
    if not np.isfinite([top, rounding]).all():
        return Absent("the forward pass is not finite"), name
    low = max(Fraction(0), Fraction(top) - Fraction(rounding))
    high = Fraction(top) + Fraction(rounding)
    return enclosed(low, high, Direction.BOTH, _UNIT), name


def examine(
    subject: Subject,
    ticket: Ticket,
    result: CheckResult,
    profile: Profile,
    step: Callable[[int, int], None],
) -> Examination:
    """Run the really pruned random network beside the target.

    Args:
        subject: The target.
        ticket: As read from its file.
        result: What the checker said.
        profile: How much to do.
        step: Called as ``step(done, total)``.

    Returns:
        Nothing but empty fields if the checker certified nothing: then the ticket is
        not the network that it claims to be.
    """
    bound = certified_bound(result)
    if bound is None:
        return Examination()
    target = subject.target
    networks = Networks.of(target, ticket)
    inputs = _inputs(subject, profile, networks.error_patterns)
    outputs: dict[str, Outputs] = {}
    for done, (name, images) in enumerate(inputs.items()):
        step(done, len(inputs))
        outputs[name] = networks.run(images)
    observations = _observations(networks, outputs, bound)
    findings = [
        merging_is_exact(networks.pairs, networks.positive, networks.negative_first)
    ]
    if subject.dense:
        everything = np.concatenate(list(inputs.values()))
        finding, seen = dense_check(networks, everything)
        findings.append(finding)
        observations.append(seen)
    found = (finding_of(seen) for seen in observations)
    findings += [finding for finding in found if finding is not None]
    scored: Accuracy | None = None
    samples: tuple[Sample, ...] = ()
    if subject.held_out is not None:
        scored, samples = _on_held_out(subject, networks, outputs, bound, profile)
        findings.append(accuracy_finding(scored, profile.accuracy_points))
    return Examination(
        tuple(observations),
        scored,
        mask_pictures(ticket, target.architecture.channels),
        size_rows(networks),
        samples,
        tuple(findings),
    )


def _inputs(
    subject: Subject, profile: Profile, patterns: tuple[Float64Array, ...]
) -> dict[str, Float64Array]:
    shape, seed = subject.target.input_shape, subject.seed
    found = {
        "uniform images": uniform_images(profile.uniform_inputs, shape, seed),
        "corner images": corner_images(profile.corner_inputs, shape, seed),
        "extreme images": extreme_images(shape, patterns),
    }
    if subject.held_out is not None:
        found[HELD_OUT] = subject.held_out.inputs
    return {name: images for name, images in found.items() if len(images)}


def _observations(
    networks: Networks, outputs: dict[str, Outputs], bound: Fraction
) -> list[Observation]:
    """Target against pruned network, and pruned against merged network."""
    found = []
    for name, maps in outputs.items():
        rounding = networks.target_rounding + networks.seen_rounding(maps)
        found.append(
            observe(
                TARGET_AND_PRUNED,
                name,
                len(maps.target),
                largest(maps.pruned - maps.target),
                rounding,
                bound,
                _UNIT,
            )
        )
    found.append(
        observe(
            "pruned and merged network",
            "images of all these kinds",
            sum(len(maps.target) for maps in outputs.values()),
            max(largest(maps.merged - maps.pruned) for maps in outputs.values()),
            networks.merged_rounding + networks.pruned_rounding,
            Fraction(0),
            _UNIT,
        )
    )
    return found


def _on_held_out(
    subject: Subject,
    networks: Networks,
    outputs: dict[str, Outputs],
    bound: Fraction,
    profile: Profile,
) -> tuple[Accuracy, tuple[Sample, ...]]:
    held_out = subject.held_out
    if held_out is None:
        raise ValueError("there is nothing to classify")
    maps = outputs[HELD_OUT]
    target = classify(maps.target, networks.target_rounding)
    pruned = classify(maps.pruned, networks.seen_rounding(maps))
    scored = accuracy(held_out, target, pruned, bound)
    samples = sample_digits(held_out, maps, target, pruned, profile.samples)
    return scored, samples
