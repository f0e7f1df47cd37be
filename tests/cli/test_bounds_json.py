"""Every ``bounds`` command prints one document of the schema, also on failure."""

import json
from importlib.resources import files

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from slth_verify import bounds
from slth_verify.cli import run
from slth_verify.graph import Dense, Input, TargetCNN
from slth_verify.processes import bounded

VALIDATOR = Draft202012Validator(bounds.schema())

NETWORK = "network --kernel 1 --channels 1,1 --eps 1/2 --delta 1/5"

COMMANDS = [
    "rss --eps 0.2",
    "rss --eps 0.2 --half --kind certified",
    "rss --eps 0.2 --kind necessary",
    "rss --eps 0.2 --kind paper-form",
    "rss --eps 0.2 --kind paper",
    "rss --eps 0.2 --delta 0.1 --kind all",
    "rss --eps 0.4 --kind all",
    "mrss --dim 1 --eps 0.1",
    "mrss --dim 1 --eps 0.1 --prob 0.9 --target-norm 1/2",
    "mrss --dim 2 --eps 0.1 --kind paper-form",
    "mrss --dim 2 --eps 0.1 --kind necessary",
    "mrss --dim 1 --eps 2 --kind necessary",
    "mrss --dim 1 --eps 0.1 --kind all",
    "success --dim 1 --n 9 --eps 0.1",
    "success --dim 1 --n 9 --size 4 --eps 0.1",
    "success --dim 3 --n 4 --eps 0.1 --target-norm 0",
    f"{NETWORK} --kind paper-form",
    f"{NETWORK} --kind necessary",
    f"{NETWORK} --kind all",
]

SLOW = [
    "mrss --dim 1 --eps 0.5 --universal --kind all",
    "mrss --dim 1 --eps 0.5 --universal --ball one-norm",
    f"{NETWORK} --universal --kind all",
]


@pytest.fixture(autouse=True)
def here(monkeypatch) -> None:
    """Recheck without a process for each answer; test_recheck_files has those."""
    monkeypatch.setattr(bounded, "run_bounded", lambda f, *args, **limits: f(*args))


def _printed(words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict]:
    code = run(["bounds", *words.split(), "--json"])
    document = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(document)
    assert document["command"] == "bounds"
    return code, document


def test_the_schema_is_one_and_is_shipped() -> None:
    Draft202012Validator.check_schema(bounds.schema())
    assert (files("slth_verify.bounds") / "schema.json").is_file()


@pytest.mark.parametrize(
    "words", [*COMMANDS, *(pytest.param(x, marks=pytest.mark.nightly) for x in SLOW)]
)
def test_answers_validate_and_are_proved_again(words, capsys, tmp_path) -> None:
    code, document = _printed(words, capsys)
    assert code == 0
    stored = tmp_path / "answer.json"
    stored.write_text(json.dumps(document))
    code, findings = _printed(f"recheck {stored}", capsys)
    expected = "VACUOUS" if document.get("kind") == "paper-form" else "VERIFIED"
    assert findings["verdict"] == expected
    assert code == (3 if expected == "VACUOUS" else 0)


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> str:
    """A graph of one stage in a file."""
    path = tmp_path_factory.mktemp("graph") / "net.safetensors"
    nodes = (
        Input(name="image", shape=(1,), low=("0",), high=("1",)),
        Dense(name="out", sources=("image",), weight=np.ones((1, 1), np.float32)),
    )
    TargetCNN(nodes).save(path)
    return str(path)


def test_widths_of_a_target_validate_and_need_it_again(saved, capsys, tmp_path) -> None:
    words = f"network --target {saved} --eps 20% --delta 1/5 --kind all"
    code, document = _printed(words, capsys)
    assert code == 0
    paper, enough, needed = document["results"]
    assert paper["kind"] == "paper-form"
    assert needed["stages"][0]["n"] <= enough["stages"][0]["n"]
    assert enough["inputs"]["eps"] == "1/5"
    stored = tmp_path / "answer.json"
    stored.write_text(json.dumps(document))
    code, findings = _printed(f"recheck {stored}", capsys)
    assert code == 3
    assert all("weights" in one["reason"] for one in findings["findings"])
    assert run(["bounds", *words.split()]) == 0
    said = capsys.readouterr().out
    assert f"n = {enough['stages'][0]['n']}  (1 problems of channels, 0 of" in said
    assert "given [recheck]" in said


def test_a_plain_target_is_read_as_well(capsys, tmp_path) -> None:
    path = tmp_path / "plain.safetensors"
    TargetCNN.from_kernels((np.full((1, 1, 1, 1), 0.5, np.float32),), (1, 2, 2)).save(
        path
    )
    words = f"network --target {path} --eps 0.2 --delta 1/5 --kind necessary"
    assert _printed(words, capsys)[1]["stages"][0]["name"] == "conv1"
    both = f"{words} --kernel 3"
    assert "--kernel" in _printed(both, capsys)[1]["error"]
    path.write_text("no network")
    assert _printed(words, capsys)[0] == 2


@pytest.mark.parametrize(
    "words",
    [
        "network --eps 0.1 --delta 0.1",
        "rss --eps 0",
        "rss --eps 0.4 --kind paper-form",
        "rss",
        "mrss --dim 0 --eps 0.1",
        "mrss --dim 2 --eps 0.1 --prob 1",
        "mrss --dim 2 --eps 0.1 --kind best",
        "success --dim 2 --n 4 --size 9 --eps 0.1",
        "network --kernel 3 --channels 1 --eps 0.1 --delta 0.1",
        "network --kernel 3,x --channels 1,1 --eps 0.1 --delta 0.1",
        "recheck /nowhere",
        "nonsense",
    ],
)
def test_usage_errors_are_one_document_and_code_2(words, capsys) -> None:
    code, document = _printed(words, capsys)
    assert code == 2
    assert document["verdict"] == "INCONCLUSIVE"
    assert document["error"]


