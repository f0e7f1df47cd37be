"""How the importer says no: which module, what it is, why it is outside, what to do."""

from __future__ import annotations

from torch import nn

from slth_verify.errors import InvalidTargetError
from slth_verify.text import printable

#: What a module must look like to be read.
COVERED = (
    "nn.Sequential(nn.Conv2d(c_in, c_out, d, padding='same', bias=False), nn.ReLU(), "
    "...)"
)


def refusal(path: str, module: object, why: str, remedy: str) -> InvalidTargetError:
    """The error for one module.

    Args:
        path: Its path below the root, as in ``named_modules``; empty for the root.
        module: The module.
        why: Why it is outside, continuing "module '0' (nn.Conv2d)".
        remedy: What to do, in full sentences.
    """
    return InvalidTargetError(
        f"{named(path, module)} {why}. thm:structured-slth covers convolutions of "
        f"stride 1 with zero padding that keeps the size and without bias, and a ReLU "
        f"after each. {remedy}"
    )


def named(path: str, module: object) -> str:
    """Which module, and what it is."""
    where = f"module '{printable(path, 200)}'" if path else "the module"
    return f"{where} ({class_name(module)})"


def class_name(module: object) -> str:
    """The class, as one would import it; torch.nn as nn."""
    cls = type(module)
    name = printable(cls.__qualname__.rpartition("<locals>.")[2], 100)
    public = cls.__module__.startswith("torch.nn.modules.")
    if public and getattr(nn, cls.__name__, None) is cls:
        return f"nn.{name}"
    return name
