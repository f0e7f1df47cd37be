"""Tests and runs that do not come to their end: no pass, and nothing is lost."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest

from slth_verify.suite import read_suite, suite_schema

Run = Callable[..., pytest.RunResult]
Written = Callable[[], dict[str, Any]]

CRASHES = """
    import os
    import pytest
    from slth_verify import Verdict

    def test_crash(slth):
        slth.ratio("1/3", 1, claim="small")
        slth.ratio("1/2", 1, claim="small")
        slth.verdict(Verdict.REFUTED, claim="one is two")
        os._exit(0)

    @pytest.fixture
    def deadly(slth):
        os._exit(0)

    def test_setup_crash(deadly):
        pass

    def test_fine(slth):
        slth.verdict(Verdict.VERIFIED, claim="one is one")
"""
INTERRUPTED = """
    import os
    import signal
    import time
    import pytest
    from slth_verify import Verdict

    def test_before(slth):
        slth.verdict(Verdict.VERIFIED, claim="one is one")

    def test_running(slth):
        slth.verdict(Verdict.REFUTED, claim="one is two")
        {how}

    def test_after(slth):
        pass
"""


def _by_name(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    jsonschema.validate(document, suite_schema())
    return {test["id"].partition("::")[2]: test for test in document["tests"]}


def _claims(test: dict[str, Any]) -> list[str]:
    return [r.get("verdict", r.get("ratio")) for r in test["records"]]


def test_a_crashed_worker_takes_nothing_with_it(
    new_process: Run, written: Written
) -> None:
    done = new_process(CRASHES, "--slth-report=out.json", "-n", "1")
    assert done.ret == 1
    tests = _by_name(written())
    assert {name: test["outcome"] for name, test in tests.items()} == {
        "test_crash": "error",
        "test_setup_crash": "error",
        "test_fine": "passed",
    }
    assert "did not end" in tests["test_crash"]["reason"]
    assert _claims(tests["test_crash"]) == ["0.5", "REFUTED"]
    assert _claims(tests["test_fine"]) == ["VERIFIED"]
    done.stdout.fnmatch_lines(["REFUTED *test_crash*", "did not end: *test_crash"])


@pytest.mark.nightly  # the one below has no workers
@pytest.mark.usefixtures("usual_signals")
def test_an_interrupted_run_of_workers_keeps_what_was_recorded(
    new_process: Run, written: Written
) -> None:
    how = "os.kill(os.getppid(), signal.SIGINT); time.sleep(4)"
    source = INTERRUPTED.format(how=how)
    done = new_process(source, "--slth-report=out.json", "-n", "1")
    assert done.ret == pytest.ExitCode.INTERRUPTED
    tests = _by_name(written())
    assert tests["test_running"]["outcome"] == "error"
    assert _claims(tests["test_running"]) == ["REFUTED"]
    assert "Interrupt" in tests[""]["reason"]
    assert "test_after" not in tests


@pytest.fixture
def interruptible() -> Iterator[None]:
    """This process hears Ctrl-C, also where ``nohup`` has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("raise KeyboardInterrupt", 2),
        ("os.kill(os.getpid(), signal.SIGINT); time.sleep(60)", 2),
        ("pytest.exit('enough', returncode=0)", 1),
    ],
)
def test_an_interrupted_run_keeps_what_was_recorded(
    alone: Run, written: Written, how: str, code: int
) -> None:
    source = INTERRUPTED.format(how=how)
    done = alone(source, "--slth-report=out.json", no_reraise_ctrlc=True)
    assert done.ret == code
    tests = _by_name(written())
    assert {name: test["outcome"] for name, test in tests.items()} == {
        "test_before": "passed",
        "test_running": "error",
        "": "error",
    }
    assert _claims(tests["test_running"]) == ["REFUTED"]
    assert written()["verdict"] == "REFUTED"
    done.stdout.fnmatch_lines(
        ["did not end: *test_running", "*the run stopped before*"]
    )