@pytest.mark.parametrize("words", COMMANDS[:1] + COMMANDS[7:8] + COMMANDS[-1:])
def test_internal_errors_are_one_document_and_code_4(
    words, capsys, monkeypatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a gremlin")

    for name in ("rss_width", "mrss_width", "network_width"):
        monkeypatch.setattr(bounds, name, broken, raising=False)
    code, document = _printed(words, capsys)
    assert code == 4
    assert "a gremlin" in document["error"]


def test_a_changed_answer_has_code_1_or_3(capsys, tmp_path) -> None:
    _, document = _printed("mrss --dim 1 --eps 0.1 --kind all", capsys)
    stored = tmp_path / "answer.json"
    for n, expected in ((9, 3), (1, 1)):
        document["results"][1]["n"] = n
        stored.write_text(json.dumps(document))
        code, findings = _printed(f"recheck {stored}", capsys)
        assert code == expected
        assert findings["findings"][0]["verdict"] != "VERIFIED"
        assert findings["findings"][1]["verdict"] == "VERIFIED"


def test_another_command_s_answer_is_none_of_bounds(capsys, tmp_path) -> None:
    _, document = _printed("mrss --dim 1 --eps 0.1", capsys)
    stored = tmp_path / "answer.json"
    stored.write_text(json.dumps({**document, "command": "check"}))
    code, findings = _printed(f"recheck {stored}", capsys)
    assert (code, findings["verdict"]) == (3, "INCONCLUSIVE")
    del document["command"]  # as older ones are, and those of `to_json`
    stored.write_text(json.dumps(document))
    assert _printed(f"recheck {stored}", capsys)[0] == 0


@pytest.mark.parametrize("text", ["", "[", "[]", "3", '{"results": []}', '{"a": 1}'])
def test_a_file_that_is_no_answer(text, capsys, tmp_path) -> None:
    stored = tmp_path / "answer.json"
    stored.write_text(text)
    code, document = _printed(f"recheck {stored}", capsys)
    assert code in (2, 3)
    assert document["verdict"] == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("mrss --dim 1 --eps 0.1", "lambda="),
        ("rss --eps 0.2 --kind all", "law=programme"),
        (f"{NETWORK} --kind necessary", "expected_hits="),
    ],
)
def test_explanations_have_the_parameters(words, said, capsys) -> None:
    assert run(["bounds", *words.split()]) == 0
    assert said not in capsys.readouterr().out
    assert run(["bounds", *words.split(), "--explain"]) == 0
    assert said in capsys.readouterr().out


PAPER = [words for words in COMMANDS if "--kind paper" in words]


@pytest.mark.parametrize("words", PAPER)
def test_what_is_not_the_papers_is_not_called_the_papers(words, capsys) -> None:
    _, document = _printed(words, capsys)
    assert document["kind"] == "paper-form"
    assert document["evidence"] == "symbolic"
    quoted = document["statement"] == "thm:rss"
    assert document["provenance"] == ("quoted" if quoted else "reconstructed")
    assert ("exponents" in document) is not quoted
    assert run(["bounds", *words.split()]) == 0
    line = capsys.readouterr().out
    assert line.startswith("paper-form n")
    assert ("last clause completed by us" if quoted else "reconstructed exp") in line


@pytest.mark.parametrize(
    "lie",
    [
        lambda d: d.update(kind="paper"),
        lambda d: d.update(evidence="exact"),
        lambda d: d.pop("provenance"),
        lambda d: d.update(provenance="derived"),
        lambda d: d.update(n=12),
    ],
)
def test_lie_a_paper_form_that_claims_more(lie, capsys) -> None:
    _, document = _printed("mrss --dim 2 --eps 0.1 --kind paper-form", capsys)
    lie(document)
    assert not VALIDATOR.is_valid(document)


def test_network_answers_list_their_hypotheses(capsys) -> None:
    _, document = _printed(f"{NETWORK} --kind all", capsys)
    _, enough, needed = document["results"]
    names = [[item["name"] for item in one["hypotheses"]] for one in (enough, needed)]
    assert names[0] == ["target", "kernel-norm", "inputs", "weights"]
    assert names[1] == ["target", "kernel-norm", "inputs", "image", "weights"]
    assert run(["bounds", *NETWORK.split(), "--kind", "all"]) == 0
    shown = capsys.readouterr().out
    for one in (enough, needed):
        assert all(item["text"] in shown for item in one["hypotheses"])
    del needed["hypotheses"]
    assert not VALIDATOR.is_valid(needed)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(n="10"),
        lambda d: d.update(kind="guessed"),
        lambda d: d.update(evidence="heuristic"),
        lambda d: d.update(surprise=1),
        lambda d: d.pop("ledger"),
        lambda d: d["probability"].update(lower=0.5),
        lambda d: d["ledger"][0]["values"].update(n=10),
    ],
)
def test_the_schema_refuses_other_documents(change) -> None:
    document = bounds.rss_width("0.2", method="closed").to_json()
    VALIDATOR.validate(document)
    change(document)
    assert not VALIDATOR.is_valid(document)
