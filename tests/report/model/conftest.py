"""The report that ships as an example, to be changed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from handmade.example_report import EXAMPLE

from slth_verify.report.comparing.reading import read_report

Json = dict[str, Any]


@pytest.fixture(scope="module")
def honest() -> Json:
    found: Json = read_report(EXAMPLE)
    return found


@pytest.fixture
def example(honest: Json) -> Json:
    return copy.deepcopy(honest)
