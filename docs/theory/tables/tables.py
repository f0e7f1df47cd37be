"""Reference tables of these pages: what ``<!-- table: NAME -->`` stands for.

Each table is written from a file of certificate parameters, or of widths, beside this
one, so that the pages render at once. Run this file to search them again (minutes); the
nightly tests check certificates in ball arithmetic, and compute such widths again.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent

#: Half widths of the cubes are half of this accuracy.
ACCURACY = Fraction(1, 50)

_DIMENSIONS = (4, 9, 18, 36, 72, 150)
_PROBABILITIES = (Fraction(1, 2), Fraction(999, 1000))

_FIXED_DIMENSIONS = (1, 2, 4, 9, 18, 36, 72, 150)
_FIXED_ACCURACIES = ("1/10", "1/100", "1/1000")

_NETWORKS = (
    ((3,), (1, 4), "0.1", "0.01"),
    ((3, 3), (1, 4, 4), "0.1", "0.01"),
    ((3, 3), (1, 8, 16), "0.1", "0.01"),
)


def certificates(name: str) -> list[dict[str, Any]]:
    """The committed rows of one table."""
    rows = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return list(rows)


def all_targets() -> str:
    """Widths for all targets of the Euclidean unit ball at once, within 0.02."""
    found = {(row["dim"], row["prob"]): row for row in certificates("all_targets")}
    lines = [
        "| $m$ | probability 1/2 | $B$, $n_0$ | probability 0.999 | $B$, $n_0$ |",
        "| --- | --- | --- | --- | --- |",
    ]
    for dim in _DIMENSIONS:
        cells = [str(dim)]
        for prob in _PROBABILITIES:
            row = found[dim, str(prob)]
            cells += [
                str(2 * row["blocks"] * row["n"]),
                f"{row['blocks']}, {row['n']}",
            ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def search_all_targets() -> list[dict[str, Any]]:
    """Certificates of the table `all_targets`, searched again."""
    from slth_verify.bounds.searches.sides_of_blocks import sides_of_blocks_width

    rows = []
    for dim in _DIMENSIONS:
        for prob in _PROBABILITIES:
            width = sides_of_blocks_width(_asked(dim, prob))
            block, sides = width.side, width.sides
            rows.append(
                {
                    "dim": dim,
                    "prob": str(prob),
                    "blocks": sides.blocks,
                    **sides.values("tau", "slope"),
                    "n": block.n,
                    "size": block.size,
                    **block.values("tilt", "weight"),
                }
            )
    return rows


def two_stage_sides() -> str:
    """As `all_targets`, for two sides of two stages each."""
    found = {(row["dim"], row["prob"]): row for row in certificates("two_stage_sides")}
    lines = [
        "| $m$ | probability 1/2 | $\\tau$, $R$ | probability 0.999 | $\\tau$, $R$ |",
        "| --- | --- | --- | --- | --- |",
    ]
    for dim in _DIMENSIONS:
        cells = [str(dim)]
        for prob in _PROBABILITIES:
            row = found[dim, str(prob)]
            reach = float(Fraction(row["norm"]))
            cells += [str(2 * int(row["n"])), f"{row['tau']}, {reach:.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def search_two_stage_sides() -> list[dict[str, Any]]:
    """Certificates of the table `two_stage_sides`, searched again."""
    from slth_verify.bounds.searches.sides_of_stages import sides_of_stages_width

    rows = []
    for dim in _DIMENSIONS:
        for prob in _PROBABILITIES:
            width = sides_of_stages_width(_asked(dim, prob))
            rows.append(
                {
                    "dim": dim,
                    "prob": str(prob),
                    **width.sides.values("tau", "slope", keys={"slope": "majorant"}),
                    **width.side.values("norm", "n", "share", "slope", "cap", "stages"),
                }
            )
    return rows


def widths() -> str:
    """Widths for one target of norm 1 at probability 1/2, needed and enough."""
    lines = [
        "| $m$ | $\\varepsilon$ | needed | enough, Theorem U | enough, Theorem H "
        "| least enough / needed |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in certificates("widths"):
        needed = row["necessary"]["n"]
        enough = {x["statement"]: x["n"] for x in row["certified"]}
        cells = [enough.get("der:weighted-moment"), enough.get("der:high-probability")]
        shown = " | ".join("." if n is None else str(n) for n in cells)
        ratio = min(enough.values()) / needed
        lines.append(
            f"| {row['dim']} | {float(Fraction(row['eps'])):g} | {needed} | {shown} "
            f"| {ratio:.2f} |"
        )
    return "\n".join(lines)


def search_widths() -> list[dict[str, Any]]:
    """Answers of the table `widths`, with their derivations, searched again.

    Theorem H is asked where it is near Theorem U, from dimension 72 on.
    """
    return [
        width_row(dim, Fraction(eps))
        for dim in _FIXED_DIMENSIONS
        for eps in _FIXED_ACCURACIES
    ]


def _asked(dim: int, prob: Fraction, eps: Fraction = ACCURACY) -> Any:
    from slth_verify.bounds.question import Question

    return Question(dim, eps, Fraction(1), prob)


def width_row(dim: int, eps: Fraction) -> dict[str, Any]:
    """The answers for one dimension and accuracy."""
    from slth_verify.bounds import mrss_width
    from slth_verify.bounds.mrss.answers import width_result
    from slth_verify.bounds.mrss.fixed_target import by_blocks, by_two_stages

    needed = mrss_width(dim, eps, kind="necessary")
    question = _asked(dim, Fraction(1, 2), eps)
    evaluators = [by_blocks, by_two_stages] if dim >= 72 else [by_blocks]
    found = [
        width_result(evaluate(question), needed.inputs).to_json()
        for evaluate in evaluators
    ]
    return {
        "dim": dim,
        "eps": str(eps),
        "necessary": needed.to_json(),
        "certified": found,
    }


def networks() -> str:
    """Widths of all layers of some networks, enough and needed."""
    lines = [
        "| kernels | channels | $\\varepsilon$ | $\\delta$ | enough | needed |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {_listed(row['kernel'])} | {_listed(row['channels'])} "
        f"| {row['eps']} | {row['delta']} "
        f"| {_listed(row['certified'])} | {_listed(row['necessary'])} |"
        for row in certificates("networks")
    ]
    return "\n".join(lines)


def search_networks() -> list[dict[str, Any]]:
    """Widths of the table `networks`, searched again."""
    from slth_verify.bounds import network_width

    return [
        {
            "kernel": kernel,
            "channels": channels,
            "eps": eps,
            "delta": delta,
            "certified": network_width(kernel, channels, eps, delta).widths,
            "necessary": network_width(
                kernel, channels, eps, delta, kind="necessary"
            ).widths,
        }
        for kernel, channels, eps, delta in _NETWORKS
    ]


def one_dimension() -> str:
    """Samples for all one-dimensional targets, at failure probability eps."""
    lines = [
        "| $\\varepsilon$ | $[-\\frac12,\\frac12]$: formula | programme | necessary "
        "| $[-1,1]$: formula | reserved | programme | necessary |",
        f"| {' | '.join(['---'] * 8)} |",
    ]
    for row in certificates("one_dimension"):
        lines.append(f"| {' | '.join(str(value) for value in row.values())} |")
    return "\n".join(lines)


def search_one_dimension() -> list[dict[str, Any]]:
    """Widths of the table `one_dimension`, computed again."""
    return [one_dimension_row(eps) for eps in ("0.1", "0.01", "0.001", "1e-6")]


def one_dimension_row(eps: str) -> dict[str, Any]:
    """All widths for one accuracy."""
    from slth_verify.bounds import rss_width

    return {
        "eps": eps,
        "half_closed": rss_width(eps, half=True, method="closed").n,
        "half_programme": rss_width(eps, half=True).n,
        "half_necessary": rss_width(eps, half=True, kind="necessary").n,
        "closed": rss_width(eps, method="closed").n,
        "reserve": rss_width(eps, method="reserve").n,
        "programme": rss_width(eps).n,
        "necessary": rss_width(eps, kind="necessary").n,
    }


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _beside(name: str) -> ModuleType:
    """The module of this folder with this name."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{HERE / name}.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_HIGH = _beside("high_probability")


def high_probability() -> str:
    """Widths for one target at high probability."""
    return str(_HIGH.written(certificates("high_probability")))


#: Writers of tables, by name.
TABLES: dict[str, Callable[[], str]] = {
    "all-targets": all_targets,
    "two-stage-sides": two_stage_sides,
    "widths": widths,
    "high-probability": high_probability,
    "networks": networks,
    "one-dimension": one_dimension,
}

#: Searches of certificates, by the name of their file.
SEARCHES: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "all_targets": search_all_targets,
    "two_stage_sides": search_two_stage_sides,
    "widths": search_widths,
    "high_probability": _HIGH.search,
    "networks": search_networks,
    "one_dimension": search_one_dimension,
}


def main(names: list[str]) -> int:
    """Search the certificates of the named tables, or of all."""
    for name in names or list(SEARCHES):
        text = json.dumps(SEARCHES[name](), indent=1)
        (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
