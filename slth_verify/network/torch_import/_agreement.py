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
from torch import nn

from slth_verify.arrays import Float32Array, Float64Array
from slth_verify.errors import InvalidTargetError
from slth_verify.network.torch_import._probes import probes
from slth_verify.network.torch_import._reference import Step, evaluate
from slth_verify.network.torch_import._refusal import named
from slth_verify.network.torch_import._sequence import leaves
from slth_verify.text import reason_of

_ENTRIES = 1 << 22  # of one layer's windows, in the images that run at once
_WARNING_FILTERS = threading.RLock()  # they belong to the whole process


def require_agreement(
    module: nn.Module,
    kernels: tuple[Float32Array, ...],
    input_shape: tuple[int, int, int],
) -> None:
    """Compare a float64 copy of a module with the weights imported from it.

    The module is copied, not run: its tensors, mode, gradients and hooks stay as they
    are, as do random states and the gradient mode.

    Args:
        module: The module; its copy runs in evaluation mode on the CPU.
        kernels: What was imported from it, layer by layer.
        input_shape: ``(c_0, height, width)``.

    Raises:
        InvalidTargetError: If the module cannot be copied or run, or differs by more
            than the rounding of both; naming the image, the place, and the first layer
            after which they differ.
    """
    with quiet():
        names, images = probes(kernels, input_shape)
        steps = list(evaluate(kernels, images))
        runnable = float64_copy(module)
        windows = max(k[0].size for k in kernels) * images[0, 0].size
        step = max(1, _ENTRIES // windows)
        parts = [
            run_copy(runnable, module, images[start : start + step])
            for start in range(0, len(images), step)
        ]
        found = np.concatenate(parts)
        _require_same(runnable, module, names, images, found, steps)


@contextmanager
def quiet() -> Iterator[None]:
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


def float64_copy(module: nn.Module) -> nn.Module:
    """A copy in float64 and evaluation mode, on the CPU.

    Raises:
        InvalidTargetError: If it cannot be made.
    """
    try:
        return copy.deepcopy(module).to("cpu").double().eval()
    except Exception as error:  # copying runs the module's own code
        raise _cannot_run("", module, error) from error


def run_copy(
    runnable: nn.Module, module: nn.Module, images: Float64Array
) -> Float64Array:
    """What the copy answers, as an array.

    Raises:
        InvalidTargetError: If it cannot run, or answers no float64 tensor; about
            ``module``, which it was copied from.
    """
    try:
        output = runnable(torch.from_numpy(images.copy()))
    except Exception as error:  # so does running it
        raise _cannot_run("", module, error) from error
    if type(output) is not torch.Tensor or output.dtype != torch.float64:
        kind = getattr(output, "dtype", type(output).__name__)
        raise InvalidTargetError(
            f"{named('', module)} answers float64 images with {kind}, no float64 "
            "tensor. A target maps images to images; give plain layers."
        )
    return np.array(output.numpy(), dtype=np.float64)


def _require_same(
    runnable: nn.Module,
    module: nn.Module,
    names: tuple[str, ...],
    images: Float64Array,
    found: Float64Array,
    steps: list[Step],
) -> None:
    last = steps[-1]
    if found.shape != last.value.shape:
        raise InvalidTargetError(
            f"{named('', module)} maps images of shape {images.shape[1:]} to "
            f"{found.shape[1:]}, but its layers to {last.value.shape[1:]}. It computes "
            "something else than its layers; give plain ones."
        )
    worst = _difference(found, last)
    if worst is None:
        return
    name = names[worst[0]]
    if not np.isfinite(last.allowance[worst[0]]).all():
        raise InvalidTargetError(
            f"{named('', module)} overflows in float64 on the image '{name}', so that "
            "it cannot be compared with the imported weights. Rescale its layers."
        )
    _, channel, row, column = worst
    raise InvalidTargetError(
        f"{named('', module)} does not compute what its layers say: on the image "
        f"'{name}' of shape {images.shape[1:]} its output at channel {channel}, row "
        f"{row}, column {column} is {found[worst]:.17g}, that of the imported weights "
        f"{last.value[worst]:.17g}; rounding explains at most "
        f"{last.allowance[worst]:.3g}. {_where(runnable, images, steps)} Look for "
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


def _where(runnable: nn.Module, images: Float64Array, steps: list[Step]) -> str:
    """The first layer of the copy after which it differs, in a sentence."""
    value = torch.from_numpy(images.copy())
    try:
        for leaf, step in zip(leaves(runnable), steps, strict=True):
            value = leaf.module(value)
            if _difference(value.numpy(), step) is not None:
                return f"They differ first after {named(leaf.path, leaf.module)}."
    except Exception:  # it is known already that the module is not what it seems
        return ""
    return "Its layers, one after another, agree: the difference lies between them."


def _cannot_run(path: str, module: nn.Module, error: Exception) -> InvalidTargetError:
    return InvalidTargetError(
        f"{named(path, module)} cannot be copied and run in float64 on the CPU "
        f"({reason_of(error, 300)}), so that the import cannot be confirmed. Give "
        "plain layers that run on an image of input_shape."
    )
