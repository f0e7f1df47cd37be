"""Make the shipped files: ``python -m slth_verify.report.shipped.build PART``.

``answers`` takes about three minutes on one core and proves each answer when it makes
it; ``lies`` and ``ratios`` take a second, the latter in a checkout, where the results
of benchmarks lie.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from slth_verify.bounds import BoundResult, mrss_success, mrss_width, necessary_width
from slth_verify.conformance.lies import planted_lies
from slth_verify.report.shipped import ANSWERS, DIGEST, LIES, RATIOS
from slth_verify.report.shipped.ratios import ratios

_HERE = Path(__file__).parent

#: The grid of the bound explorer.
DIMENSIONS = (1, 2, 4, 9, 18, 36, 90)
ACCURACIES = ("1/10", "1/100", "1/1000")
PROBABILITIES = ("1/2", "9/10", "999/1000")

#: The curve of the success probability: dimension, accuracy, numbers of samples.
CURVE = (2, "1/10", (4, 6, 8, 10, 12, 14, 16, 20, 24, 32, 48))

#: What every report proves again: so many points of the curve, and one question.
_CHEAP = 3
_FIRST = (9, "1/2", "1/100")


def answers() -> Iterator[BoundResult]:
    """All answers that are shipped; those that reports prove again come first."""
    dimension, accuracy, counts = CURVE
    for n in counts[:_CHEAP]:
        yield mrss_success(dimension, n, None, accuracy)
    yield from _widths(*_FIRST)
    for n in counts[_CHEAP:]:
        yield mrss_success(dimension, n, None, accuracy)
    for question in product(DIMENSIONS, PROBABILITIES, ACCURACIES):
        if question != _FIRST:
            yield from _widths(*question)


def _widths(dimension: int, probability: str, accuracy: str) -> Iterator[BoundResult]:
    yield mrss_width(dimension, accuracy, probability)
    yield necessary_width(dimension, accuracy, probability)


def write_answers(folder: Path) -> None:
    """Write the answers and their digest."""
    lines = (json.dumps(answer.to_json()) + "\n" for answer in answers())
    data = "".join(lines).encode("ascii")
    (folder / ANSWERS).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    (folder / DIGEST).write_text(f"{digest}  {ANSWERS}\n", encoding="ascii")


def write_lies(folder: Path) -> None:
    """Write the counts of shipped lies."""
    counts = Counter(lie.statement for lie in planted_lies())
    (folder / LIES).write_text(json.dumps(dict(counts), indent=1) + "\n")


def write_ratios(folder: Path) -> None:
    """Write the comparisons of the committed results of benchmarks."""
    results = _HERE.parents[2] / "reports" / "benchmarks"
    (folder / RATIOS).write_text(json.dumps(ratios(results), indent=1) + "\n")


_PARTS = {"answers": write_answers, "lies": write_lies, "ratios": write_ratios}

if __name__ == "__main__":
    for part in sys.argv[1:] or list(_PARTS):
        _PARTS[part](_HERE)
