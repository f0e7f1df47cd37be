"""Copies of modules: whether they are the same, in float64, and what they answer."""

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
from slth_verify.text import printable, reason_of

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


def require_faithful(
    module: nn.Module, copied: nn.Module, why: str, remedy: str
) -> None:
    """Refuse a copy that is not the module: copying runs the module's own code.

    Compared are names and classes of all parts, their tensors, and their attributes
    that are numbers, texts or tuples, lists and dicts of these; not the mode.

    Raises:
        InvalidTargetError: Naming the first part that differs.
    """
    mine, its = (dict(one.named_modules()) for one in (module, copied))
    for path, part in mine.items():
        other = its.get(path)
        if other is None or not _same_part(part, other):
            raise InvalidTargetError(f"{named(path, part)} {why}. {remedy}")
    if len(its) != len(mine):
        raise InvalidTargetError(f"{named('', module)} {why}. {remedy}")


def _same_part(one: nn.Module, other: nn.Module) -> bool:
    if type(one).__qualname__ != type(other).__qualname__:
        return False  # classes of torch.fx are made anew for every copy
    mine, its = ({**x._parameters, **x._buffers, **vars(x)} for x in (one, other))
    return all(
        key == "training" or (key in its and _same(value, its[key]))
        for key, value in mine.items()
        if _comparable(value)
    )


def _comparable(value: object) -> bool:
    if isinstance(value, (tuple, list)):
        return all(map(_comparable, value))
    if isinstance(value, dict):
        return all(map(_comparable, (*value, *value.values())))
    if isinstance(value, torch.Tensor):  # others are refused where they are read
        lazy = nn.parameter.is_lazy(value)
        return not lazy and not value.is_meta and value.layout is torch.strided
    return value is None or isinstance(value, (bool, int, float, complex, str, bytes))


def _same(one: object, other: object) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return _same_tensor(one.detach().cpu(), other.detach().cpu())
    if type(one) is not type(other):
        return False
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return _same([*one.items()], [*other.items()])
    return one == other or (one != one and other != other)


def _same_tensor(one: torch.Tensor, other: torch.Tensor) -> bool:
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    return torch.equal(one, other) or bool(
        ((one == other) | ((one != one) & (other != other))).all()
    )


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
        _refuse_unconverted(module, error)
        raise _cannot_run("", module, error) from error
    if type(output) is not torch.Tensor or output.dtype != torch.float64:
        kind = getattr(output, "dtype", type(output).__name__)
        raise InvalidTargetError(
            f"{named('', module)} answers float64 images with {kind}, no float64 "
            "tensor. A target maps images to images; give plain layers."
        )
    return np.array(output.numpy(), dtype=np.float64)


def _refuse_unconverted(module: nn.Module, error: Exception) -> None:
    """Name what no copy in float64 has converted, if there is something."""
    for path, part in module.named_modules():
        if "forward" in vars(part):
            raise InvalidTargetError(
                f"{named(path, part)} has a forward of its own, in place of its "
                "class's, and no copy of it runs in float64 "
                f"({reason_of(error, 300)}). Delete the attribute forward, or write it "
                "as the method of a class."
            ) from error
        for name, value in vars(part).items():
            if isinstance(value, torch.Tensor):
                raise InvalidTargetError(
                    f"{named(path, part)} holds {printable(name, 100)}, a tensor that "
                    "is neither a parameter nor a buffer, and no copy of it runs in "
                    f"float64 ({reason_of(error, 300)}). Make it an nn.Parameter, or "
                    "register it with register_buffer."
                ) from error


def _cannot_run(path: str, module: nn.Module, error: Exception) -> InvalidTargetError:
    return InvalidTargetError(
        f"{named(path, module)} cannot be copied and run in float64 on the CPU "
        f"({reason_of(error, 300)}), so that the import cannot be confirmed. Give "
        "plain layers that run on an image of input_shape."
    )
