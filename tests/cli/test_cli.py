"""The command line: exit codes, streams, JSON, laziness."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.cli import run


@pytest.fixture
def target_file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(6)
    kernel = (rng.standard_normal((2, 1, 3, 3)) / 4).astype(np.float32)
    path = tmp_path / "net.safetensors"
    sv.TargetCNN.from_kernels((kernel,), (1, 6, 6), name="toy").save(path)
    return path


def test_prune_check_collapse(
    target_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = str(tmp_path / "net.ticket")
    arguments = ["--eps", "1/10", "--seed", "5", "--output", ticket, "--json"]
    assert run(["prune", str(target_file), *arguments]) == 0
    pruned = json.loads(capsys.readouterr().out)
    assert pruned["command"] == "prune"
    assert pruned["eps"] == "1/10"

    assert run(["check", ticket, str(target_file), "--json"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert checked["verdict"] == "VERIFIED"
    upper = float(checked["error_upper_bound"]["upper"])
    assert upper <= 0.1
    assert float(pruned["certified_error"]) == pytest.approx(upper)

    small = tmp_path / "small.safetensors"
    for flags in ([], ["--merge"]):
        words = ["collapse", ticket, "--target", str(target_file), *flags]
        assert run([*words, "--output", str(small)]) == 0
        assert "parameters" in capsys.readouterr().out
        assert sv.TargetCNN.from_file(small).output_shape == (2, 6, 6)


def test_a_second_prune_resumes(
    target_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal, tickets = tmp_path / "journal", []
    for workers in ("1", "2"):
        ticket = tmp_path / f"{workers}.ticket"
        arguments = ["--eps", "1/10", "--seed", "5", "--output", str(ticket)]
        arguments += ["--workers", workers, "--resume", str(journal)]
        assert run(["prune", str(target_file), *arguments]) == 0
        assert journal.exists()
        tickets.append(ticket.read_bytes())
    assert tickets[0] == tickets[1]
    capsys.readouterr()


def test_text_output_begins_with_the_verdict(
    target_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = str(tmp_path / "net.ticket")
    run(["prune", str(target_file), "--eps", "0.1", "--seed", "5", "--output", ticket])
    capsys.readouterr()
    assert run(["check", ticket, str(target_file)]) == 0
    assert capsys.readouterr().out.startswith("VERIFIED\n")
    assert run(["check", ticket, str(target_file), "--eps", "1e-9"]) in (1, 3)
    assert not capsys.readouterr().out.startswith("VERIFIED")


def test_no_ticket_is_inconclusive_and_json_on_failure(
    target_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "none.ticket"
    code = run(
        ["prune", str(target_file), "--eps", "1e-6", "--seed", "1", "--widths", "8",
         "--output", str(output), "--time-limit", "1", "--json"]
    )  # fmt: skip
    assert code == 3
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"] == "INCONCLUSIVE"
    assert "iden the random network" in document["error"]
    assert not output.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["nonsense"],
        ["check", "absent", "absent"],
        ["prune", "{target}", "--eps", "x", "--seed", "1", "--output", "o"],
        ["prune", "{target}", "--eps", "1", "--seed", "-1", "--output", "o"],
        ["prune", "{target}", "--eps", "1", "--seed", "1", "--widths", "a",
         "--output", "o"],
        ["check", "{target}", "{target}"],
    ],
)  # fmt: skip
def test_usage_errors_exit_with_2(
    arguments: list[str], target_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [word.format(target=target_file) for word in arguments]
    assert run(filled) == 2
    captured = capsys.readouterr()
    assert "slth-verify:" in captured.err
    assert "Traceback" not in captured.err


def test_internal_errors_exit_with_4(
    monkeypatch: pytest.MonkeyPatch,
    target_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("slth_verify.ticket.check", broken)
    assert run(["check", str(target_file), str(target_file), "--json"]) == 4
    captured = capsys.readouterr()
    assert json.loads(captured.out)["verdict"] == "INCONCLUSIVE"
    assert "boom" in captured.err


def test_bounds_have_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    keys = {"statement", "kind", "inputs", "n", "probability", "direction"}
    for kind in ("certified", "necessary"):
        arguments = ["--dim", "2", "--eps", "0.1", "--kind", kind, "--json"]
        assert run(["bounds", "mrss", *arguments]) == 0
        document = json.loads(capsys.readouterr().out)
        assert keys | {"evidence", "ledger"} <= set(document)
        assert document["kind"] == kind
    assert run(["bounds", "mrss", "--dim", "2", "--eps", "0.1", "--kind", "all"]) == 0
    text = capsys.readouterr().out
    assert "C" in text.splitlines()[0]
    success = ["bounds", "success", "--dim", "1", "--n", "9", "--eps", "0.1"]
    assert run(success) == 0
    assert capsys.readouterr().out
    assert run([*success, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema_version"] == 1
    assert run(["bounds", "mrss", "--dim", "0", "--eps", "0.1"]) == 2


def test_statements_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["statements"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert len(listed) == len(sv.statements())
    assert run(["statements", "thm:rss", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["statement"]["id"] == "thm:rss"
    assert run(["statements", "thm:rss"]) == 0
    assert "Hypotheses" in capsys.readouterr().out
    assert run(["statements", "thm:nonsense"]) == 2
    assert sv.statement("thm:rss").id == "thm:rss"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from slth_verify.cli import run\n"
        "import slth_verify\n"
        "assert run(['--help']) == 0\n"
        "heavy = {'torch', 'sympy', 'scipy', 'flint', 'hypothesis', 'matplotlib'}\n"
        "heavy |= {'onnx', 'onnxruntime'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_module_is_the_console_script() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "slth_verify", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert sv.__version__ in done.stdout


def test_device_is_handed_on(
    target_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = str(tmp_path / "net.ticket")
    arguments = ["prune", str(target_file), "--eps", "0.1", "--seed", "5"]
    arguments += ["--output", output, "--device"]
    assert run([*arguments, "no such thing"]) == 2
    assert "device='no such thing'" in capsys.readouterr().err
    assert not (tmp_path / "net.ticket").exists()
    assert run([*arguments, "cpu"]) == 0
    assert run(["check", output, str(target_file)]) == 0
