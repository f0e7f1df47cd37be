"""Stored answers are proved again from their ledgers alone, and lies are not."""

import copy
import json
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest

from slth_verify import bounds
from slth_verify.verdict import Verdict

F = Fraction

Document = dict[str, Any]


def _documents() -> dict[str, Document]:
    """A stored answer of every kind, as a reader of a file gets it."""
    source = files("slth_verify.strategies") / "answers.json"
    found: dict[str, Document] = json.loads(source.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return _documents()


NAMES = list(_documents())


@pytest.mark.parametrize(
    "answer",
    [
        lambda: bounds.mrss_width(2, "1/10"),
        lambda: bounds.mrss_width(1, "1/10", "9/10"),
        lambda: bounds.mrss_width(1, "1/2", universal=True, ball="one-norm"),
        lambda: bounds.mrss_width(4, "1/100", kind="necessary"),
        lambda: bounds.mrss_width(3, "1/10", "1/2", "1/20"),
        lambda: bounds.mrss_success(1, 10, None, "1/10"),
        lambda: bounds.rss_width("1/5"),
        lambda: bounds.rss_width("1/5", kind="necessary"),
        lambda: bounds.network_width((1,), (1, 1), "1/2", "1/5", kind="necessary"),
    ],
)
def test_what_the_evaluators_answer_is_proved_again(answer: Any) -> None:
    finding = bounds.recheck(json.loads(json.dumps(answer().to_json())))
    assert finding.verdict is Verdict.VERIFIED, finding.reason


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_proved_again(name, documents) -> None:
    finding = bounds.recheck(documents[name])
    assert finding.verdict is Verdict.VERIFIED, finding.reason


def test_what_a_command_printed_is_proved_again(documents) -> None:
    document = documents[NAMES[0]]
    printed = document | {"schema_version": 1, "command": "bounds"}
    assert bounds.recheck(printed).verdict is Verdict.VERIFIED
    told = bounds.recheck(printed | {"command": "check"})
    assert told.verdict is Verdict.INCONCLUSIVE
    assert "command" in told.reason


def _fewer(document: Document) -> None:
    if "layers" in document:
        document["layers"][0]["n"] -= 1
        return
    document["n"] -= 1
    if "n" in document["inputs"]:
        document["inputs"]["n"] -= 1


def _probability_raised(document: Document) -> None:
    if "probability" not in document:
        document["layers"][0]["ledger"][0]["values"]["expected_hits"] = "[0, 0.01]"
        return
    ends = document["probability"]
    if document["direction"] == "lower":
        ends["upper"] = str(float(F(ends["upper"]) * F(3, 4)))
    else:
        ends["lower"] = str(float(F(ends["lower"]) * F(3, 4) + F(1, 4)))


def _another_dimension(document: Document) -> None:
    inputs = document["inputs"]
    if "dim" in inputs:
        inputs["dim"] += 1
    elif "kernel" in inputs:
        inputs["kernel"] = "3,1"
    else:
        inputs["half"] = not inputs["half"]


def _finer(document: Document) -> None:
    inputs = document["inputs"]
    inputs["eps"] = str(F(inputs["eps"]) / 10)
    if document["kind"] == "necessary":
        inputs["eps"] = str(F(inputs["eps"]) * 100)


def _another_statement(document: Document) -> None:
    document["statement"] = "der:net"
    for step in document["ledger"]:
        step["statement"] = "thm:mrss-nsn"
    for layer in document.get("layers", []):
        for step in layer["ledger"]:
            step["statement"] = "thm:mrss-nsn"


def _no_ledger(document: Document) -> None:
    document["ledger"] = []
    for layer in document.get("layers", []):
        layer["ledger"] = []


def _other_direction(document: Document) -> None:
    document["direction"] = "lower" if document["direction"] != "lower" else "upper"


LIES = [
    _fewer,
    _probability_raised,
    _another_dimension,
    _finer,
    _another_statement,
    _no_ledger,
    _other_direction,
]

#: Where the changed answer is true as well.
TRUE_ANYWAY = {
    ("success of nothing", _fewer),
    ("success of nothing", _probability_raised),
}


def _change(name: str, lie: Any) -> Any:
    """By default half of the pairs: each answer and each lie is in some."""
    left_out = (NAMES.index(name) + LIES.index(lie)) % 2 == 1
    marks = [pytest.mark.nightly] if left_out else []
    return pytest.param(name, lie, id=f"{name}-{lie.__name__}", marks=marks)


CHANGES = [
    _change(name, lie)
    for name in NAMES
    for lie in LIES
    if (name, lie) not in TRUE_ANYWAY
]


@pytest.mark.parametrize(("name", "lie"), CHANGES)
def test_changed_answers_are_not_verified(name, lie, documents) -> None:
    document = copy.deepcopy(documents[name])
    lie(document)
    assert bounds.recheck(document).verdict is not Verdict.VERIFIED


@pytest.mark.parametrize(
    ("name", "step", "key", "value"),
    [
        ("weighted moment", 0, "lambda", "1/4"),
        ("weighted moment", 0, "lambda", "0"),
        ("weighted moment", 0, "weight", "7"),
        ("weighted moment", 0, "weight", "1/3"),
        ("weighted moment", 0, "size", "5"),
        ("weighted moment", 0, "n", "40"),
        ("weighted moment", 0, "eps", "1/5"),
        ("weighted moment", 0, "norm", "1/2"),
        ("weighted moment", 0, "probability", "[0.9, 1]"),
        ("blocks", 1, "blocks", "90"),
        ("blocks", 1, "n", "1"),
        ("two sides", 0, "c", "[0.9, 1]"),
        ("two sides", 1, "blocks per side", "1"),
        ("two sides", 1, "tau", "0"),
        ("two sides", 1, "tau", "4"),
        ("two sides", 1, "radius", "1/2"),
        ("two sides", 1, "slope", "1/1000"),
        ("net", -1, "points", "1"),
        ("net", -1, "h", "1/3"),
        ("net", -1, "radius", "1/2"),
        ("first moment", 1, "n", "20"),
        ("first moment", 1, "expected_hits", "[0, 0.1]"),
        ("success", 1, "expected_hits", "[0, 0.2]"),
        ("rss programme", 0, "e1", "1/5"),
        ("rss programme", 0, "samples", "3"),
        ("rss programme", 0, "law", "hope"),
        ("rss formula", 0, "law", "programme"),
        ("rss reserve", 1, "samples", "2"),
        ("rss necessary", 0, "probability", "0.001"),
    ],
)
def test_changed_parameters_are_not_verified(name, step, key, value, documents) -> None:
    document = copy.deepcopy(documents[name])
    values = document["ledger"][step]["values"]
    assert key in values
    values[key] = value
    assert bounds.recheck(document).verdict is not Verdict.VERIFIED


@pytest.mark.parametrize(
    ("layer", "key", "value"),
    [
        (0, "error_share", "1/2"),
        (0, "accuracy", "1/2"),
        (0, "filters", 2),
        (0, "signs", 1),
        (0, "channels_in", 1),
        (1, "failure", "0.0001"),
    ],
)
def test_changed_layers_are_not_verified(layer, key, value, documents) -> None:
    document = copy.deepcopy(documents["network"])
    assert key in document["layers"][layer]
    document["layers"][layer][key] = value
    assert bounds.recheck(document).verdict is not Verdict.VERIFIED


def test_a_width_that_is_certainly_too_small_is_refuted(documents) -> None:
    document = copy.deepcopy(documents["weighted moment"])
    document["n"] = 3
    document["ledger"][0]["values"]["n"] = "3"
    finding = bounds.recheck(document)
    assert finding.verdict is Verdict.REFUTED
    assert "der:first-moment" in finding.reason


@pytest.mark.parametrize("value", [None, 1.5, True, "nan", "1/0", "9" * 20_000, [], {}])
@pytest.mark.parametrize("key", ["n", "size", "lambda", "eps", "probability"])
def test_values_that_are_no_numbers_are_inconclusive(key, value, documents) -> None:
    document = copy.deepcopy(documents["weighted moment"])
    document["ledger"][0]["values"][key] = value
    assert bounds.recheck(document).verdict is Verdict.INCONCLUSIVE