@pytest.mark.parametrize("place", ["before", "after"])
def test_interrupted_while_it_is_set_up_or_torn_down(
    alone: Run, written: Written, place: str
) -> None:
    source = f"""
        import pytest

        @pytest.fixture
        def busy():
            if {place == "before"}:
                raise KeyboardInterrupt
            yield
            raise KeyboardInterrupt

        def test_busy(busy, slth):
            pass
    """
    alone(source, "--slth-report=out.json", no_reraise_ctrlc=True)
    assert _by_name(written())["test_busy"]["outcome"] == "error"


def test_what_was_not_collected_or_not_reached_is_told(
    alone: Run, written: Written, pytester: pytest.Pytester
) -> None:
    fine = "def test_fine(slth): slth.verdict(__import__('slth_verify').Verdict(\n"
    fine += "    'verified'), claim='x')\n"
    pytester.makepyfile(test_broken="import no_such_module", test_fine=fine)
    words = ("--slth-report=out.json", "--continue-on-collection-errors")
    done = alone("", *words)
    assert done.ret == 1
    errors = [t for t in written()["tests"] if t["outcome"] == "error"]
    assert [test["id"] for test in errors] == ["test_broken.py"]
    assert "no_such_module" in errors[0]["reason"]

    pytester.makepyfile(test_broken="def test_false(): assert 0")
    assert alone("", "--slth-report=out.json", "-x").ret == 1
    (stopped,) = written()["tests"]
    assert stopped["id"] == "(the run)"
    assert "stopping after 1 failures" in stopped["reason"]


def test_a_process_that_dies_leaves_no_older_document(
    new_process: Run, written: Written, pytester: pytest.Pytester
) -> None:
    old = pytester.path / "out.json"
    old.write_text('{"verdict": "VERIFIED"}', encoding="utf-8")
    new_process(CRASHES, "--slth-report=out.json")
    document = read_suite(old)
    assert document == written()
    jsonschema.validate(document, suite_schema())
    (run,) = document["tests"]
    assert run["outcome"] == "error"
    assert "has not ended" in run["reason"]
    assert document["verdict"] == "INCONCLUSIVE"


def test_a_report_that_cannot_be_written_costs_no_summary(
    alone: Run, pytester: pytest.Pytester
) -> None:
    source = """
        import shutil
        from slth_verify import Verdict

        def test_fine(slth):
            slth.verdict(Verdict.VERIFIED, claim="x")

        def test_tidy():
            shutil.rmtree("folder")
    """
    pytester.mkdir("folder")
    done = alone(source, "--slth-report=folder/out.json")
    assert done.ret == 1
    done.assert_outcomes(passed=2)
    told = done.stdout.str() + done.stderr.str()
    assert "Traceback" not in told
    assert "\nwritten:" not in told
    done.stdout.fnmatch_lines(["ERROR: the report is missing: *folder/out.json*"])
    pytester.mkdir("folder")
    plain = "def test_plain(): __import__('shutil').rmtree('folder')"
    assert alone(plain, "--slth-report=folder/out.json").ret == 1


def test_a_fixture_that_fails_before_the_plugins_hides_no_test(
    alone: Run, written: Written
) -> None:
    source = """
        import pytest

        @pytest.fixture
        def broken():
            raise ValueError("nothing to test")

        def test_never_began(broken, slth):
            pass
    """
    assert alone(source, "--slth-report=out.json").ret == 1
    assert _by_name(written())["test_never_began"]["outcome"] == "error"


def test_parts_of_tests_do_not_hide_each_other(alone: Run, written: Written) -> None:
    source = """
        from slth_verify import Verdict

        def test_parts(slth, subtests):
            for name, verdict in (("a", Verdict.REFUTED), ("b", Verdict.VERIFIED)):
                with subtests.test(msg=name):
                    slth.verdict(verdict, claim=name)
                    assert name == "b"
    """
    assert alone(source, "--slth-report=out.json").ret == 1
    test = _by_name(written())["test_parts"]
    assert test["outcome"] == "failed"
    assert _claims(test) == ["REFUTED", "VERIFIED"]


def test_documents_name_files_that_are_no_text(
    alone: Run, pytester: pytest.Pytester
) -> None:
    name = b"test_\xff.py"
    (pytester.path / name.decode(errors="surrogateescape")).write_text(
        "def test_one(slth): pass"
    )
    alone("", "--slth-report=out.json")
    found = read_suite(pytester.path / "out.json")
    assert json.dumps(found).isascii()
