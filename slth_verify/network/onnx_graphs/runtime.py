"""onnxruntime, which sends nothing home."""

from __future__ import annotations

import os
from typing import Any


def onnx_runtime() -> Any:
    """The module, without its telemetry.

    Versions that have one would leave files with the user's device in the home folder
    and send events. Who wants that says so: ``ORT_DISABLE_TELEMETRY=0``.

    Raises:
        ImportError: If it is not installed.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime
