"""Figures of a document in another of their forms: refused, or shown."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slth_verify.errors import SlthVerifyError
from slth_verify.report import render_html, schema
from slth_verify.report.comparing import reading
from slth_verify.report.comparing.reading import read_report

Place = tuple[str | int, ...]


def _figures(value: Any, place: Place = ()) -> Iterator[Place]:
    if isinstance(value, dict):
        if {"kind", "direction", "unit"} <= set(value):
            yield place
        for key, item in value.items():
            yield from _figures(item, (*place, key))
    elif isinstance(value, list):
        for key, item in enumerate(value):
            yield from _figures(item, (*place, key))


def _at(document: Any, place: Place) -> Any:
    for key in place:
        document = document[key]
    return document


def _forms(figure: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A figure as an interval, as a fraction, and missing."""
    rest = {key: figure[key] for key in ("direction", "unit")}
    for kind in {figure["kind"], "exact", "enclosed"}:
        yield {"interval": ["1/3", "2/3"], "kind": kind, **rest}
        yield {"value": "1/3", "kind": kind, **rest}
    yield {"absent": "nobody looked"}


def _unshown(
    document: dict[str, Any], folder: Path, names: tuple[str, ...] = ()
) -> list[tuple[Place, Any, str]]:
    """Forms that the reader admits, and that the page cannot show.

    Of figures whose places differ in numbers only, one is looked at.

    Args:
        document: A report.
        folder: For its files.
        names: Of figures that are looked at; all if there are none.
    """
    alike = {
        tuple(key for key in place if isinstance(key, str)): place
        for place in _figures(document)
        if not names or place[-1] in names
    }
    found = []
    for place in alike.values():
        for form in _forms(_at(document, place)):
            changed = copy.deepcopy(document)
            _at(changed, place[:-1])[place[-1]] = form
            path = folder / "slth-report.json"
            path.write_text(json.dumps(changed))
            try:
                read = read_report(path)
            except SlthVerifyError:
                continue
            try:
                render_html(read)
            except Exception as error:
                found.append((place, form, repr(error)))
    return found


def test_counts_and_ends_that_the_reader_admits_are_shown(
    document: dict[str, Any], tmp_path: Path
) -> None:
    assert _unshown(document, tmp_path, ("kept", "low", "accuracy")) == []


@pytest.mark.nightly
def test_whatever_the_reader_admits_is_shown(
    document: dict[str, Any], tmp_path: Path
) -> None:
    assert _unshown(document, tmp_path) == []


def test_a_schema_that_admits_any_form_is_seen(
    document: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lie = json.loads(json.dumps(schema()))
    lie["$defs"]["count"] = lie["$defs"]["quantity"]
    monkeypatch.setattr(reading, "schema", lambda: lie)
    # which would refuse such counts for what they are
    monkeypatch.setattr(reading, "contradictions", lambda document: ())
    assert _unshown(document, tmp_path, ("kept",))
