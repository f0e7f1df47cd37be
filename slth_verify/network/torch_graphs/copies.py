"""Copies of modules in float64, and what they answer."""

from __future__ import annotations

import copy
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidTargetError
from slth_verify.network.torch_graphs.naming import named
from slth_verify.text import reason_of

_WARNING_FILTERS = threading.RLock()  # they belong to the whole process


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


def _cannot_run(path: str, module: nn.Module, error: Exception) -> InvalidTargetError:
    return InvalidTargetError(
        f"{named(path, module)} cannot be copied and run in float64 on the CPU "
        f"({reason_of(error, 300)}), so that the import cannot be confirmed. Give "
        "plain layers that run on an image of input_shape."
    )
