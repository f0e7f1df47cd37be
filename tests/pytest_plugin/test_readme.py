"""The README's suite works as it is copied."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.nightly)])
def test_the_suite_in_the_readme_passes(
    workers: int,
    alone: Callable[..., pytest.RunResult],
    written: Callable[[], dict[str, Any]],
) -> None:
    text = README.read_text(encoding="utf-8")
    (source,) = re.findall(
        r"```python\n(# test_my_network\.py\n.*?)```", text, flags=re.DOTALL
    )
    (command,) = re.findall(r"^pytest (--slth-report=out\.json -n 2) ", text, re.M)
    words = command.removesuffix("2") + str(workers)
    done = alone(source, *words.split())
    done.assert_outcomes(passed=3)
    assert done.ret == 0
    document = written()
    assert document["counts"]["VERIFIED"] == 1
    assert document["counts"]["NOT_REJECTED"] == 2
    assert document["verdict"] == "NOT_REJECTED"
    assert len(document["tests"]) == 3
