"""Running a module and its imported weights side by side.

The module runs as itself, through torch; the weights through numpy. A difference that
rounding cannot explain shows that the module is not what was read, whatever the
reason. Agreement at some twenty images is no proof; it guards what the reading of
classes and attributes might have overlooked.
"""

from __future__ import annotations

import copy
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from slth_verify.errors import InvalidTargetError
from slth_verify.network._target import TargetCNN
from slth_verify.network.torch_import._probes import probes
from slth_verify.network.torch_import._reference import Step, evaluate
from slth_verify.network.torch_import._refusal import named
from slth_verify.network.torch_import._sequence import leaves
from slth_verify.text import printable

Float64Array = NDArray[np.float64]

_WARNING_FILTERS = threading.RLock()  # they belong to the whole process


def require_agreement(module: nn.Module, target: TargetCNN) -> None:
    """Compare a float64 copy of a module with the weights imported from it.

    The module is copied, not run: its tensors, mode, gradients and hooks stay as they
    are, as do random states and the gradient mode.

    Args:
        module: The module; its copy runs in evaluation mode on the CPU.
        target: What was imported.

    Raises:
        InvalidTargetError: If the module cannot be copied or run, or differs by more
            than the rounding of both; naming the image, the place, and the first layer
            after which they differ.
    """
    with _quiet():
        runnable = _copied(module)
        for name, image in probes(target):
            steps = list(evaluate(target.kernels, image))
            found = _run(runnable, module, image)
            _require_same(runnable, module, name, image, found, steps)


@contextmanager
def _quiet() -> Iterator[None]:
    """No gradients, no autocast, untouched random states, no remark on even kernels."""
    with (
        torch.no_grad(),
        torch.autocast("cpu", enabled=False),
        torch.random.fork_rng(devices=[]),
        _WARNING_FILTERS,
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings(
            "ignore", message="Using padding='same' with even kernel"
        )
        yield


def _copied(module: nn.Module) -> nn.Module:
    try:
        return copy.deepcopy(module).to("cpu").double().eval()
    except Exception as error:  # copying runs the module's own code
        raise _cannot_run("", module, error) from error


def _run(runnable: nn.Module, module: nn.Module, image: Float64Array) -> Float64Array:
    try:
        output = runnable(torch.from_numpy(image[np.newaxis].copy()))
    except Exception as error:  # so does running it
        raise _cannot_run("", module, error) from error
    if type(output) is not torch.Tensor or output.dtype != torch.float64:
        kind = getattr(output, "dtype", type(output).__name__)
        raise InvalidTargetError(
            f"{named('', module)} answers a float64 image with {kind}, no float64 "
            "tensor. A target maps images to images; give plain layers."
        )
    return np.array(output.numpy(), dtype=np.float64)


def _require_same(
    runnable: nn.Module,
    module: nn.Module,
    name: str,
    image: Float64Array,
    found: Float64Array,
    steps: list[Step],
) -> None:
    last = steps[-1]
    if found.shape != (1, *last.value.shape):
        raise InvalidTargetError(
            f"{named('', module)} maps an image of shape {image.shape} to "
            f"{found.shape[1:]}, but its layers to {last.value.shape}. It computes "
            "something else than its layers; give plain ones."
        )
    worst = _difference(found[0], last)
    if worst is None:
        return
    if not np.isfinite(last.allowance).all():
        raise InvalidTargetError(
            f"{named('', module)} overflows in float64 on the image '{name}', so that "
            "it cannot be compared with the imported weights. Rescale its layers."
        )
    channel, row, column = worst
    raise InvalidTargetError(
        f"{named('', module)} does not compute what its layers say: on the image "
        f"'{name}' of shape {image.shape} its output at channel {channel}, row {row}, "
        f"column {column} is {found[0][worst]:.17g}, that of the imported weights "
        f"{last.value[worst]:.17g}; rounding explains at most "
        f"{last.allowance[worst]:.3g}. {_where(runnable, image, steps)} Look for "
        "patches of torch or of the module, and give plain layers."
    )


def _difference(found: Float64Array, step: Step) -> tuple[int, ...] | None:
    """The worst place where a value is not within the allowance; None if all are."""
    gap = np.abs(found - step.value)
    excess = np.where(np.isfinite(step.allowance), gap - step.allowance, np.nan)
    wrong = ~(excess <= 0)
    if not wrong.any():
        return None
    ranked = np.where(wrong, np.nan_to_num(excess, nan=np.inf), -1.0)
    return tuple(int(i) for i in np.unravel_index(ranked.argmax(), gap.shape))


def _where(runnable: nn.Module, image: Float64Array, steps: list[Step]) -> str:
    """The first layer of the copy after which it differs, in a sentence."""
    value = torch.from_numpy(image[np.newaxis].copy())
    try:
        for leaf, step in zip(leaves(runnable), steps, strict=True):
            value = leaf.module(value)
            if _difference(value.numpy()[0], step) is not None:
                return f"They differ first after {named(leaf.path, leaf.module)}."
    except Exception:  # it is known already that the module is not what it seems
        return ""
    return "Its layers, one after another, agree: the difference lies between them."


def _cannot_run(path: str, module: nn.Module, error: Exception) -> InvalidTargetError:
    reason = f"{type(error).__name__}: {error}"
    return InvalidTargetError(
        f"{named(path, module)} cannot be copied and run in float64 on the CPU "
        f"({printable(reason, 300)}), so that the import cannot be confirmed. Give "
        "plain layers that run on an image of input_shape."
    )
