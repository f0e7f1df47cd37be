"""The table of attacks has one row for each statement."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from slth_verify.conformance.claims import CLAIM_ATTACKS
from slth_verify.conformance.lies import planted_lies
from slth_verify.conformance.lies.statements import LYING_STATEMENTS
from slth_verify.conformance.running import checks
from slth_verify.errors import InvalidParameterError
from slth_verify.statements import statements
from slth_verify.suite import attacks, require_statement

ROOT = Path(__file__).parents[2]
CHECKS = {*checks.CHECKS, "check_claims"}
#: Why a row may have no ratio.
NO_NUMBER = "the claim has no number that could be approached"


def test_every_statement_has_a_row_in_order() -> None:
    assert list(attacks()) == [s.id for s in statements()]


@pytest.mark.parametrize("name", list(attacks()))
def test_a_row_names_what_exists_or_says_what_is_missing(name: str) -> None:
    row = attacks()[name]
    for path in (*row.properties, *row.lies):
        assert (ROOT / path).is_file(), path
    assert set(row.checks) <= CHECKS
    if not (row.properties and row.lies and row.ratio):
        assert row.missing


@pytest.mark.parametrize("name", ["thm:rs", "", "x" * 1000])
def test_unknown_statements_are_refused(name: str) -> None:
    with pytest.raises(InvalidParameterError, match="ids look like"):
        require_statement(name)
    require_statement("thm:rss")


@pytest.mark.parametrize("name", list(attacks()))
def test_lies_of_a_row_are_about_its_checks(name: str) -> None:
    row = attacks()[name]
    text = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in row.lies)
    for check in row.checks:
        assert check in text, f"no lies about {check}"


def test_every_check_is_in_some_row() -> None:
    assert {check for row in attacks().values() for check in row.checks} == CHECKS


@pytest.mark.parametrize("name", list(attacks()))
def test_a_row_has_three_lies_and_a_ratio_or_says_why_not(name: str) -> None:
    row = attacks()[name]
    shipped = [lie for lie in planted_lies() if lie.check in row.checks]
    listed = sum(map(_listed, row.lies))
    assert len(shipped) + listed + len(LYING_STATEMENTS.get(name, ())) >= 3
    assert row.ratio or NO_NUMBER in row.missing


def _listed(path: str) -> int:
    """Lies in the lists of a file of tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return sum(
        len(node.value.elts)
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        and isinstance(node.value, (ast.List, ast.Tuple))
        and "LIES" in ast.dump(node)
    )


def test_ratios_of_claims_are_those_that_were_measured() -> None:
    saved = ROOT / "reports" / "benchmarks" / "worst_ratios.json"
    figures = json.loads(saved.read_text(encoding="utf-8"))["figures"]
    measured = {name for name, attack in CLAIM_ATTACKS.items() if attack.what}
    assert set(figures) == measured
    for name in measured:
        row = attacks()[name]
        assert "check_claims" in row.checks
        told, _, what = row.ratio.partition(" (")
        if what == f"{CLAIM_ATTACKS[name].what})":
            ratio = figures[name]["ratio"]
            assert ratio <= float(told) <= 1.2 * ratio
