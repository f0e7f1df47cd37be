"""The JSON Schema of what the ``bounds`` commands print."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of documents of ``slth-verify bounds ... --json``.

    It covers single answers, answers of several kinds side by side, and failures.
    """
    source = files("slth_verify.bounds") / "schema.json"
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found
