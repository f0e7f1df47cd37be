"""``slth-verify bounds rss``: text, JSON and refusals."""

import json

import pytest

from slth_verify.cli import run

KINDS = ["paper-form", "certified", "necessary"]
KEYS = {"statement", "kind", "inputs", "n", "probability", "direction", "evidence"}


@pytest.mark.parametrize("kind", ["certified", "necessary"])
@pytest.mark.parametrize("flags", [[], ["--half"], ["--delta", "1/20"]])
def test_documented_keys(kind, flags, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bounds", "rss", "--eps", "0.1", "--kind", kind, "--json", *flags]) == 0
    document = json.loads(capsys.readouterr().out)
    assert KEYS | {"ledger"} <= set(document)
    assert document["kind"] == kind
    assert document["inputs"]["half"] == ("--half" in flags)


def test_the_constant_is_never_one(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["bounds", "rss", "--eps", "0.1", "--kind"]
    assert run([*arguments, "paper-form"]) == 0
    assert "C*log(10)" in capsys.readouterr().out
    assert run([*arguments, "paper-form", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["expression"] == "C*log(10)"
    assert "n" not in document
    # one number serves as accuracy and failure probability: the smaller
    assert run([*arguments, "paper-form", "--delta", "0.01"]) == 0
    assert "C*log(100)" in capsys.readouterr().out


def test_all_kinds_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bounds", "rss", "--eps", "0.1", "--kind", "all"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == KINDS
    assert run(["bounds", "rss", "--eps", "0.4", "--kind", "all", "--json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert "eps < 1/3" in results[0]["reason"]
    assert "expression" not in results[0]
    assert results[1]["n"] > results[2]["n"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--eps", "0"], "eps=0"),
        (["--eps", "1"], "eps=1"),
        (["--eps", "x"], "eps"),
        (["--eps", "0.1", "--delta", "1"], "delta=1"),
        (["--eps", "0.4", "--kind", "paper-form"], "eps < 1/3"),
        (["--eps", "0.4", "--kind", "paper"], "eps < 1/3"),  # its former name
        (["--eps", "0.1", "--kind", "best"], "best"),
        ([], "--eps"),
    ],
)
def test_refusals(arguments, message, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bounds", "rss", *arguments, "--json"]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    document = json.loads(captured.out)
    assert document["verdict"] == "INCONCLUSIVE"
    assert message in document["error"]
