"""The reference tables of docs/theory hold: every row is certified in balls again."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from slth_verify.bounds import network_width
from slth_verify.bounds.certificates.certified_width import SidesOfBlocks
from slth_verify.bounds.certificates.two_sides import Sides
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate

F = Fraction

THEORY = Path(__file__).parents[3] / "docs" / "theory"

#: Widths that were known before, by dimension and probability.
KNOWN = {
    (4, "1/2"): 240,
    (4, "999/1000"): 720,
    (9, "1/2"): 630,
    (9, "999/1000"): 1806,
    (18, "1/2"): 1652,
    (18, "999/1000"): 3864,
    (36, "1/2"): 3768,
    (36, "999/1000"): 8792,
    (72, "1/2"): 9048,
    (72, "999/1000"): 21112,
    (150, "1/2"): 24544,
    (150, "999/1000"): 58926,
}

NETWORKS = json.loads((THEORY / "tables" / "networks.json").read_text(encoding="utf-8"))

ROWS = json.loads((THEORY / "tables" / "all_targets.json").read_text(encoding="utf-8"))


def _case(row: dict) -> object:
    marks = [pytest.mark.nightly] if row["dim"] > 9 else []
    return pytest.param(row, id=f"{row['dim']}-{row['prob']}", marks=marks)


@pytest.mark.parametrize("row", [_case(row) for row in ROWS])
def test_all_targets_at_once(row, tables) -> None:
    block = WeightedCertificate(
        n=row["n"],
        size=row["size"],
        dim=row["dim"],
        eps=tables.ACCURACY / 2,
        norm=F(0),
        tilt=F(row["tilt"]),
        weight=F(row["weight"]),
    )
    sides = Sides(row["blocks"], F(row["tau"]), F(row["slope"]))
    width = SidesOfBlocks.certified(sides, block, F(1))
    assert width.failure <= 1 - F(row["prob"])
    assert width.n <= KNOWN[row["dim"], row["prob"]]
    assert f"| {width.n} |" in tables.all_targets()


@pytest.mark.nightly
@pytest.mark.parametrize("row", NETWORKS, ids=lambda row: str(row["channels"]))
def test_networks(row, tables) -> None:
    question = (row["kernel"], row["channels"], row["eps"], row["delta"])
    certified_again = network_width(*question)
    needed = network_width(*question, kind="necessary")
    for again, stated in zip(certified_again.widths, row["certified"], strict=True):
        assert (
            abs(again - stated) * 50 <= stated
        )  # proposals in floats may move a little
    assert list(needed.widths) == row["necessary"]
    assert certified_again.probability.lower >= 1 - F(row["delta"])


def test_every_known_row_is_there() -> None:
    assert {(row["dim"], row["prob"]) for row in ROWS} == set(KNOWN)
