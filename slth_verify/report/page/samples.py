"""Sample digits with their maps, as small pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from slth_verify.report.page.drawing.pixels import pixel_picture

Document = Mapping[str, Any]


def magnification(case: Document) -> int:
    """1, 2 or 5 times a power of ten: the largest at which no difference is cut."""
    sizes = [
        (_largest(sample["target_map"]), _largest(sample["difference_map"]))
        for sample in case["samples"]
    ]
    steps = [first * 10**power for power in range(9) for first in (1, 2, 5)]
    fitting = [step for step in steps if all(step * gap <= top for top, gap in sizes)]
    return max(fitting, default=1) if any(gap for _, gap in sizes) else 1


def _largest(rows: Sequence[Sequence[float]]) -> float:
    return float(max((abs(value) for row in rows for value in row), default=0.0))


def pictures(
    case: Document, powers: Mapping[str, int]
) -> tuple[dict[str, Markup], ...]:
    """The four pictures of each sample.

    Args:
        case: With samples.
        powers: How much stronger differences are drawn, by name of the case.
    """
    power = powers[case["name"]]
    rows = []
    for sample in case["samples"]:
        name = f"held-out image {sample['index']}, a {sample['label']}"
        scale = _largest(sample["target_map"]) or 1.0
        rows.append(
            {
                "image": _picture(sample["image"], 16, f"{name}: the image"),
                "target": _picture(sample["target_map"], scale, f"{name}: map of f"),
                "pruned": _picture(sample["pruned_map"], scale, f"{name}: map of g"),
                "difference": _picture(
                    sample["difference_map"],
                    scale / power,
                    f"{name}: difference, {power} times stronger",
                ),
            }
        )
    return tuple(rows)


def _picture(rows: Sequence[Sequence[float]], scale: float, text: str) -> Markup:
    return Markup(pixel_picture(rows, scale, text))
