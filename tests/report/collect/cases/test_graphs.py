"""Networks outside the paper's class in a report: figures, page, command line."""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.graph import BatchNorm, Convolution, Input, TargetCNN
from slth_verify.report import Profile
from slth_verify.report.collect.cases import case as case_module
from slth_verify.report.collect.cases.ticket_figures import layer_words
from slth_verify.report.collect.passes import inputs
from slth_verify.report.collect.run import report_on, subjects_of
from slth_verify.report.collect.targets.given import given_subjects
from slth_verify.report.collect.targets.trained import lenet_subject
from slth_verify.report.collect.widths.proved import proved_widths
from slth_verify.report.model.profile import to_toml
from slth_verify.report.model.quantity import Absent, Quantity
from slth_verify.ticket import check
from slth_verify.verdict import Evidence, Verdict

_TINY = Profile(
    name="tiny",
    uniform_inputs=4,
    corner_inputs=4,
    certified_dimension=0,
    law_dimension=0,
    success_trials=0,
    stored_answers=0,
)


def test_figures_are_those_of_the_ticket_on_disk(graph_made) -> None:
    report, folder = graph_made.report, graph_made.folder
    assert report.verdict is Verdict.VERIFIED
    assert report.law is None
    (case,) = report.cases
    result = check(folder / case.ticket.file, folder / case.target.file)
    assert result.verdict is Verdict.VERIFIED
    bound = result.error_upper_bound
    shown = case.ticket.certified_error
    assert Fraction(shown.lower) <= bound <= Fraction(shown.upper)
    assert 0 < bound <= Fraction(case.eps.lower) == Fraction(1, 10)
    share = case.ticket.share_of_range
    assert Fraction(share.lower) <= result.share_of_range <= Fraction(share.upper)
    for row, found in zip(case.ticket.stages, result.per_stage, strict=True):
        assert (row.stage, int(row.kept.lower)) == (found.name, found.kept)
        for figure, number in (
            (row.own_error, found.own_error),
            (row.carried_error, found.carried_error),
            (row.error, found.error),
        ):
            assert Fraction(figure.lower) <= number <= Fraction(figure.upper)
        assert Fraction(row.output.lower) <= found.lower
        assert found.upper <= Fraction(row.output.upper)
    # one channel and the constant one, each with 2 n filters
    first = case.ticket.stages[0]
    assert int(first.filters.lower) == 4 * int(first.width.lower)
    assert first.layer == "1x1 convolution, 1 to 2, with biases"


def test_target_is_described(graph_made) -> None:
    report = graph_made.report
    target = report.cases[0].target
    assert target.nodes["convolution"] == target.nodes["max-pool"] == 1
    assert target.weights.lower == str(2 + 2 + 24 + 3)
    assert (target.low.lower, target.high.lower, target.boxes) == ("0", "1", False)
    assert "box" in target.outside
    assert Fraction(target.widest.lower) > 0


def test_what_floats_saw_is_marked_as_such(graph_made) -> None:
    report = graph_made.report
    (case,) = report.cases
    *kinds, whole = case.observations
    assert [seen.inputs for seen in kinds] == [
        *("uniform images", "corner images", "extreme images", "held-out images")
    ]
    for seen in kinds:
        assert seen.outcome == "consistent"
        assert seen.difference.kind is Evidence.HEURISTIC
        assert 0 < Fraction(seen.difference.lower) <= Fraction(seen.limit.upper)
        assert Fraction(seen.rounding.upper) < Fraction(1, 10**12)
    assert whole.subject == "pruned and merged network"
    assert whole.outcome == "consistent"
    scored = case.accuracy
    assert scored.images == kinds[-1].images == 8
    proved, alike = scored.certified_same_class.lower, scored.same_class.lower
    assert int(proved) <= int(alike)


