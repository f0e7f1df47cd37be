"""The whole report on tiny targets: files, seeds, failures."""

from __future__ import annotations

import dataclasses
import json
import math
from fractions import Fraction

import jsonschema
import pytest

from slth_verify.errors import InvalidParameterError, UnusableFileError
from slth_verify.report import Profile, load_profile, run_report, schema
from slth_verify.report.collect import run as run_module
from slth_verify.report.collect.cases import case as case_module
from slth_verify.report.collect.run import report_on
from slth_verify.report.collect.targets.generated import generated_subjects
from slth_verify.report.model.quantity import Absent
from slth_verify.ticket import check
from slth_verify.verdict import Verdict

_ONE = Profile(
    name="one",
    digits=False,
    generated=1,
    dense=False,
    uniform_inputs=4,
    corner_inputs=4,
    certified_dimension=0,
    law_dimension=0,
    success_trials=0,
    stored_answers=0,
)


def test_all_claims_are_verified(made):
    assert made.report.verdict is Verdict.VERIFIED
    assert len(made.report.cases) == 3
    for case in made.report.cases:
        assert case.verdict is Verdict.VERIFIED
        assert {f.verdict for f in case.findings} == {Verdict.VERIFIED}


def test_tickets_on_disk_check_again(made):
    for case in made.report.cases:
        result = check(made.folder / case.ticket.file, made.folder / case.target.file)
        assert result.verdict is Verdict.VERIFIED
        bound = result.error_upper_bound
        figure = case.ticket.certified_error
        assert Fraction(figure.lower) <= bound <= Fraction(figure.upper)
        assert bound <= Fraction(case.eps.lower)


def test_replay_commands_name_files_that_exist(made):
    checks = [line.split() for line in made.report.replay if " check " in line]
    assert len(checks) == 3
    for _, _, ticket, target in checks:
        assert (made.folder / ticket).is_file()
        assert (made.folder / target).is_file()
    assert load_profile(made.folder / "slth-profile.toml") == made.report.profile


def test_another_seed_changes_figures_but_no_verdict(made, made_again):
    pairs = list(zip(made.report.cases, made_again.report.cases, strict=True))
    assert made_again.report.verdict is made.report.verdict
    for first, second in pairs:
        assert first.network.seed != second.network.seed
        assert first.ticket.certified_error != second.ticket.certified_error
        assert first.ticket.sha256 != second.ticket.sha256
        assert first.observations != second.observations
        assert first.masks != second.masks
    trained = pairs[0]
    assert trained[0].target.sha256 == trained[1].target.sha256
    for first, second in pairs[1:]:
        assert first.target.sha256 != second.target.sha256


def test_same_seed_same_tickets(made, tmp_path):
    again = run_report(_ONE, tmp_path, seed=0)
    name = again.cases[0].name
    (same,) = (case for case in made.report.cases if case.name == name)
    assert again.cases[0].ticket == same.ticket


def test_progress_begins_and_ends_every_stage(made):
    stages = {}
    for stage, done, total in made.progress:
        assert 0 <= done <= total
        stages.setdefault(stage, []).append((done, total))
    for calls in stages.values():
        assert calls[0][0] == 0
        assert calls[-1][0] == calls[-1][1]
    assert "cases" in stages
    assert "classes: prune" in stages


def test_classifier_is_compared_on_held_out_images(made):
    accuracy = made.report.cases[0].accuracy
    assert accuracy.images == 12
    claims = [finding.claim for finding in made.report.cases[0].findings]
    assert any("classifies the held-out images" in claim for claim in claims)
    assert any("largest output on the held-out images" in claim for claim in claims)
    assert int(accuracy.certified_same_class.lower) <= int(accuracy.same_class.upper)


def test_no_ticket_is_inconclusive_and_still_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(case_module, "suggested_widths", lambda target, eps: (1, 1))
    report = run_report(_ONE, tmp_path, seed=0)
    assert report.verdict is Verdict.INCONCLUSIVE
    (case,) = report.cases
    assert case.ticket is None
    assert case.findings[0].verdict is Verdict.INCONCLUSIVE
    assert "was not reached" in case.findings[0].reason
    page = (tmp_path / "slth-report.html").read_text(encoding="utf-8")
    assert "What is not verified" in page
    document = json.loads((tmp_path / "slth-report.json").read_text(encoding="utf-8"))
    assert document["counts"]["INCONCLUSIVE"] == 1


def test_unexpected_failures_are_raised(tmp_path, monkeypatch):
    def broken(*args, **options):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(case_module, "check", broken)
    with pytest.raises(ZeroDivisionError, match="planted"):
        run_report(_ONE, tmp_path, seed=0)
    assert not (tmp_path / "slth-report.html").exists()


def test_damaged_ticket_file_is_not_reported_as_verified(tmp_path, monkeypatch):
    """The file is what counts: a wrong index written to disk is refuted."""
    real = case_module.Ticket.save

    def damaged(self, path):
        self.stages[0].filters[0] = -1
        real(self, path)

    monkeypatch.setattr(case_module.Ticket, "save", damaged)
    report = run_report(_ONE, tmp_path, seed=0)
    assert report.verdict is Verdict.REFUTED
    figures = report.cases[0].ticket
    assert isinstance(figures.certified_error, Absent)
    assert isinstance(figures.relative_error, Absent)
    assert figures.stages == ()
    assert report.cases[0].observations == ()


def test_witness_is_reported_and_shown(tmp_path, monkeypatch):
    """A claim far below the truth is refuted by an input that stands in the report."""
    real = case_module.Ticket.save

    def boastful(self, path):
        claim = Fraction(self.certified_error) / 10**6
        real(dataclasses.replace(self, eps=claim), path)

    monkeypatch.setattr(case_module.Ticket, "save", boastful)
    report = run_report(_ONE, tmp_path, seed=0)
    assert report.verdict is Verdict.REFUTED
    (case,) = report.cases
    assert len(case.witness.image) == math.prod(case.witness.shape)
    seen = Fraction(case.witness.difference.lower)
    assert 0 < seen <= Fraction(case.ticket.certified_error.upper)
    document = json.loads((tmp_path / "slth-report.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema())
    page = (tmp_path / "slth-report.html").read_text(encoding="utf-8")
    assert " ".join(case.witness.image) in page


@pytest.mark.parametrize("kind", ["missing parent", "file", "file inside", "page"])
def test_folder_is_tried_before_any_work(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(run_module, "run_case", _never)
    output = tmp_path / "out"
    if kind == "missing parent":
        output = tmp_path / "typo" / "out"
    elif kind == "file":
        output.write_text("mine")
    else:
        output.mkdir()
        if kind == "file inside":
            (output / "tickets").write_text("mine")
        else:
            (output / "slth-report.html").mkdir()
    with pytest.raises(UnusableFileError, match="cannot hold a report"):
        run_report(_ONE, output, seed=0)
    assert not (tmp_path / "typo").exists()


def _never(*args):
    raise AssertionError("work began")


def test_equal_names_are_refused(tmp_path):
    subject = generated_subjects(0, 1)[0]
    with pytest.raises(InvalidParameterError, match="different names"):
        report_on((subject, subject), _ONE, tmp_path, seed=0)


def test_negative_seed_is_refused(tmp_path):
    with pytest.raises(InvalidParameterError, match="seed=-1"):
        run_report(_ONE, tmp_path, seed=-1)
