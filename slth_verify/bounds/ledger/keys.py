"""What steps of derivations call parameters that have another name elsewhere."""

from __future__ import annotations

BLOCK = {"tilt": "lambda"}
SIDES = {"blocks": "blocks per side"}
NET = {"spacing": "h", "norm": "radius"}
