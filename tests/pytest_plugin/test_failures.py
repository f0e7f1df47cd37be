"""Tests that fail, are lost or were never collected keep a suite from VERIFIED."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from slth_verify.cli import run as command
from slth_verify.suite import read_suite, suite_schema

Run = Callable[..., pytest.RunResult]
Written = Callable[[], dict[str, Any]]

PROVED = """
    import os
    import pytest
    from slth_verify import Verdict

    @pytest.mark.slth("thm:mrss-nsn")
    def test_a(slth):
        slth.verdict(Verdict.VERIFIED, claim="one and one are two")

    @pytest.mark.slth("thm:structured-slth")
"""
FAILS = f"""{PROVED}
    def test_b(slth):
        assert 7 < 5, "the claim of this test is false"
"""
#: What else a test may do, what it came to, the suite's verdict, and the reason.
ENDS = {
    "strict": (
        '@pytest.mark.xfail(strict=True, reason="too hard")\n    def test_b(): pass',
        ("failed", "INCONCLUSIVE", "XPASS(strict)"),
    ),
    "not strict": (
        "@pytest.mark.xfail(strict=False)\n    def test_b(): pass",
        ("xpassed", "VERIFIED", ""),
    ),
    "expected": (
        "@pytest.mark.xfail\n    def test_b(): assert 7 < 5",
        ("xfailed", "VERIFIED", "7 < 5"),
    ),
    "skipped": (
        "@pytest.mark.skip('not today')\n    def test_b(): pass",
        ("skipped", "VERIFIED", "not today"),
    ),
    "without a trace": (
        "def test_b(): pytest.fail('in short', pytrace=False)",
        ("failed", "INCONCLUSIVE", "in short"),
    ),
    "torn down": (
        "def test_b(request):\n        request.addfinalizer(lambda: 1 / 0)",
        ("error", "INCONCLUSIVE", "division by zero"),
    ),
    "in a part": (
        "def test_b(subtests):\n        with subtests.test('one'): assert 7 < 5",
        ("failed", "INCONCLUSIVE", ""),
    ),
    "interrupted": (
        "def test_b(): raise KeyboardInterrupt",
        ("error", "INCONCLUSIVE", "did not end"),
    ),
    "first used when it is over": (
        "def test_b(request):\n        assert 7 < 5",
        ("failed", "INCONCLUSIVE", "7 < 5"),
    ),
}


def _page(folder: Path, *more: str) -> int:
    words = ["report", "--from", str(folder / "out.json"), "--output", str(folder)]
    return command([*words, *more])


def test_a_failed_test_is_told_everywhere(
    alone: Run,
    written: Written,
    pytester: pytest.Pytester,
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = alone(
        FAILS,
        "--slth-report=out.json",
        "--slth-annotations=github",
        "--slth-allow-inconclusive",
    )
    assert done.ret == 1
    told = "the claim of this test is false"
    done.stdout.fnmatch_lines(
        [
            f"failed *::test_b thm:structured-slth: *{told}*",
            "what failed*leaves open what it was to show",
            f"::error file=*title=failed%3A thm%3Astructured-slth::*{told}*",
        ]
    )
    assert read_suite(pytester.path / "out.json") == written()
    jsonschema.validate(written(), suite_schema())
    capsys.readouterr()
    assert _page(pytester.path) == 3
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "INCONCLUSIVE"
    assert table[1].split()[0] == "failed"
    assert told in table[1]
    assert _page(pytester.path, "--format=markdown", "--annotations=github") == 3
    printed = capsys.readouterr()
    assert "INCONCLUSIVE: slth-verify report" in printed.out
    assert "### failed" in printed.out
    assert told in printed.out
    assert "::error" in printed.out + printed.err
    page = (pytester.path / "slth-suite.html").read_text(encoding="utf-8")
    assert "1 test failed: not everything was shown" in page
    section = page[page.index("What is not as it should be") :]
    assert told in section[: section.index("</section>")]
    assert "1 passed, 1 failed." in page


@pytest.mark.parametrize("name", ENDS)
def test_what_a_test_came_to(
    name: str,
    alone: Run,
    new_process: Run,
    written: Written,
    pytester: pytest.Pytester,
) -> None:
    source, (outcome, verdict, reason) = ENDS[name]
    if name == "in a part" and not hasattr(pytest, "Subtests"):
        pytest.skip("this version of pytest has no subtests")
    words = (f"{PROVED}    {source}\n", "--slth-report=out.json")
    if name == "first used when it is over":
        done = new_process(*words)
    else:
        done = alone(*words, no_reraise_ctrlc=True)
    found = written()
    (test,) = (test for test in found["tests"] if test["id"].endswith("::test_b"))
    assert test["outcome"] == outcome
    assert reason in test["reason"]
    assert found["verdict"] == verdict
    assert (done.ret == 0) is (verdict == "VERIFIED")
    assert read_suite(pytester.path / "out.json") == found


@pytest.mark.nightly  # two suites with workers; test_endings has a shorter one
def test_a_lost_process_is_an_error(
    suite: Run, written: Written, pytester: pytest.Pytester
) -> None:
    suite(f"{PROVED}    def test_b(): pass\n")
    assert written()["verdict"] == "VERIFIED"
    pytest.importorskip("xdist")
    pytester.makepyfile(PROVED + "    def test_b(): os._exit(7)\n")
    done = pytester.runpytest_subprocess("--slth-report=out.json", "-n", "2")
    assert done.ret == 1
    found = written()
    assert found["outcomes"]["error"] == 1
    assert found["verdict"] == "INCONCLUSIVE"
    assert read_suite(pytester.path / "out.json") == found


def test_what_was_not_collected_is_an_error(
    alone: Run, written: Written, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_broken="import no_such_module")
    alone(
        f"{PROVED}    def test_b(): pass\n",
        "--slth-report=out.json",
        "--continue-on-collection-errors",
    )
    found = written()
    (lost,) = (test for test in found["tests"] if test["outcome"] == "error")
    assert lost["id"] == "test_broken.py"
    assert "no_such_module" in lost["reason"]
    assert found["verdict"] == "INCONCLUSIVE"
    assert read_suite(pytester.path / "out.json") == found


def test_a_contradiction_that_a_test_wants_is_none(
    alone: Run, written: Written
) -> None:
    source = f"""{PROVED}
    def test_b():
        from slth_verify.conformance import ConformanceFailure, check_mask

        with pytest.raises(ConformanceFailure):
            check_mask(lambda channels, block, *, kernel_size: [])
