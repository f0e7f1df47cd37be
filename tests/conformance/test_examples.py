"""The foreign code in ``examples/`` is caught, and the message says why."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from slth_verify.conformance import ConformanceFailure
from slth_verify.conformance._failure import not_verified
from slth_verify.verdict import Finding, Verdict

FOLDER = Path(__file__).parents[2] / "examples" / "conformance"

#: File, statement that is contradicted, what the message says.
CAUGHT = [
    ("foreign_solver.py", "def:subset-sum-number", "columns=[[1.0]], target=["),
    ("foreign_bound.py", "thm:mrss-nsn", "is too small"),
    ("foreign_construction.py", "thm:structured-slth", "differs by at least"),
]


def test_every_example_is_run() -> None:
    files = {path.name for path in FOLDER.glob("*.py")}
    assert files == {name for name, _, _ in CAUGHT}


#: test_run_conformance has other searches that claim too much.
SLOW = "foreign_solver.py"


@pytest.mark.parametrize(
    ("name", "about", "told"),
    [pytest.param(*x, marks=[pytest.mark.nightly] * (x[0] == SLOW)) for x in CAUGHT],
)
def test_the_mistake_is_caught_and_explained(
    name: str, about: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(FOLDER / name), run_name="__main__")
    assert ended.value.code == 1
    text = capsys.readouterr().out
    lines = text.splitlines()
    (line,) = [line for line in lines if line.startswith("REFUTED")]
    assert f"({about})" in line
    assert told in text
    assert "Finding(" not in text
    assert "Verdict." not in text
    assert any(line.startswith("    slth-verify replay slth1.") for line in lines)


def test_what_is_not_verified_is_said_in_words_one_a_line() -> None:
    findings = [
        Finding("the seed fits", Verdict.REFUTED, "it does not\x1b[2J\nREFUTED"),
        Finding("the bound holds", Verdict.INCONCLUSIVE, "cannot be known"),
    ]
    assert not_verified(findings).split("\n") == [
        "not VERIFIED:",
        r"REFUTED: the seed fits: it does not\x1b[2J\nREFUTED;",
        "INCONCLUSIVE: the bound holds: cannot be known",
    ]
    assert not_verified([]) == "all of its claims are VERIFIED"


def test_a_counterexample_is_one_line() -> None:
    failure = ConformanceFailure("def:nsn: two\nlines", statement="def:nsn")
    assert failure.told == "two\nlines"
    assert failure.counterexample.reason == "two lines"
