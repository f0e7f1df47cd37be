"""``slth-verify replay``: a counterexample shown, and tried again."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, settings

from slth_verify.bounds import mrss_width
from slth_verify.cli import run
from slth_verify.conformance import (
    ConformanceFailure,
    check_claims,
    check_mask,
    check_solver,
    check_width,
    run_again,
)
from slth_verify.conformance.lies.statements import LYING_STATEMENTS
from slth_verify.conformance.running.run import as_solver
from slth_verify.network import channel_blocked_mask
from slth_verify.statements import statement
from slth_verify.suite import Counterexample, Recorder, suite_document
from slth_verify.verdict import Verdict

WRONG = """
import numpy as np
from slth_verify.network import channel_blocked_mask

def wrong(channels, block, *, kernel_size):
    mask = channel_blocked_mask(channels, block, kernel_size=kernel_size)
    return np.roll(mask, 1, axis=3) if block > 100 else mask
"""

LAZY = """
def lazy(columns, target, eps):
    return None

lazy.exact = True
"""


@pytest.fixture(scope="module")
def found() -> Counterexample:
    """A mask that is wrong only where no small case is."""

    def wrong(channels: int, block: int, *, kernel_size: int) -> np.ndarray:
        mask = channel_blocked_mask(channels, block, kernel_size=kernel_size)
        return np.roll(mask, 1, axis=3) if block > 100 else mask

    with pytest.raises(ConformanceFailure) as failure:
        check_mask(wrong)
    assert failure.value.counterexample.command in failure.value.__notes__[-1]
    assert not any("reproduce_failure" in note for note in failure.value.__notes__)
    return failure.value.counterexample


def test_a_word_is_shown(
    found: Counterexample, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["replay", found.word]) == 0
    shown = capsys.readouterr().out
    assert "def:channel-blocked-mask: contradicted" in shown
    assert "channels=2, block=101, kernel_size=1" in shown
    assert "check_mask()" in shown


def test_a_file_with_a_word_is_shown(
    found: Counterexample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "word.txt"
    path.write_text(f"{found.word}\n")
    assert run(["replay", str(path)]) == 0
    assert "block=101" in capsys.readouterr().out


def _document(folder: Path, *verdicts: Verdict) -> Path:
    recorder = Recorder()
    for number, verdict in enumerate(verdicts):
        recorder.verdict(verdict, claim=f"claim {number}", reason="\x1b[2J")
    test = {
        "id": "test_x.py::test_x",
        "statement": None,
        "outcome": "passed",
        "seconds": 0.5,
        "seed": "7",
        "reason": "",
        "records": recorder.records,
    }
    document = suite_document([test], options={}, versions={}, platform={})
    path = folder / "out.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_all_counterexamples_of_a_suite_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _document(tmp_path, Verdict.REFUTED, Verdict.VERIFIED, Verdict.REFUTED)
    assert run(["replay", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "claim 0" in shown
    assert "claim 1" not in shown
    assert "claim 2" in shown
    assert "\x1b" not in shown
    assert run(["replay", str(_document(tmp_path, Verdict.VERIFIED))]) == 0
    assert capsys.readouterr().out == "no counterexamples\n"


def test_it_is_contradicted_again(
    found: Counterexample,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "some_masks.py").write_text(WRONG)
    monkeypatch.chdir(tmp_path)
    assert run(["replay", found.word, "--run", "some_masks:wrong", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["counterexamples"][0]["word"] == found.word
    ((verdict, reason),) = document["again"]
    assert verdict == "REFUTED"
    assert "channels=2, block=101, kernel_size=1" in reason


def test_a_statistical_test_refutes_nothing(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "some_solvers.py").write_text(LAZY)
    monkeypatch.chdir(tmp_path)
    found = Counterexample(
        "finds subsets as often as there are some",
        "0 of 400",
        "thm:mrss-nsn",
        "check_success_rate",
        {},
        ("", ""),
    )
    words = ["replay", found.word, "--run", "some_solvers:lazy"]
    assert run(words) == 3
    shown = capsys.readouterr().out
    assert "REJECTED\n  by a statistical test" in shown
    assert "p-value" in shown
    assert "REFUTED" not in shown
    assert run([*words, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["again"][0][0] == "REJECTED"


def test_one_case_that_holds_proves_nothing(
    found: Counterexample, capsys: pytest.CaptureFixture[str]
) -> None:
    right = "slth_verify.network:channel_blocked_mask"
    assert run(["replay", found.word, "--run", right]) == 3
    assert "INCONCLUSIVE" in capsys.readouterr().out
    assert run(["replay", found.word, "--run", "math:sqrt"]) == 3
    assert "it fails: TypeError" in capsys.readouterr().out


def test_a_case_of_another_hypothesis_is_not_drawn(
    found: Counterexample, capsys: pytest.CaptureFixture[str]
) -> None:
    word = Counterexample("x", "y", check=found.check, draw=("1.0", found.draw[1])).word
    right = "slth_verify.network:channel_blocked_mask"
    assert run(["replay", word, "--run", right]) == 3
    assert "different version" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["slth1.AAAA"],
        [Counterexample("x", "y").word, "--run", "math:sqrt"],
        [Counterexample("x", "y", check="check_mask").word, "--run", "math"],
        [Counterexample("x", "y", check="check_mask").word, "--run", "no_module:x"],
        [Counterexample("x", "y", check="check_mask").word, "--run", "math:nothing"],
        [Counterexample("x", "y", check="exec").word, "--run", "math:sqrt"],
    ],
)
def test_what_cannot_be_shown_or_run_is_a_usage_error(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["replay", *arguments]) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("name", ["/nonexistent.json", "gone.txt", "nonsense", "-"])
def test_a_file_that_is_not_there_is_called_so(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["replay", name]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_what_cannot_be_tried_is_left_out_of_a_file(
    found: Counterexample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = ("--run", "slth_verify.network:channel_blocked_mask")
    path = _document(tmp_path, Verdict.REFUTED)
    assert run(["replay", str(path), *right]) == 2  # nothing can be tried
    document = json.loads(path.read_text(encoding="utf-8"))
    record = document["tests"][0]["records"][0]
    texts = {name: getattr(found, name) for name in ("statement", "claim", "reason")}
    document["tests"][0]["records"].append(record | texts | {"replay": found.word})
    document["counts"]["REFUTED"] = 2
    path.write_text(json.dumps(document), encoding="utf-8")
    assert run(["replay", str(path), *right]) == 3
    shown = capsys.readouterr().out
    assert "not tried again: claim 0" in shown
    assert "INCONCLUSIVE" in shown
    assert "MODULE:NAME" not in shown
    assert run(["replay", str(path)]) == 0
    assert f"replay {path} --run MODULE:NAME" in capsys.readouterr().out


def test_other_documents_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text("{}")
    assert run(["replay", str(path)]) == 2


FALSE = """
from slth_verify import statement
from slth_verify.conformance.lies.statements import LYING_STATEMENTS

