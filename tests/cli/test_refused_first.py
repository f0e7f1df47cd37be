"""Options that are wrong are refused before anything large is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import slth_verify
from slth_verify.cli.arguments.types import EXACT, accuracy

HEAVY = ("torch", "scipy", "sympy", "matplotlib", "jinja2", "hypothesis")
TARGET = str(Path(slth_verify.__file__).parent / "data/digits/network.safetensors")

#: Commands with one thing wrong; FILE is no network, ticket or report, OUT is free.
WRONG = (
    "report --profile nonsense",
    "report --profile missing.toml",
    "report --profile FILE",
    "report --output missing/OUT",
    "report --target TARGET --output FILE/OUT",
    "report --seed x",
    "report --eps 1/100",
    "report --target missing",
    "report --target FILE",
    "report --target TARGET --eps abc",
    "report --target TARGET --eps 0",
    "report --target TARGET --eps -1%",
    "report --compare FILE",
    "report --output FILE",
    "report --from FILE",
    "report --fail-on-worse",
    "prune missing --eps 1/10 --seed 1 --output OUT",
    "prune TARGET --eps abc --seed 1 --output OUT",
    "prune TARGET --eps 0% --seed 1 --output OUT",
    "prune TARGET --eps 1/10 --widths a --seed 1 --output OUT",
    "prune TARGET --eps 1/10 --seed -1 --output OUT",
    "prune TARGET --eps 1/10 --workers x --seed 1 --output OUT",
    "prune FILE --eps 1/10 --seed 1 --output OUT",
    "prune TARGET --eps 1/10 --seed 1 --output missing/OUT",
    "prune TARGET --eps 1/10 --seed 1 --output -",
    "prune TARGET --eps 1/10 --seed 1 --output OUT --device moon",
    "prune TARGET --eps 1/10 --seed 1 --output OUT --device cuda:x",
    "prune TARGET --eps 1/10 --seed 1 --output OUT --resume FILE",
    "prune TARGET --eps 1/10 --seed 1 --output OUT --widths 8",
    "prune TARGET --eps 1/10 --seed 1 --box 3 --output OUT",
    "check FILE missing",
    "check FILE TARGET",
    "check FILE TARGET --eps abc",
    "check FILE TARGET --eps -1",
    "check FILE TARGET --time-limit 0",
    "attack FILE TARGET",
    "attack FILE TARGET --seed x",
    "compare TARGET FILE",
    "compare TARGET TARGET --eps abc",
    "collapse FILE --target TARGET --output OUT",
    "collapse FILE --target TARGET --output -",
    "bounds rss --eps abc",
    "bounds rss --eps 0.1 --delta abc",
    "bounds mrss --dim 0 --eps 0.1",
    "bounds mrss --dim 1 --eps abc",
    "bounds network --kernel 3 --channels x --eps 0.1 --delta 0.1",
    "bounds network --kernel 3 --channels 1,2 --eps abc --delta 0.1",
    "bounds recheck missing",
    "bounds network --target FILE --eps 0.1 --delta 0.1",
    "bounds recheck FILE",
    "certify TARGET TARGET FILE",
    "instance TARGET FILE --eps 0.1 --output .",
    "instance TARGET TARGET --eps abc --output .",
    "replay FILE",
    "selftest --nonsense",
    "selftest --quick --observe missing/OUT",
    "sweep FILE",
    "sweep run missing",
    "nonsense",
)

CODE = """
import json, sys
from slth_verify.cli import run

heavy, found = set(sys.argv[1].split(",")), {}
for words in json.loads(sys.argv[2]):
    before = heavy & set(sys.modules)
    code = run(words)
    found[" ".join(words)] = code, sorted(heavy & set(sys.modules) - before)
print("@@" + json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, list[str]]]:
    """Exit codes, and what each command was the first to load."""
    folder = tmp_path_factory.mktemp("wrong")
    file = folder / "file.toml"
    file.write_text("nonsense")
    paths = {"FILE": str(file), "OUT": str(folder / "out"), "TARGET": TARGET}
    commands = [[paths.get(word, word) for word in text.split()] for text in WRONG]
    words = [sys.executable, "-c", CODE, ",".join(HEAVY), json.dumps(commands)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=folder)
    answers = json.loads(done.stdout.split("@@")[1])
    return dict(zip(WRONG, answers.values(), strict=True))


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_is_refused_first(
    words: str, found: dict[str, tuple[int, list[str]]]
) -> None:
    code, loaded = found[words]
    assert code == 2
    assert not loaded


@pytest.mark.parametrize("text", ["1/100", "0.01", "1e-3", "2%", "1/3%", " 2% "])
def test_errors_are_read_as_they_were_written(text: str) -> None:
    assert accuracy().convert(text, None, None) == text
    assert accuracy(zero=True).convert("0", None, None) == "0"
    assert EXACT.convert("-1/3", None, None) == "-1/3"
