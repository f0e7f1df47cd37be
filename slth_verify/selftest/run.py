"""One run: the environment, the package's own code, and the lies."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity

from slth_verify.bounds import mrss_width, recheck
from slth_verify.conformance import (
    ConformanceFailure,
    certified_accumulation,
    certified_layer_error,
    pool_columns,
    random_cnn_filters,
)
from slth_verify.conformance.claims import CLAIM_ATTACKS
from slth_verify.conformance.lies import Lie, about, lies_about_claims, planted_lies
from slth_verify.conformance.recording.observations import observations_to
from slth_verify.conformance.recording.ratios import worst_ratios
from slth_verify.conformance.running.checks import CHECKS
from slth_verify.construction import prune
from slth_verify.network import RandomCNN, TargetCNN, channel_blocked_mask
from slth_verify.selftest.environment import look, not_looked_at
from slth_verify.selftest.tickets import judged_tickets
from slth_verify.statements import statement
from slth_verify.subset_sum import MeetInTheMiddle
from slth_verify.suite import passes, worst_of
from slth_verify.text import reason_of
from slth_verify.ticket import check
from slth_verify.verdict import NoTruthValue, Statistical, Verdict

#: ``progress(stage, done, total)``.
Progress = Callable[[str, int, int], None]

#: Cases of a sampled property, and of a lie that must be found; quick, and in full.
_SAMPLE, _HUNT = (8, 40), 200


@dataclass(frozen=True, slots=True)
class Part(NoTruthValue):
    """One thing that was tried.

    Attributes:
        group: ``environment``, ``ticket``, ``property`` or ``lie``.
        name: What was tried.
        statement: Id of the statement, or "".
        verdict: VERIFIED if a lie was caught; NOT_REJECTED if a property was not
            contradicted, or nothing wrong was seen; REFUTED if it is not as it should
            be, REJECTED if a statistical test says so; INCONCLUSIVE if it could not be
            tried.
        reason: Why.
        ratio: Largest seen / allowed, or None.
        seconds: Wall time.
    """

    group: str
    name: str
    statement: str
    verdict: Verdict | Statistical
    reason: str
    ratio: Fraction | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SelftestResult(NoTruthValue):
    """All that was tried.

    Attributes:
        parts: In the order they ran.
        not_looked_at: What a self-test cannot see.
    """

    parts: tuple[Part, ...]
    not_looked_at: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """The worst of all; at best NOT_REJECTED: no self-test proves anything."""
        return worst_of(part.verdict.name for part in self.parts)

    @property
    def exit_code(self) -> int:
        """0 if all is as it should be, 1 if something is refuted, else 3."""
        if passes([self.outcome]):
            return 0
        return 1 if self.outcome == Verdict.REFUTED.name else 3


def run_selftest(
    *,
    quick: bool = False,
    progress: Progress | None = None,
    observations: str | os.PathLike[str] | None = None,
) -> SelftestResult:
    """Try the installed package: seconds if quick, else minutes.

    Args:
        quick: One lie for each check, and few cases of each property.
        progress: Called with a stage, and how much of it is done.
        observations: File to which each case that is drawn for a property is appended,
            as a line of JSON in the format of Hypothesis' observability.

    Raises:
        OSError: If that file cannot be opened.

    Rigor:
        Heuristic: that lies are caught says nothing about mistakes that nobody planted.
    """
    tell = progress or (lambda stage, done, total: None)
    parts = []
    for claim, verdict, reason in look():
        parts.append(Part("environment", claim, "", verdict, reason))
    for name, verdict, reason in judged_tickets(check, quick=quick):
        parts.append(Part("ticket", name, "der:a-posteriori", verdict, reason))
    own, lies = list(_own_code(quick=quick)), _chosen(quick=quick)
    with observations_to(observations):
        for number, (name, given, options) in enumerate(own):
            tell("properties", number, len(own))
            parts.append(_sampled(name, given, options, _SAMPLE[not quick]))
    tell("properties", len(own), len(own))
    for number, lie in enumerate(lies):
        tell("lies", number, len(lies))
        parts.append(_told(lie))
    tell("lies", len(lies), len(lies))
    return SelftestResult(tuple(parts), not_looked_at())


def _own_code(
    *, quick: bool
) -> Iterator[tuple[str, tuple[Any, ...], Mapping[str, Any]]]:
    """The checks, and what of the package they are run on."""
    solver = MeetInTheMiddle()
    yield "check_mask", (channel_blocked_mask,), {}
    yield "check_filters", (random_cnn_filters,), {}
    yield "check_sum_law", (pool_columns,), {}
    yield "check_joint_law", (pool_columns,), {}
    yield "check_solver", (solver,), {"exact": True, "max_size": 8}
    yield "check_success_rate", (solver, pool_columns), {"trials": 60}
    yield "check_layer_error", (certified_layer_error,), {}
    yield "check_accumulation", (certified_accumulation,), {}
    yield "check_width", (_enough,), {"max_dim": 2}
    yield "check_recheck", (recheck,), {}
    yield "check_checker", (check,), {}
    yield "check_construction", (_construct,), {}
    for name in list(CLAIM_ATTACKS)[: 1 if quick else None]:
        yield "check_claims", (statement(name),), {}


def _enough(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    """Columns that are certified for one half; more pools of them for more."""
    if eps >= 1:
        return 0
    pools = 1 if prob <= Fraction(1, 2) else 7  # 1 - 2^-7 > 99/100
    return pools * (mrss_width(dim=dim, eps="1/100", prob="1/2").n or 0)


def _construct(target: TargetCNN, random_network: RandomCNN, *, eps: Fraction) -> Any:
    return prune(target, random_network, eps=eps, time_limit=5.0)


def _chosen(*, quick: bool) -> list[Lie]:
    """All lies, or the first about each check."""
    every = [*planted_lies(), *lies_about_claims()]
    if not quick:
        return every
    first: dict[str, Lie] = {}
    for lie in every:
        first.setdefault(lie.check, lie)
    return list(first.values())


def _settings(cases: int, *, shrink: bool) -> hypothesis.settings:
    """The same cases on every run."""
    phases = [Phase.generate, Phase.target] + [Phase.shrink] * shrink
    return hypothesis.settings(
        max_examples=cases,
        phases=phases,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )


def _call(check: str, given: tuple[Any, ...], options: Mapping[str, Any]) -> None:
    """Run a check, with settings where it draws cases."""
    keywords = dict(options)
    if "settings" not in inspect.signature(CHECKS[check]).parameters:
        keywords.pop("settings")
    CHECKS[check](*given, **keywords)


def _sampled(
    name: str, given: tuple[Any, ...], options: Mapping[str, Any], cases: int
) -> Part:
    """A check of the package's own code: it must find no contradiction."""
    start = time.monotonic()
    verdict: Verdict | Statistical = Statistical.NOT_REJECTED
    reason = "not contradicted"
    with worst_ratios() as ratios:
        try:
            if name == "check_claims":  # some of its points take long
                cases = min(cases, CLAIM_ATTACKS[given[0].id].cases)
            settings = _settings(cases, shrink=True)
            _call(name, given, {**options, "settings": settings})
        except ConformanceFailure as failure:
            verdict, reason = failure.verdict, str(failure)
        except Exception as error:  # the border: whatever is broken is reported
            verdict, reason = Verdict.INCONCLUSIVE, reason_of(error)
    ratio = max(ratios.values(), default=None)
    seconds = time.monotonic() - start
    return Part("property", name, about(name, given), verdict, reason, ratio, seconds)


def _told(lie: Lie) -> Part:
    """A wrong implementation: its check must contradict it, for its statement."""
    start = time.monotonic()
    try:
        settings = _settings(_HUNT, shrink=False)
        _call(lie.check, lie.given, {**lie.options, "settings": settings})
        verdict, reason = Verdict.REFUTED, "the lie got through"
    except ConformanceFailure:
        verdict, reason = Verdict.VERIFIED, "caught"
    except Exception as error:  # the border: whatever is broken is reported
        verdict, reason = Verdict.INCONCLUSIVE, reason_of(error)
    name, seconds = f"{lie.check}: {lie.name}", time.monotonic() - start
    return Part("lie", name, lie.statement, verdict, reason, None, seconds)
