"""Reports on a user's own networks, and what they leave behind when ended."""

from __future__ import annotations

import json
import os
import shlex
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.errors import InvalidParameterError
from slth_verify.report import Profile, run_report
from slth_verify.report.collect.targets.given import given_subjects
from slth_verify.report.model.profile import to_toml


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLTH_VERIFY_CACHE", str(tmp_path / "cache"))


def _profile(folder: Path) -> Path:
    profile = Profile(
        name="tiny",
        uniform_inputs=4,
        corner_inputs=4,
        samples=2,
        certified_dimension=0,
        law_dimension=0,
        success_trials=0,
        stored_answers=0,
    )
    path = folder / "tiny.toml"
    path.write_text(to_toml(profile))
    return path


def _network(seed: int, name: str = "toy") -> sv.TargetCNN:
    rng = np.random.default_rng(seed)
    kernel = (rng.standard_normal((2, 1, 3, 3)) / 4).astype(np.float32)
    return sv.TargetCNN.from_kernels((kernel,), (1, 6, 6), name=name)


def _report(folder: Path, *words: str) -> int:
    profile = str(_profile(folder))
    return run(["report", "--profile", profile, "--output", str(folder / "o"), *words])


def test_own_networks_are_reported_on_and_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = []
    for seed in (1, 2):  # of one name, as networks that nobody named
        _network(seed).save(tmp_path / f"{seed}.safetensors")
        words += ["--target", str(tmp_path / f"{seed}.safetensors")]
    assert _report(tmp_path, *words, "--eps", "1/10") == 0
    document = json.loads((tmp_path / "o" / "slth-report.json").read_text())
    cases = document["cases"]
    assert [case["name"] for case in cases] == ["toy", "toy-2"]
    assert {case["origin"] for case in cases} == {"given"}
    assert {case["eps"]["value"] for case in cases} == {"1/10"}
    digests = [_network(seed).sha256 for seed in (1, 2)]
    assert [case["target"]["sha256"] for case in cases] == digests
    assert os.listdir(tmp_path / "cache" / "journals") == []
    monkeypatch.chdir(tmp_path / "o")
    for line in document["replay"]:
        assert run(shlex.split(line)[1:]) == 0
    again = json.loads(Path("again/slth-report.json").read_text())
    for case, other in zip(cases, again["cases"], strict=True):
        assert case["target"] == other["target"]
        assert case["network"] == other["network"]


def test_a_share_of_the_range_is_an_accuracy(tmp_path: Path) -> None:
    words = []
    for seed in (1, 2):
        _network(seed).save(tmp_path / f"{seed}.safetensors")
        words += ["--target", str(tmp_path / f"{seed}.safetensors")]
    assert _report(tmp_path, *words, "--eps", "5%") == 0
    document = json.loads((tmp_path / "o" / "slth-report.json").read_text())
    one, two = (Fraction(case["eps"]["value"]) for case in document["cases"])
    assert 0 < one != two > 0
    assert document["replay"][-1].endswith(" --eps 5%")


def test_without_an_accuracy_it_is_a_share_of_the_range(tmp_path: Path) -> None:
    _network(1).save(tmp_path / "n.safetensors")
    assert _report(tmp_path, "--target", str(tmp_path / "n.safetensors")) == 0
    document = json.loads((tmp_path / "o" / "slth-report.json").read_text())
    (case,) = document["cases"]
    assert case["asked"] == "2%"
    assert Fraction(case["eps"]["value"]) > 0


@pytest.mark.parametrize("eps", ["0", "-1", "x", "1e999999999"])
def test_other_accuracies_are_refused(eps: str, tmp_path: Path) -> None:
    _network(1).save(tmp_path / "n.safetensors")
    target = str(tmp_path / "n.safetensors")
    assert _report(tmp_path, "--target", target, "--eps", eps) == 2
    assert not (tmp_path / "o").exists()


def test_an_accuracy_belongs_to_given_networks(tmp_path: Path) -> None:
    assert _report(tmp_path, "--eps", "1/10") == 2
    with pytest.raises(InvalidParameterError, match="without targets"):
        run_report(Profile(name="p"), tmp_path / "o", seed=1, eps=1)


@pytest.mark.parametrize("seed", [True, 1.5, "x", -1])
def test_seeds_are_read_like_every_number(seed: object, tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterError, match="seed="):
        run_report(Profile(name="p"), tmp_path / "o", seed=seed)  # type: ignore[arg-type]


def test_names_give_files_that_differ() -> None:
    names = ["toy", "toy", "toy-2", "../../etc", "", "a" * 500, "\x1b[2J"]
    subjects = given_subjects([_network(i, name) for i, name in enumerate(names)], 1)
    stems = [subject.stem for subject in subjects]
    assert len(set(stems)) == len(names)
    assert all(len(stem) <= 110 and "/" not in stem for stem in stems)
    assert len({subject.seed for subject in subjects}) == len(names)


def test_an_ended_report_goes_on_from_its_journal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _network(1).save(tmp_path / "n.safetensors")
    words = ["--target", str(tmp_path / "n.safetensors"), "--eps", "1/10"]

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("slth_verify.report.collect.cases.case.check", interrupted)
        assert _report(tmp_path, *words) == 130
    (journal,) = (tmp_path / "cache" / "journals").iterdir()
    assert str(journal) in capsys.readouterr().err

    def never(*_: object, **__: object) -> None:
        raise AssertionError("searched again")

    monkeypatch.setattr("slth_verify.subset_sum.batch.run.search", never)
    assert _report(tmp_path, *words) == 0
    assert not journal.exists()
