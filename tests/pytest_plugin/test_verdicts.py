"""What a suite's log, exit code and document say of the verdicts in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from slth_verify.suite import Counterexample, read_suite, suite_schema

Run = Callable[..., pytest.RunResult]
Written = Callable[[], dict[str, Any]]

MIXED = """
    import pytest
    from slth_verify import Verdict

    @pytest.mark.slth(statement="thm:rss")
    def test_proved(slth):
        slth.verdict(Verdict.VERIFIED, claim="one and one is two")
        slth.bound("width", 12)
        slth.ratio("1/3", 1, claim="small")
        slth.ratio("1/4", 1, claim="small")

    def test_open(slth):
        slth.verdict(Verdict.{open}, claim="undecided", reason="who knows")

    def test_plain():
        pass
"""
REFUTED = """
    from slth_verify import Verdict

    def test_false(slth):
        slth.verdict(Verdict.REFUTED, claim="one is two", reason="one is one")
"""
CHECKED = """
    import pytest

    @pytest.mark.slth(statement="def:channel-blocked-mask")
    def test_mask():
        from slth_verify.conformance import check_mask  # only where it runs

        check_mask(lambda channels, block, *, kernel_size: [])
"""


def _outcomes(document: dict[str, Any]) -> dict[str, str]:
    return {test["id"].split("::")[1]: test["outcome"] for test in document["tests"]}


@pytest.mark.parametrize("name", ["INCONCLUSIVE", "VACUOUS"])
def test_open_claims_are_no_pass(suite: Run, written: Written, name: str) -> None:
    done = suite(MIXED.format(open=name))
    assert done.ret == 1
    done.assert_outcomes(passed=3)
    done.stdout.fnmatch_lines(
        [
            "2 verdicts: 0 REFUTED*1 VERIFIED",
            f"{name} *test_open*undecided: who knows",
            "worst ratio 0.333333 *thm:rss small*",
            "*are no pass, so the run fails*",
        ]
    )
    document = written()
    jsonschema.validate(document, suite_schema())
    assert document["verdict"] == name
    assert _outcomes(document) == {"test_open": "passed", "test_proved": "passed"}
    proved = document["tests"][1]
    assert proved["statement"] == "thm:rss"
    assert [r["kind"] for r in proved["records"]] == ["verdict", "bound", "ratio"]
    assert proved["records"][2]["ratio"].startswith("0.33333333333333333")


def test_open_claims_pass_where_that_is_allowed(alone: Run) -> None:
    done = alone(MIXED.format(open="INCONCLUSIVE"), "--slth-allow-inconclusive")
    assert done.ret == 0
    done.stdout.fnmatch_lines(["1 claim left open, as the options allow"])


def test_refuted_claims_fail_the_run_whatever_the_options(
    suite: Run, written: Written, pytester: pytest.Pytester
) -> None:
    done = suite(REFUTED, "--slth-allow-inconclusive")
    assert done.ret == 1
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(
        ["REFUTED *one is two: one is one", "    slth-verify replay slth1.*"]
    )
    (record,) = written()["tests"][0]["records"]
    assert Counterexample.from_word(record["replay"]).claim == "one is two"
    assert read_suite(pytester.path / "out.json") == written()


@pytest.mark.parametrize(
    "suite",
    [(), pytest.param(("-n", "2"), marks=pytest.mark.nightly)],
    ids=["alone", "two workers"],
    indirect=True,
)
def test_a_failed_check_is_a_refutation_with_a_command(
    suite: Run, written: Written
) -> None:
    done = suite(CHECKED)
    assert done.ret == 1
    done.stdout.fnmatch_lines(["REFUTED *test_mask*", "    slth-verify replay slth1.*"])
    (test,) = written()["tests"]
    assert test["outcome"] == "failed"
    assert "shape" in test["reason"]
    (record,) = test["records"]
    assert record["statement"] == "def:channel-blocked-mask"
    assert "channels=1, block=1" in record["reason"]


def test_ratios_that_checks_see_are_recorded(alone: Run, written: Written) -> None:
    source = """
        import pytest
        from slth_verify.conformance import certified_accumulation, check_accumulation

        @pytest.mark.slth(statement="lem:error-accumulation")
        def test_recurrence():
            check_accumulation(certified_accumulation)
    """
    done = alone(source, "--slth-report=out.json")
    assert done.ret == 0
    (record,) = written()["tests"][0]["records"]
    assert record["claim"] == "error seen / recurrence"
    assert record["ratio"] == "1"
    done.stdout.fnmatch_lines(["worst ratio 1 of what is allowed: lem:error-*"])


def test_a_statistical_rejection_is_no_refutation(alone: Run) -> None:
    source = """
        from slth_verify.conformance.oracles.binomial import (
            BinomialTest, require_not_rejected)

        def test_coin(slth):
            require_not_rejected("def:nsn", [BinomialTest("coin", 100, 100, .5, .5)])
    """
    done = alone(source)
    done.stdout.fnmatch_lines(
        ["*Shown again by: slth-verify replay*", "1 verdict: 0 REFUTED, 1 REJECTED*"]
    )


def test_expected_failures_refute_nothing(alone: Run, written: Written) -> None:
    source = CHECKED.replace("@pytest", "@pytest.mark.xfail\n    @pytest", 1)
    done = alone(source, "--slth-report=out.json")
    assert done.ret == 0
    (test,) = written()["tests"]
    assert test["outcome"] == "xfailed"
    assert test["records"] == []


def test_other_failures_are_no_verdicts(suite: Run, written: Written) -> None:
    source = """
        import pytest

        @pytest.mark.slth("thm:rss")
        def test_broken():
            raise OSError("no disk")

        @pytest.mark.slth("thm:rss")
        def test_left_out():
            pytest.skip("not today")

        @pytest.fixture
        def broken():
            raise ValueError("nothing to test")

        def test_never_began(slth, broken):
            pass
    """
    done = suite(source)
    assert done.ret == 1
    document = written()
    jsonschema.validate(document, suite_schema())
    assert _outcomes(document) == {
        "test_broken": "failed",
        "test_left_out": "skipped",
        "test_never_began": "error",
    }
    reasons = [test["reason"] for test in document["tests"]]
    assert "no disk" in reasons[0]
    assert "not today" in reasons[1]
    assert document["verdict"] == "INCONCLUSIVE"


def test_suites_that_record_nothing_are_as_before(alone: Run) -> None:
    done = alone("def test_one(): pass")
    assert done.ret == 0
    assert "= slth-verify =" not in done.stdout.str()


def test_a_file_of_junit_has_what_was_recorded(
    suite: Run, pytester: pytest.Pytester
) -> None:
    suite(
        MIXED.format(open="VACUOUS"),
        "--junitxml=junit.xml",
        "-o",
        "junit_family=xunit1",
    )
    text = (pytester.path / "junit.xml").read_text(encoding="utf-8")
    assert 'name="slth_verdict" value="thm:rss: VERIFIED: one and one is two"' in text
    assert 'name="slth_bound" value="thm:rss: width: 12 (upper)"' in text
    assert 'name="slth_ratio" value="thm:rss: small: 0.33' in text


def test_a_service_is_told_on_demand(alone: Run) -> None:
    done = alone(REFUTED, "--slth-annotations=github")
    assert done.ret == 1
    done.stdout.fnmatch_lines(
        ["::error file=test_a_service*.py,title=REFUTED%3A claim::*one is two*"]
    )
    assert "::error" not in alone(REFUTED).stdout.str()
    assert alone(REFUTED, "--slth-annotations=nobody").ret == 4
