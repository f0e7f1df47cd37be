"""Software and machine, as far as they matter to figures and timings."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

from slth_verify._version import __version__

_LIBRARIES = (
    "numpy",
    "torch",
    "scipy",
    "sympy",
    "python-flint",
    "mpmath",
    "safetensors",
    "matplotlib",
    "jinja2",
)


def versions() -> dict[str, str]:
    """Versions of this package, Python and the libraries that a report uses."""
    return {
        "slth-verify": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def machine() -> dict[str, str]:
    """Operating system, processor type and count; no names of hosts or users."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "processors": str(os.cpu_count() or "unknown"),
    }
