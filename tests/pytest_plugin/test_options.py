"""Options, their twins in configuration files, and the marker."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., pytest.RunResult]
Written = Callable[[], dict[str, Any]]

HEAVY = ("torch", "sympy", "flint", "mpmath", "hypothesis", "numpy", "scipy", "jinja2")
SEEDS = """
    def test_seed(slth, slth_random_cnn):
        assert slth_random_cnn((4, 2)).seed == slth.seed
        assert slth_random_cnn([4, 2]).widths == (4, 2)
        print("seed", slth.seed, slth.precision_cap)

    def test_other(slth):
        print("seed", slth.seed, slth.precision_cap)
"""
ABOUT = """
    import pytest

    @pytest.mark.slth(statement="thm:rss")
    def test_rss(): pass

    @pytest.mark.slth("def:nsn")
    class TestNsn:
        def test_one(self): pass

    def test_nothing(): pass
"""


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    code = "import sys, slth_verify.pytest_plugin; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "slth_verify.pytest_plugin" in loaded
    assert not loaded & set(HEAVY)


def test_a_suite_that_does_not_use_it_imports_nothing_heavy(new_process: Run) -> None:
    source = f"""
        import sys

        def test_light():
            assert not {set(HEAVY) - {"hypothesis"}!r} & set(sys.modules)
    """
    arguments = ("-p", "no:hypothesispytest", "--slth-statement=thm:rss")
    assert new_process(source, *arguments[:2]).ret == 0
    marked = source.replace(
        "def", '@__import__("pytest").mark.slth("thm:rss")\n        def'
    )
    assert new_process(marked, *arguments).ret == 0


def _seeds(done: pytest.RunResult) -> list[str]:
    lines = [line.lstrip(".") for line in done.outlines]
    return [line for line in lines if line.startswith("seed ")]


def test_seeds_follow_the_option_and_the_test(alone: Run) -> None:
    first, second = _seeds(alone(SEEDS, "-s", "-q"))
    assert first != second
    assert first.endswith(" 4096")
    assert _seeds(alone(SEEDS, "-s", "-q", "--slth-seed=1")) == [first, second]
    other = _seeds(alone(SEEDS, "-s", "-q", "--slth-seed=2"))
    assert not {first, second} & set(other)


def test_seeds_are_the_same_in_workers(suite: Run, written: Written) -> None:
    suite(SEEDS, "--slth-seed=3")
    seeds = [test["seed"] for test in written()["tests"]]
    assert seeds == ["4504498197661112799", "13968389981060343435"]
    assert written()["options"]["seed"] == "3"


def test_twins_in_configuration_files(
    alone: Run, written: Written, pytester: pytest.Pytester
) -> None:
    pytester.makeini("""
        [pytest]
        slth_report = out.json
        slth_seed = 5
        slth_precision_cap = 128
        slth_allow_inconclusive = true
        slth_statement = thm:rss
    """)
    done = alone(ABOUT)
    assert done.ret == 0
    done.assert_outcomes(passed=1, deselected=2)
    assert written()["options"] == {
        "seed": "5",
        "precision_cap": 128,
        "allow_inconclusive": True,
        "statements": ["thm:rss"],
    }


def test_an_option_wins_over_its_twin(alone: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nslth_statement = thm:rss\n")
    done = alone(ABOUT, "--slth-statement=def:nsn", "--slth-statement", "lem:nsn-sum")
    done.assert_outcomes(passed=1, deselected=2)


def test_statements_choose_tests_in_workers_too(suite: Run, written: Written) -> None:
    suite(ABOUT, "--slth-statement=def:nsn")
    assert [test["statement"] for test in written()["tests"]] == ["def:nsn"]


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("--slth-statement=thm:rs", "*thm:rs*ids look like thm:rss*"),
        ("--slth-seed=-1", "*--slth-seed='-1': an integer from 0 to 1844*615 was*"),
        ("--slth-seed=one", "*--slth-seed='one': an integer from 0 to 1844*615 was*"),
        ("--slth-seed=", "*--slth-seed='': an integer from 0 to *"),
        ("--slth-precision-cap=3", "*--slth-precision-cap='3': an integer from 64 *"),
        ("--slth-report=", "*--slth-report='': the path of a file was required*"),
        ("--slth-annotations=", "*--slth-annotations='': known services*"),
        ("--slth-report=missing/out.json", "*missing/out.json*cannot be written*"),
    ],
)
def test_bad_options_are_usage_errors(alone: Run, argument: str, told: str) -> None:
    done = alone(ABOUT, argument)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([told])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("slth_seed = abc", "slth_seed='abc': an integer from 0 to *"),
        ("slth_precision_cap = x", "slth_precision_cap='x': an integer from 64 to *"),
        ("slth_annotations = nobody", "slth_annotations='nobody': known services *"),
        ("slth_statement = thm:rs", "slth_statement: *thm:rss*"),
        ("slth_report = missing/out.json", "*missing/out.json*cannot be written*"),
        ("slth_allow_inconclusive = perhaps", "slth_allow_inconclusive *perhaps*"),
    ],
)
def test_bad_twins_are_usage_errors_that_name_the_twin(
    alone: Run, pytester: pytest.Pytester, line: str, told: str
) -> None:
    pytester.makeini(f"[pytest]\n{line}\n")
    done = alone(ABOUT)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    found = done.stderr.str()
    done.stderr.fnmatch_lines(
        [f"*{told}" if "missing" in told else f"*tox.ini: {told}"]
    )
    assert "--slth" not in found
    assert "Traceback" not in found


def test_the_path_of_a_twin_stands_on_its_file(
    alone: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = pytester.path
    pytester.makeini("[pytest]\nslth_report = twin.json\n")
    monkeypatch.chdir(pytester.mkdir("inner"))
    alone("", str(root))
    assert (root / "twin.json").is_file()
    assert not (root / "inner" / "twin.json").exists()
    alone("", "--slth-report=option.json", str(root))
    assert (root / "inner" / "option.json").is_file()


def test_a_twin_that_is_empty_asks_for_nothing(
    alone: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nslth_report =\nslth_annotations =\n")
    assert alone(ABOUT).ret == 0


@pytest.mark.parametrize(
    "marker", ['"thm:nonsense"', "", '"thm:rss", "def:nsn"', 'theorem="thm:rss"', "3"]
)
def test_a_bad_marker_is_a_usage_error(alone: Run, marker: str) -> None:
    done = alone(ABOUT.replace('"def:nsn"', marker))
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*test_one: *"])


def test_a_bad_marker_fails_workers_too(suite: Run) -> None:
    done = suite(ABOUT.replace("def:nsn", "thm:nonsense"))
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    told = done.stdout.str() + done.stderr.str()
    assert "thm:nonsense" in told


def test_the_marker_is_known_to_strict_suites(alone: Run) -> None:
    assert alone(ABOUT, "--strict-markers").ret == 0
    done = alone(ABOUT, "--markers")
    done.stdout.fnmatch_lines(["@pytest.mark.slth(statement): *thm:rss*"])


def test_the_header_names_versions_and_the_seed(alone: Run) -> None:
    done = alone(ABOUT, "--slth-seed=7")
    done.stdout.fnmatch_lines(["slth-verify 0.*numpy*; slth seed 7"])
