"""The construction of thm:structured-slth: from a target and a seed to a ticket.

Per target layer and input channel, filters with a positive scalar must sum to the
channel's kernel, those with a negative one to its negative; later layers see
non-negative inputs, so there only the positive half matters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify._numbers import ExactNumber, exact_number
from slth_verify._version import __version__
from slth_verify.construction._budget import LayerBudget, plan
from slth_verify.construction._pool import ChannelBlock, FilterPool
from slth_verify.enclosure import directed_decimal
from slth_verify.errors import InvalidParameterError, NoTicketFoundError
from slth_verify.network import GENERATOR, RandomCNN, TargetCNN
from slth_verify.subset_sum import Effort, FilterBudget, Problem, Proposal, solve
from slth_verify.ticket import (
    ErrorBound,
    Ticket,
    TicketLayer,
    accumulate,
    layer_residuals,
)

IndexArray = NDArray[np.int64]

#: Called after every solved subset-sum problem with (done, total).
ProgressCallback = Callable[[int, int], None]

#: Rounds of the search: effort, and the share of each budget that counts as met.
_ROUNDS: tuple[tuple[Effort, float], ...] = (
    ("normal", 1.0),
    ("high", 1.0),
    ("high", 0.5),
)


@dataclass(frozen=True, slots=True)
class _Task:
    """One subset-sum problem: a layer's channel and sign."""

    layer: int
    channel: int
    sign: int


def prune(
    target: TargetCNN,
    random_network: RandomCNN,
    *,
    eps: ExactNumber,
    search_seed: int = 0,
    time_limit: float = 60.0,
    progress: ProgressCallback | None = None,
) -> Ticket:
    """Find filters of a random network whose removal leaves a copy of the target.

    Args:
        target: The network to approximate.
        random_network: Where to search; one width per target layer.
        eps: Admissible sup error over all inputs in [-1, 1], in the target's units.
            Exact; a float is read through its shortest decimal form.
        search_seed: Seed of the solvers' own choices.
        time_limit: Seconds that one subset-sum problem may take.
        progress: Called as ``progress(done, total)``.

    Returns:
        A ticket whose certified error, computed exactly from its residuals, is at most
        ``eps``.

    Raises:
        NoTicketFoundError: With the best certified error reached. It does not show that
            no ticket exists.

    Rigor:
        The search is heuristic; the ticket's error is exact, and `slth_verify.check`
        proves it again without this code.

    Source:
        thm:structured-slth, der:layer-error, der:a-posteriori.
    """
    bound = exact_number("eps", eps)
    if len(random_network.widths) != target.depth:
        raise InvalidParameterError(
            f"widths={random_network.widths} for a target of {target.depth} layers: "
            "one width per target layer is needed (thm:structured-slth)."
        )
    budgets = plan(target, bound)
    tasks = [
        _Task(layer, channel, sign)
        for layer in range(1, target.depth + 1)
        for channel in range(target.architecture.channels[layer - 1])
        for sign in ((1, -1) if layer == 1 else (1,))
    ]
    search = _Search(target, random_network, budgets, search_seed, time_limit)
    best = float("inf")
    for effort, share in _ROUNDS:
        search.improve(tasks, effort, share, progress)
        layers = _layers(target, random_network, search.kept)
        certified = certified_error(target, random_network, layers)
        best = min(best, float(certified.error))
        if certified.error <= bound:
            return _ticket(target, random_network, bound, certified, layers)
    raise NoTicketFoundError(
        f"eps={float(bound):.3g} was not reached: the best certified error is "
        f"{best:.3g}, at widths {random_network.widths} (thm:structured-slth promises "
        "a ticket only for wide enough networks). Widen the random network or raise "
        "eps.",
        best,
    )