name = "der:rss-counting"
one = LYING_STATEMENTS[name]["eps halved"](statement(name))

def any_id(identifier):
    return one if identifier == name else statement(identifier)
"""


@pytest.fixture(scope="module")
def contradicted() -> Counterexample:
    """A formula that is wrong, at a point."""
    name = "der:rss-counting"
    false = LYING_STATEMENTS[name]["eps halved"](statement(name))
    with pytest.raises(ConformanceFailure) as failure:
        check_claims(false, settings=settings(max_examples=20, derandomize=True))
    found = failure.value.counterexample
    assert found.command in failure.value.__notes__[-1]
    assert not any("reproduce_failure" in note for note in failure.value.__notes__)
    return found


@pytest.mark.parametrize("given", ["one", "any_id"])
def test_a_formula_is_contradicted_again(
    given: str,
    contradicted: Counterexample,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / f"some_claims_{given}.py").write_text(FALSE)
    monkeypatch.chdir(tmp_path)
    word = contradicted.word
    assert run(["replay", word]) == 0
    shown = capsys.readouterr().out
    assert "der:rss-counting: contradicted" in shown
    assert run(["replay", word, "--run", f"some_claims_{given}:{given}", "--json"]) == 1
    ((verdict, reason),) = json.loads(capsys.readouterr().out)["again"]
    assert verdict == "REFUTED"
    assert contradicted.reason in reason


def test_a_true_formula_is_not(
    contradicted: Counterexample, capsys: pytest.CaptureFixture[str]
) -> None:
    word = contradicted.word
    assert run(["replay", word, "--run", "slth_verify:statement"]) == 3
    assert "INCONCLUSIVE" in capsys.readouterr().out


def _none(columns: np.ndarray, target: np.ndarray, eps: float) -> None:
    return None


def _one(*, dim: int, eps: Fraction, prob: Fraction) -> int:
    return 1 if dim > 1 else mrss_width(dim=dim, eps=eps, prob=prob).n or 0


#: One case in 25 shows that a solver never finds anything.
FEW = settings(
    max_examples=200, derandomize=True, database=None, phases=[Phase.generate]
)
WITH_OPTIONS = {
    "check_solver": lambda: check_solver(
        as_solver(_none), exact=True, max_size=5, settings=FEW
    ),
    "check_width": lambda: check_width(_one, max_dim=2, settings=FEW),
}


@pytest.mark.parametrize("name", WITH_OPTIONS)
def test_a_word_carries_the_options_that_the_case_was_drawn_with(name: str) -> None:
    with pytest.raises(ConformanceFailure) as failure:
        WITH_OPTIONS[name]()
    word = failure.value.__notes__[-1].rpartition(" ")[2]
    found = Counterexample.from_word(word)
    assert found.options
    given = {"check_solver": _none, "check_width": _one}[name]
    again = run_again(found, given)
    assert again.verdict is Verdict.REFUTED
    assert found.reason in again.reason
