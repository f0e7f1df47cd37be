"""The table of Theorem H in docs/theory holds: every row is certified again."""

import importlib.util
import json
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest

from slth_verify.bounds import mrss_width
from slth_verify.bounds.certificates.certified_width import BlockWidth
from slth_verify.bounds.certificates.two_stage import TwoStageCertificate
from slth_verify.bounds.certificates.weighted_moment import WeightedCertificate

F = Fraction

THEORY = Path(__file__).parents[3] / "docs" / "theory"
ROWS = json.loads(
    (THEORY / "tables" / "high_probability.json").read_text(encoding="utf-8")
)

#: Widths computed in floating point from the same theorem, by dimension: at failure
#: probability 1e-3 and 1e-6.
KNOWN = {
    1: (101, 170),
    4: (145, 235),
    9: (207, 304),
    18: (335, 420),
    36: (615, 686),
    72: (1204, 1300),
    150: (2563, 2715),
}


@pytest.fixture(scope="module")
def table() -> ModuleType:
    path = THEORY / "tables" / "high_probability.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _certificate(row: dict, table: ModuleType) -> TwoStageCertificate:
    names = ("n", "share", "slope", "cap", "stages")
    values = {name: row[name] for name in names}
    return TwoStageCertificate.from_values(
        values.__getitem__, dim=row["dim"], eps=table.ACCURACY, norm=F(1)
    )


def _case(row: dict) -> object:
    quick = (row["dim"], row["prob"]) == (9, "999/1000")
    marks = [] if quick else [pytest.mark.nightly]
    return pytest.param(row, id=f"{row['dim']}-{row['prob']}", marks=marks)


@pytest.mark.parametrize("row", [_case(row) for row in ROWS])
def test_two_stages(row, table) -> None:
    certificate = _certificate(row, table)
    assert certificate.failure() <= 1 - F(row["prob"])
    last = certificate.stages[-1]
    assert (last.first, last.size) == (row["first"], row["size"])
    assert f"| {certificate.n} |" in table.written(ROWS)


@pytest.mark.parametrize("row", [_case(row) for row in ROWS if row["block"]])
def test_blocks(row, table) -> None:
    block = row["block"]
    certificate = WeightedCertificate(
        n=block["n"],
        size=block["size"],
        dim=row["dim"],
        eps=table.ACCURACY,
        norm=F(1),
        tilt=F(block["tilt"]),
        weight=F(block["weight"]),
    )
    width = BlockWidth(block["blocks"], certificate, certificate.check())
    assert width.probability >= F(row["prob"])
    assert f"| {width.n} |" in table.written(ROWS)


def test_necessary_widths(table) -> None:
    for row in ROWS:
        if row["dim"] <= 18:
            necessary = mrss_width(
                row["dim"], table.ACCURACY, row["prob"], kind="necessary"
            )
            assert necessary.n == row["necessary"]
        assert row["necessary"] <= int(row["n"])


def test_no_row_is_worse_than_known() -> None:
    found = {(row["dim"], row["prob"]): int(row["n"]) for row in ROWS}
    for dim, widths in KNOWN.items():
        for prob, width in zip(("999/1000", "999999/1000000"), widths, strict=True):
            assert found[dim, prob] <= width


@pytest.mark.nightly
def test_one_sample_less_is_not_certified_by_the_same_parameters(table) -> None:
    (row,) = (r for r in ROWS if (r["dim"], r["prob"]) == (9, "999/1000"))
    fewer = {**row, "n": str(int(row["n"]) - 1)}
    certificate = _certificate(fewer, table)
    assert certificate.failure() > 1 - F(row["prob"])