def certified_error(
    target: TargetCNN,
    network: RandomCNN,
    layers: tuple[TicketLayer, ...],
) -> ErrorBound:
    """Exact error bound of kept filters, by the recurrence that the checker uses.

    Args:
        target: The target network.
        network: The random network.
        layers: Kept filters with their weights.
    """
    residuals = [
        layer_residuals(
            target.kernels[number],
            target.scale_exponents[number],
            layer,
            layer.filters // network.block(number + 1),
            signed_input=number == 0,
        )
        for number, layer in enumerate(layers)
    ]
    kept = [len(layer.filters) for layer in layers]
    return accumulate(residuals, kept, target.scale_exponents)


@dataclass(eq=False)
class _Search:
    """Proposals so far, one per task; each round replaces only worse ones."""

    target: TargetCNN
    network: RandomCNN
    budgets: tuple[LayerBudget, ...]
    seed: int
    time_limit: float
    proposals: dict[_Task, Proposal] = field(default_factory=dict)
    _block: ChannelBlock | None = None

    @property
    def kept(self) -> dict[_Task, IndexArray]:
        """Filter indices within the layer, per task."""
        return {
            task: proposal.indices + task.channel * self.network.block(task.layer)
            for task, proposal in self.proposals.items()
        }

    def improve(
        self,
        tasks: Sequence[_Task],
        effort: Effort,
        share: float,
        progress: ProgressCallback | None,
    ) -> None:
        """Solve every task whose budget, times ``share``, is not yet met."""
        for done, task in enumerate(tasks, start=1):
            problem = self._problem(task, share)
            old = self.proposals.get(task)
            if old is None:
                old = _empty_subset(problem)
            score = float(problem.tolerance.score(old.residual))
            if score > 1.0:
                new = solve(
                    problem,
                    seed=self.seed,
                    effort=effort,
                    time_limit=self.time_limit,
                )
                old = new if new.score < score else old
            self.proposals[task] = old
            if progress is not None:
                progress(done, len(tasks))

    def _problem(self, task: _Task, share: float) -> Problem:
        shape = self.target.architecture.kernel_shape(task.layer)
        block = self._block
        if block is None or (block.layer, block.channel) != (task.layer, task.channel):
            block = ChannelBlock(self.network, task.layer, task.channel, shape)
            self._block = block
        kernel = self.target.normalised_kernel(task.layer)[:, :, task.channel, :]
        budget = self.budgets[task.layer - 1].per_channel * share
        return Problem(
            FilterPool(block, task.sign),
            task.sign * kernel.ravel(),
            FilterBudget(budget, shape[2]),
        )


def _empty_subset(problem: Problem) -> Proposal:
    residual = -problem.target
    score = float(problem.tolerance.score(residual))
    return Proposal(np.empty(0, dtype=np.int64), residual, score, "empty subset")


def _layers(
    target: TargetCNN, network: RandomCNN, chosen: Mapping[_Task, IndexArray]
) -> tuple[TicketLayer, ...]:
    layers = []
    for layer in range(1, target.depth + 1):
        parts = [kept for task, kept in chosen.items() if task.layer == layer]
        filters = np.sort(np.concatenate(parts))
        owner = filters // network.block(layer)
        scalars = np.empty(len(filters), dtype=np.float32)
        for channel in np.unique(owner).tolist():
            rows = owner == channel
            scalars[rows] = network.scalars(layer, channel, filters[rows])
        shape = target.architecture.kernel_shape(layer)
        kernels = network.kernels(layer, filters, shape)
        layers.append(TicketLayer(filters, scalars, kernels))
    return tuple(layers)


def _ticket(
    target: TargetCNN,
    network: RandomCNN,
    eps: Fraction,
    bound: ErrorBound,
    layers: tuple[TicketLayer, ...],
) -> Ticket:
    description: dict[str, Any] = {
        "name": target.name,
        "sha256": target.sha256,
        "input_shape": list(target.input_shape),
        "readout": target.readout,
    }
    return Ticket(
        target=description,
        generator=GENERATOR,
        seed=network.seed,
        widths=network.widths,
        scale_exponents=target.scale_exponents,
        eps=eps,
        certified_error=directed_decimal(bound.error, 12, up=True),
        layers=layers,
        versions={
            "slth-verify": __version__,
            **{name: version(name) for name in ("numpy", "scipy")},
        },
    )
