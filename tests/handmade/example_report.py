"""Where the report that ships as an example is."""

from __future__ import annotations

from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "report" / "slth-report.json"
