"""Nothing that reports an outcome can be taken for true."""

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import slth_verify as sv
from slth_verify.bounds import BoundResult, NetworkResult
from slth_verify.comparison import AttackResult
from slth_verify.statements import Comparison
from slth_verify.subset_sum import Proposal
from slth_verify.ticket import CheckResult
from slth_verify.verdict import Evidence, Finding, NoTruthValue, Statistical, Verdict


def _dataclasses() -> Iterator[type]:
    for module in pkgutil.walk_packages(sv.__path__, "slth_verify."):
        if module.name.endswith("__main__"):
            continue
        for item in vars(importlib.import_module(module.name)).values():
            if isinstance(item, type) and dataclasses.is_dataclass(item):
                yield item


def _says_an_outcome(item: type) -> bool:
    types = (getattr(f.type, "__name__", f.type) for f in dataclasses.fields(item))
    return any(str(kind).split(" ")[0] in ("Verdict", "Statistical") for kind in types)


def test_no_outcome_has_a_truth_value() -> None:
    found = {item for item in _dataclasses() if _says_an_outcome(item)}
    assert {CheckResult, Finding} < found
    wrong = [item.__name__ for item in found if not issubclass(item, NoTruthValue)]
    assert not wrong


@pytest.mark.parametrize(
    "item", [AttackResult, BoundResult, NetworkResult, Comparison, Proposal]
)
def test_answers_without_a_verdict_have_none_either(item: type) -> None:
    assert issubclass(item, NoTruthValue)


def test_a_truth_value_is_refused_in_words() -> None:
    finding = Finding("the claim", Verdict.REFUTED, "a witness")
    with pytest.raises(TypeError, match="Finding has no truth value"):
        bool(finding)
    for outcome in (*Verdict, *Statistical):
        with pytest.raises(TypeError, match="has no truth value"):
            bool(outcome)
    assert all(Evidence)


def test_an_outcome_that_is_true_is_seen() -> None:
    @dataclasses.dataclass(frozen=True)
    class Lie:
        verdict: Verdict

    assert _says_an_outcome(Lie)
    assert not issubclass(Lie, NoTruthValue)
    assert Lie(Verdict.REFUTED)