def test_own_graphs_beside_plain_networks_can_be_replayed(
    graph_subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLTH_VERIFY_CACHE", str(tmp_path / "cache"))
    graph = dataclasses.replace(graph_subject.target, name="toy")
    graph.save(tmp_path / "graph.safetensors")
    kernel = np.full((2, 1, 1, 1), 0.5, np.float32)
    sv.TargetCNN.from_kernels((kernel,), (1, 3, 3), name="toy").save(
        tmp_path / "plain.safetensors"
    )
    profile = tmp_path / "tiny.toml"
    profile.write_text(to_toml(_TINY))
    words = ["report", "--profile", str(profile), "--output", str(tmp_path / "o")]
    for name in ("graph", "plain"):
        words += ["--target", str(tmp_path / f"{name}.safetensors")]
    assert run(words) == 0
    document = json.loads((tmp_path / "o" / "slth-report.json").read_text())
    graph, plain = document["cases"]
    names = graph["name"], plain["name"]
    assert names == ("toy", "toy-2")
    assert (graph["origin"], graph["asked"]) == ("given", "2%")
    assert graph["accuracy"] is None
    assert graph["observations"][0]["images"] == 4
    assert plain["ladder"]
    assert not graph["ladder"]
    *checks, again = document["replay"]
    targets = [f"--target tickets/{name}.target.safetensors" for name in names]
    assert again.endswith(" ".join(targets))
    assert os.listdir(tmp_path / "cache" / "journals") == []
    monkeypatch.chdir(tmp_path / "o")
    for line in checks:
        assert run(shlex.split(line)[1:]) == 0


def test_an_ended_report_goes_on_with_a_graph(
    graph_subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLTH_VERIFY_CACHE", str(tmp_path / "cache"))
    graph_subject.target.save(tmp_path / "graph.safetensors")
    words = ["report", "--target", str(tmp_path / "graph.safetensors"), "--eps", "1/10"]
    (tmp_path / "tiny.toml").write_text(to_toml(_TINY))
    words += ["--profile", str(tmp_path / "tiny.toml"), "--output", str(tmp_path / "o")]

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(case_module, "check", interrupted)
        assert run(words) == 130
    (journal,) = (tmp_path / "cache" / "journals").iterdir()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("searched again")

    monkeypatch.setattr("slth_verify.subset_sum.batch.run.search", never)
    assert run(words) == 0
    assert not journal.exists()
    document = json.loads((tmp_path / "o" / "slth-report.json").read_text())
    assert document["cases"][0]["eps"]["value"] == "1/10"
    assert document["replay"][-1].endswith(" --eps 1/10")
    monkeypatch.undo()
    monkeypatch.setenv("SLTH_VERIFY_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path / "o")
    for line in document["replay"]:
        assert run(shlex.split(line)[1:]) == 0
    again = json.loads(Path("again/slth-report.json").read_text())
    for key in ("target", "network", "ticket", "observations", "findings"):
        assert again["cases"][0][key] == document["cases"][0][key]


@pytest.mark.parametrize("eps", ["0", "-1", "0%", "x", 0])
def test_graphs_need_a_positive_accuracy(graph_subject, eps: object) -> None:
    with pytest.raises(sv.errors.InvalidParameterError, match="eps="):
        given_subjects([graph_subject.target], 1, eps)  # type: ignore[arg-type]


def test_boxes_by_channel_and_batch_norms_are_described(tmp_path: Path) -> None:
    ones = np.ones(2, np.float32)
    graph = TargetCNN(
        (
            Input(name="x", shape=(2,), low=(-1, 0), high=(1, Fraction(1, 3))),
            BatchNorm(
                name="norm",
                sources=("x",),
                scale=ones,
                shift=ones,
                mean=ones,
                variance=ones,
                epsilon=Fraction(1, 1000),
            ),
        ),
        "norm",
    )
    (subject,) = given_subjects([graph], 1, "1/10")
    report = report_on((subject,), _TINY, tmp_path, seed=0)
    (case,) = report.cases
    assert report.verdict is Verdict.VERIFIED
    assert case.target.boxes
    assert (case.target.low.lower, case.target.high.lower) == ("-1", "1")
    assert case.ticket.stages[0].layer == "batch norm of 2 channels"
    assert case.observations[0].outcome == "consistent"
    assert "channels in parts of that" in (tmp_path / "slth-report.html").read_text()


def test_layers_are_told_apart() -> None:
    from slth_verify.graph.stages import stages_of

    graph = TargetCNN(
        (
            Input(name="x", shape=(2, 6, 6), low=(0,) * 2, high=(1,) * 2),
            Convolution(
                name="c",
                sources=("x",),
                weight=np.ones((4, 1, 3, 2), np.float32),
                stride=(2, 1),
                groups=2,
            ),
        )
    )
    (stage,) = stages_of(graph)
    words = "3x2 convolution, 2 to 4, stride 2x1, 2 groups"
    assert layer_words(graph, stage) == words


def test_without_images_nothing_is_observed(graph_subject, tmp_path: Path) -> None:
    profile = Profile(
        name="none",
        uniform_inputs=0,
        corner_inputs=0,
        certified_dimension=0,
        law_dimension=0,
        success_trials=0,
        stored_answers=0,
    )
    subject = dataclasses.replace(graph_subject, held_out=None)
    (tmp_path / "tickets").mkdir()
    with proved_widths(0, 1) as widths:
        case = case_module.run_case(subject, profile, tmp_path, lambda *_: None, widths)
    assert case.verdict is Verdict.VERIFIED
    assert case.observations == ()


def test_large_targets_get_fewer_images(graph_subject, monkeypatch) -> None:
    subject = dataclasses.replace(graph_subject, held_out=None)
    for work, counts in ((inputs._MOST_PASSES // 3, (3, 3)), (1 << 60, (1, 1))):
        monkeypatch.setattr(inputs, "work", lambda graph, work=work: work)
        found = inputs.images_of(subject, _TINY)
        assert (len(found["uniform images"]), len(found["corner images"])) == counts
        for images in found.values():
            assert images.min() >= 0
            assert images.max() <= 1


def test_the_digits_lenet_is_among_the_targets() -> None:
    names = [subject.target.name for subject in subjects_of(Profile(name="p"), 1)]
    assert names[:2] == ["digits", "digits LeNet"]


@pytest.mark.nightly  # a small graph with held-out images is a case above
def test_the_digits_lenet_is_a_case(tmp_path: Path) -> None:
    (tmp_path / "tickets").mkdir()
    with proved_widths(0, 1) as widths:
        case = case_module.run_case(
            lenet_subject(1), _TINY, tmp_path, lambda *_: None, widths
        )
    assert case.verdict is Verdict.VERIFIED
    assert (case.origin, case.asked) == ("trained", "2%")
    assert isinstance(case.ticket.share_of_range, Quantity)
    assert Fraction(case.ticket.share_of_range.upper) < Fraction(2, 100)
    assert case.accuracy.target_correct.lower == "431"
    assert case.accuracy.target_correct.kind is Evidence.EXACT
    assert int(case.accuracy.pruned_correct.lower) >= 429
    assert not isinstance(case.observations[0].difference, Absent)
