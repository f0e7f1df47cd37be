"""From a report to its JSON document."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib.resources import files
from typing import Any

from slth_verify.report.model.comparison import JUDGED, Comparison
from slth_verify.report.model.quantity import Quantity
from slth_verify.report.model.report import SCHEMA_VERSION, Report
from slth_verify.verdict import Direction

#: What the document calls a direction, where not by its name.
_SIDES = {Direction.BOTH: "two-sided"}


def to_document(report: Report) -> dict[str, Any]:
    """The report as plain data that validates against `schema`.

    Args:
        report: The report.

    Returns:
        Dictionaries, lists, strings, integers, finite floats, booleans and None.
    """
    return {"schema": "slth-report", "schema_version": SCHEMA_VERSION, **_plain(report)}


def comparison_as_json(found: Comparison) -> dict[str, Any]:
    """What changed as plain data: the document's member ``comparison``."""
    counts = {course.value: found.count(course) for course in JUDGED}
    return {**_plain(found), "counts": counts}


def to_json(document: dict[str, Any]) -> str:
    """The document as text in ASCII, so that it can steer no terminal that shows it.

    Raises:
        ValueError: If a NaN or an infinity got in.
    """
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of report documents."""
    source = files("slth_verify.report.model") / "schema.json"
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Quantity):
        return _quantity(value)
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name)) for field in fields(value)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _quantity(value: Quantity) -> dict[str, Any]:
    """One number as ``value``, two as ``interval``."""
    number: dict[str, Any] = (
        {"value": value.lower}
        if value.lower == value.upper
        else {"interval": [value.lower, value.upper]}
    )
    return {
        **number,
        "kind": value.kind.value,
        "direction": _SIDES.get(value.direction, value.direction.value),
        "unit": value.unit,
    }
