"""The reference table of Theorem H: two stages, beside blocks and what is necessary."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

ACCURACY = Fraction(1, 100)

_DIMENSIONS = (1, 2, 4, 9, 18, 36, 72, 150)
_PROBABILITIES = (Fraction(999, 1000), Fraction(999999, 1000000))


def written(rows: list[dict[str, Any]]) -> str:
    """Widths for one target of norm 1, within 0.01."""
    found = {(row["dim"], row["prob"]): row for row in rows}
    lines = [
        "| $m$ | necessary | blocks, 0.999 | Theorem H, 0.999 | first stage: $n$, $k$ "
        "| blocks, $1-10^{-6}$ | Theorem H, $1-10^{-6}$ |",
        f"| {' | '.join(['---'] * 7)} |",
    ]
    for dim in _DIMENSIONS:
        often, always = (found[dim, str(prob)] for prob in _PROBABILITIES)
        last = often["first"], often["size"]
        cells = [
            dim,
            often["necessary"],
            _blocks(often),
            often["n"],
            f"{last[0]}, {last[1]}",
        ]
        cells += [_blocks(always), always["n"]]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _blocks(row: dict[str, Any]) -> str:
    """Width of the blocks of this row, if certified blocks were found."""
    block = row["block"]
    return str(block["blocks"] * block["n"]) if block else "-"


def search() -> list[dict[str, Any]]:
    """All rows, searched again."""
    from slth_verify.bounds import mrss_width
    from slth_verify.bounds.searches.two_stage_width import two_stage_certificate

    rows = []
    for dim in _DIMENSIONS:
        for prob in _PROBABILITIES:
            certificate, _ = two_stage_certificate(_asked(dim, prob))
            last = certificate.stages[-1]
            rows.append(
                {
                    "dim": dim,
                    "prob": str(prob),
                    "necessary": mrss_width(dim, ACCURACY, prob, kind="necessary").n,
                    "block": _searched_block(dim, prob),
                    "first": last.first,
                    "size": last.size,
                    **certificate.values("n", "share", "slope", "cap", "stages"),
                }
            )
    return rows


def _asked(dim: int, prob: Fraction) -> Any:
    from slth_verify.bounds.question import Question

    return Question(dim, ACCURACY, Fraction(1), prob)


def _searched_block(dim: int, prob: Fraction) -> dict[str, Any] | None:
    from slth_verify.bounds.searches.blocks import block_width
    from slth_verify.errors import InvalidParameterError

    try:
        width = block_width(_asked(dim, prob))
    except InvalidParameterError:
        return None
    block = width.certificate
    return {
        "blocks": width.blocks,
        "n": block.n,
        "size": block.size,
        **block.values("tilt", "weight"),
    }