"""
    done = alone(source, "--slth-report=out.json")
    assert done.ret == 0
    assert written()["verdict"] == "VERIFIED"


def test_what_failed_is_worse_and_what_passes_again_is_better(
    alone: Run,
    written: Written,
    pytester: pytest.Pytester,
    capsys: pytest.CaptureFixture[str],
) -> None:
    alone(f"{PROVED}    def test_b(): pass\n", "--slth-report=out.json")
    (pytester.path / "out.json").rename(pytester.path / "old.json")
    older = ("--compare", str(pytester.path / "old.json"), "--fail-on-worse")
    alone(FAILS, "--slth-report=out.json")
    capsys.readouterr()
    assert _page(pytester.path, *older) == 3  # the verdict's own comes first
    assert "2 worse" in capsys.readouterr().out
    assert "worse" in (pytester.path / "slth-suite.html").read_text(encoding="utf-8")
    skipped = "@pytest.mark.skip('not today')\n    def test_b(): pass\n"
    (pytester.path / "out.json").rename(pytester.path / "failed.json")
    alone(f"{PROVED}    {skipped}", "--slth-report=out.json")
    assert _page(pytester.path, *older) == 5
    alone(f"{PROVED}    def test_b(): pass\n", "--slth-report=out.json")
    capsys.readouterr()
    again = ("--compare", str(pytester.path / "failed.json"), "--fail-on-worse")
    assert _page(pytester.path, *again) == 0
    assert "0 worse, 2 better" in capsys.readouterr().out
