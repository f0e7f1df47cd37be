"""The table of attacks has one row for each statement."""

from __future__ import annotations

from pathlib import Path

import pytest

from slth_verify.conformance.running.checks import CHECKS
from slth_verify.errors import InvalidParameterError
from slth_verify.statements import statements
from slth_verify.suite import attacks, require_statement

ROOT = Path(__file__).parents[2]


def test_every_statement_has_a_row_in_order() -> None:
    assert list(attacks()) == [s.id for s in statements()]


@pytest.mark.parametrize("name", list(attacks()))
def test_a_row_names_what_exists_or_says_what_is_missing(name: str) -> None:
    row = attacks()[name]
    for path in (*row.properties, *row.lies):
        assert (ROOT / path).is_file(), path
    assert set(row.checks) <= set(CHECKS)
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
    assert {check for row in attacks().values() for check in row.checks} == set(CHECKS)
