"""How messages name a module."""

from __future__ import annotations

from torch import nn

from slth_verify.text import printable


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
