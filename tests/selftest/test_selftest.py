"""The self-test of an installed package, and self-tests that must fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from handmade.nightly import nightly_but

from slth_verify import selftest
from slth_verify.cli import run as run_command
from slth_verify.conformance import ConformanceFailure
from slth_verify.conformance.claims import CLAIM_ATTACKS
from slth_verify.conformance.lies import Lie, lies_about_claims, planted_lies
from slth_verify.enclosure import Enclosure
from slth_verify.selftest import environment, run, run_selftest

_Patch = pytest.MonkeyPatch


@pytest.mark.parametrize("cases", nightly_but([2], [2, 8]))
def test_quick_selftest_of_this_package(
    cases: int, capsys: pytest.CaptureFixture[str], monkeypatch: _Patch
) -> None:
    monkeypatch.setattr(run, "_SAMPLE", (cases, 40))
    assert run_command(["selftest", "--quick", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"] == "NOT_REJECTED"
    groups = [part["group"] for part in document["parts"]]
    assert groups.count("environment") == 8
    assert groups.count("ticket") == 9
    assert groups.count("property") == 13
    lies = [part for part in document["parts"] if part["group"] == "lie"]
    assert {part["verdict"] for part in lies} == {"VERIFIED"}
    assert len(lies) == len({lie.check for lie in planted_lies()}) + 1
    ratios = [part["ratio"] for part in document["parts"] if part["ratio"]]
    assert len(ratios) >= 6
    assert max(ratios) <= 1
    assert document["not_looked_at"]


def _passes(*given: Any, **options: Any) -> None:
    """A check that notices nothing."""


def _breaks(*given: Any, **options: Any) -> None:
    raise RuntimeError("no licence \x1b[2J")


def _contradicts(*given: Any, **options: Any) -> None:
    raise ConformanceFailure("def:nsn: always", statement="def:nsn")


@pytest.fixture
def only(monkeypatch: _Patch) -> Callable[[Callable[..., None]], None]:
    """Replace every check."""

    def replace(check: Callable[..., None]) -> None:
        monkeypatch.setattr(run, "CHECKS", dict.fromkeys(run.CHECKS, check))

    return replace


def test_a_lie_that_gets_through_fails(
    only: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: _Patch,
) -> None:
    only(_passes)
    result = run_selftest()
    assert (result.outcome, result.exit_code) == ("REFUTED", 1)
    lies = [part for part in result.parts if part.group == "lie"]
    assert len(lies) == len(planted_lies()) + len(lies_about_claims())
    about = {part.statement for part in result.parts if part.group == "property"}
    assert about >= set(CLAIM_ATTACKS)
    assert {part.reason for part in lies} == {"the lie got through"}
    monkeypatch.setattr(selftest, "run_selftest", lambda **_: result)
    assert run_command(["selftest"]) == 1
    shown = capsys.readouterr().out
    assert f"0 of {len(lies)} lies caught" in shown
    assert "not looked at: " in shown


def test_a_property_that_is_contradicted_fails(only: Callable[..., None]) -> None:
    only(_contradicts)
    result = run_selftest(quick=True)
    own = {part.verdict.name for part in result.parts if part.group == "property"}
    assert own == {"REFUTED"}
    assert result.exit_code == 1


def test_a_check_that_breaks_is_inconclusive(
    only: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    only(_breaks)
    result = run_selftest(quick=True)
    assert (result.outcome, result.exit_code) == ("INCONCLUSIVE", 3)
    assert run_command(["selftest", "--quick"]) == 3
    assert "\x1b" not in capsys.readouterr().out


def test_progress_is_told_to_its_end(only: Callable[..., None]) -> None:
    only(_passes)
    seen: list[tuple[str, int, int]] = []
    run_selftest(quick=True, progress=lambda *step: seen.append(step))
    assert ("properties", 13, 13) in seen
    assert seen[-1][0] == "lies"
    assert seen[-1][1] == seen[-1][2]


def test_the_width_that_is_sampled_is_certified() -> None:
    assert run._enough(dim=1, eps=Fraction(1), prob=Fraction(1, 2)) == 0
    for dim in (1, 2):
        half = run._enough(dim=dim, eps=Fraction(1, 9), prob=Fraction(1, 2))
        assert run._enough(dim=dim, eps=Fraction(1, 9), prob=Fraction(3, 4)) == 7 * half


def test_lies_name_their_statements() -> None:
    lie = Lie("wrong", "check_mask", ())
    assert lie.statement == "def:channel-blocked-mask"
    assert {lie.statement for lie in lies_about_claims()} == set(CLAIM_ATTACKS)


def _wrong_balls(patch: _Patch) -> None:
    patch.setattr(environment, "from_ball", lambda ball: Enclosure.exact(3))


def _wrong_rounding(patch: _Patch) -> None:
    patch.setattr(environment, "departure", lambda: "sums are rounded down")


def _old_flint(patch: _Patch) -> None:
    patch.setattr(environment, "version", lambda name: "0.8.0")


def _wrong_products(patch: _Patch) -> None:
    class Wrong(np.ndarray):
        def astype(self, *kind: Any) -> Any:
            return np.asarray(super().astype(*kind)) + 1.0

    class Generator:
        def integers(self, low: int, high: int, shape: Any) -> Any:
            return np.ones(shape, dtype=np.int64).view(Wrong)

    patch.setattr(environment.np.random, "default_rng", lambda seed: Generator())


def _breaking(patch: _Patch) -> None:
    def breaks(name: str) -> str:
        raise OSError("unreadable")

    patch.setattr(environment, "version", breaks)


@pytest.mark.parametrize(
    ("plant", "outcome"),
    [
        (_wrong_balls, "REFUTED"),
        (_wrong_rounding, "REFUTED"),
        (_old_flint, "REFUTED"),
        (_wrong_products, "REFUTED"),
        (_breaking, "INCONCLUSIVE"),
    ],
)
def test_a_wrong_environment_is_noticed(
    plant: Callable[[_Patch], None], outcome: str, monkeypatch: _Patch
) -> None:
    before = {verdict.name for _, verdict, _ in environment.look()}
    assert before == {"NOT_REJECTED"}
    plant(monkeypatch)
    after = [verdict.name for _, verdict, _ in environment.look()]
    assert outcome in after
