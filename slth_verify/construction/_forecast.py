"""What the certificate will say, in float64, and what each search must still reach.

The budgets of `plan` share out an error before anything is found. Afterwards most
searches turn out better than their share, and the certificate adds up what was really
left over: whatever one channel saves, another may spend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from slth_verify.construction._problems import Task
from slth_verify.network import TargetCNN

Float64Array = NDArray[np.float64]


def signs_of(layer: int) -> tuple[int, ...]:
    """Signs of the inputs of a layer: after ReLU nothing is negative."""
    return (1, -1) if layer == 1 else (1,)


def tasks_of(target: TargetCNN) -> tuple[Task, ...]:
    """All subset-sum problems of a target."""
    return tuple(
        Task(layer, channel, sign)
        for layer in range(1, target.depth + 1)
        for channel in range(target.architecture.channels[layer - 1])
        for sign in signs_of(layer)
    )


class Forecast:
    """The recurrence of the certificate in float64, for one target.

    Args:
        target: The target network.

    Rigor:
        Heuristic: it steers the search and enters no certificate.

    Source:
        der:channel-certificate.
    """

    def __init__(self, target: TargetCNN) -> None:
        self._scale = float(target.output_scale)
        self._kernels = [
            _windows(target.normalised_kernel(layer))
            for layer in range(1, target.depth + 1)
        ]

    def error(
        self,
        residuals: Mapping[Task, Float64Array],
        promised: Mapping[Task, float] | None = None,
    ) -> float:
        """Sup error in the target's units.

        Args:
            residuals: Of every task: sum of the chosen columns minus target, shape
                ``(d * d * c_out,)``.
            promised: Tasks whose residual is not known yet, with the one-sided error
                of each output filter that is expected.
        """
        promises = promised or {}
        errors = np.zeros(self._kernels[0].shape[1])
        ranges = spans = np.ones_like(errors)  # of the target, of the pruned network
        for layer, kernel in enumerate(self._kernels, start=1):
            sides = np.empty((kernel.shape[1], 2, kernel.shape[2]))
            reaches = np.empty((kernel.shape[1], kernel.shape[2]))
            for channel in range(kernel.shape[1]):
                tasks = [Task(layer, channel, sign) for sign in signs_of(layer)]
                sides[channel] = _sides(tasks, residuals, promises, kernel.shape[2])
                reaches[channel] = _reach(
                    tasks, residuals, promises, kernel[:, channel]
                )
            above, below = np.einsum("c,cso->so", spans, sides)
            carried = np.einsum("wco,c->o", np.abs(kernel), errors)
            gains = np.abs(kernel) if layer == 1 else np.maximum(kernel, 0.0)
            ranges = np.einsum("wco,c->o", gains, ranges)
            spans = spans @ reaches
            errors = np.maximum(above, below) + carried
            errors = np.minimum(errors, np.maximum(ranges, spans))
            spans = np.minimum(spans, ranges + errors)
        return self._scale * float(errors.max())


def _sides(
    tasks: Sequence[Task],
    residuals: Mapping[Task, Float64Array],
    promises: Mapping[Task, float],
    filters: int,
) -> Float64Array:
    """Error sums of a channel's output filters, upwards and downwards, ``(2, c_out)``.

    One input has one sign: of the residuals of both signs the larger counts.
    """
    known = [residuals[task] for task in tasks if task not in promises]
    sides = np.full((2, filters), sum(promises.get(task, 0.0) for task in tasks))
    if known:
        parts = np.stack(known).reshape(len(known), -1, filters)
        sides[0] += np.maximum(parts, 0.0).max(axis=0).sum(axis=0)
        sides[1] += np.maximum(-parts, 0.0).max(axis=0).sum(axis=0)
    return sides


def _reach(
    tasks: Sequence[Task],
    residuals: Mapping[Task, Float64Array],
    promises: Mapping[Task, float],
    kernel: Float64Array,
) -> Float64Array:
    """Largest output that a channel gives the pruned network's filters, ``(c_out,)``.

    Args:
        tasks: Of the channel.
        residuals: As for `Forecast.error`.
        promises: The same.
        kernel: Of the channel, ``(d * d, c_out)``.
    """
    weights = [
        task.sign * kernel
        + (0.0 if task in promises else residuals[task].reshape(kernel.shape))
        for task in tasks
    ]
    promised = sum(promises.get(task, 0.0) for task in tasks)
    return np.asarray(
        np.stack(weights).max(axis=0).clip(min=0.0).sum(axis=0) + promised
    )


def _windows(kernel: Float64Array) -> Float64Array:
    """``(d, d, c_in, c_out)`` to ``(d * d, c_in, c_out)``."""
    return kernel.reshape(-1, *kernel.shape[2:])
