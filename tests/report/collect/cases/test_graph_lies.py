"""Planted lies about target graphs, and failures: each must be seen."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import jsonschema
import numpy as np
import pytest

from slth_verify.errors import NoTicketFoundError
from slth_verify.report import Profile, render_html, schema, to_document
from slth_verify.report.collect.cases import case as case_module
from slth_verify.report.collect.cases.error_limits import within_what_was_asked
from slth_verify.report.collect.cases.examine import examine
from slth_verify.report.collect.passes import observations
from slth_verify.report.collect.passes.networks import Networks
from slth_verify.report.collect.widths.proved import proved_widths
from slth_verify.report.model.contradictions import believed, contradiction
from slth_verify.report.model.observations import finding_of
from slth_verify.report.model.quantity import Absent
from slth_verify.ticket import Ticket, check
from slth_verify.verdict import Verdict

_PROFILE = Profile(name="lies", law_dimension=0, certified_dimension=0, local_images=2)


@pytest.fixture(scope="module")
def checked(graph_subject, graph_made):
    (case,) = graph_made.report.cases
    ticket = Ticket.load(graph_made.folder / case.ticket.file)
    return graph_subject, ticket, check(ticket, graph_subject.target)


@pytest.fixture
def made_of(graph_subject, graph_made, tmp_path):
    """Makes the case again, and the page of a report that has only this one."""

    def made_again():
        (tmp_path / "tickets").mkdir()
        with proved_widths(0, 1) as widths:
            case = case_module.run_case(
                graph_subject, _PROFILE, tmp_path, lambda *_: None, widths
            )
        report = dataclasses.replace(
            graph_made.report, cases=(case,), verdict=case.verdict
        )
        document = to_document(report)
        jsonschema.validate(document, schema())
        return case, render_html(document)

    return made_again


def test_error_above_the_claim_that_is_called_verified(made_of, monkeypatch):
    """A checker that lies about its verdict is not believed."""

    def lying(ticket, target):
        honest = check(ticket, target)
        return dataclasses.replace(honest, error_upper_bound=2 * honest.eps)

    monkeypatch.setattr(case_module, "check", lying)
    case, page = made_of()
    assert case.verdict is Verdict.INCONCLUSIVE
    assert isinstance(case.ticket.certified_error, Absent)
    assert case.ticket.stages == ()
    assert case.observations == ()
    assert "INCONCLUSIVE" in page[page.index("<h1>") : page.index("</h1>")]


def test_bound_below_the_truth_is_refuted_by_an_image(made_of, monkeypatch):
    def lying(ticket, target):
        honest = check(ticket, target)
        return dataclasses.replace(honest, error_upper_bound=Fraction(1, 10**9))

    monkeypatch.setattr(case_module, "check", lying)
    case, page = made_of()
    assert case.verdict is Verdict.REFUTED
    assert case.observations[0].outcome == "contradicted"
    assert '<span class="contradicted">contradicted</span>' in page


def _look(checked, bound):
    """What forward passes say of a bound, by kind of image."""
    subject, ticket, result = checked
    said = dataclasses.replace(result, error_upper_bound=bound, eps=bound)
    seen = examine(subject, ticket, said, _PROFILE, lambda done, total: None)
    return [o for o in seen.observations if o.subject == observations.TARGET_AND_PRUNED]


def test_an_exact_pass_decides_what_floats_saw(checked, monkeypatch):
    bound = checked[2].error_upper_bound
    seen = max(Fraction(found.difference.lower) for found in _look(checked, bound))
    for limit, outcome in ((seen * 2, "consistent"), (seen / 2, "contradicted")):
        assert outcome in {found.outcome for found in _look(checked, limit)}

    # floats that see far too much prove nothing
    real = Networks.run

    def lying(self, images):
        target, pruned = real(self, images)
        return target, pruned + 5

    monkeypatch.setattr(Networks, "run", lying)
    for found in _look(checked, bound):
        assert Fraction(found.difference.lower) > 4
        assert found.outcome == "consistent"
        assert Fraction(found.rounding.upper) > 4
    # but leave it open where no exact pass is affordable
    monkeypatch.setattr(observations, "_MOST_WORK", 0)
    for found in _look(checked, bound):
        assert found.outcome == "undecided"
        assert finding_of(found).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_passes_that_are_not_finite_are_undecided(checked, value):
    for found in _finite(checked, value):
        assert found.outcome == "undecided"
        assert finding_of(found).verdict is Verdict.INCONCLUSIVE


def _finite(checked, value):
    subject, ticket, result = checked
    networks = Networks(subject.target, ticket)
    images = subject.held_out.inputs
    target = np.zeros((len(images), 3))
    outputs = target, target + value
    bound = result.error_upper_bound
    return [observations.compared(networks, "images", images, outputs, bound)]


def test_weights_beyond_floats_are_undecided(checked):
    subject, ticket, result = checked
    parts = [dataclasses.replace(part, exponent=2000) for part in ticket.stages]
    other = dataclasses.replace(ticket, stages=tuple(parts))
    seen = examine(subject, other, result, _PROFILE, lambda done, total: None)
    (found,) = seen.observations
    assert found.outcome == "undecided"
    assert Verdict.INCONCLUSIVE in {item.verdict for item in seen.findings}


def test_images_are_moved_into_the_box_before_they_refute(checked):
    subject, ticket, result = checked
    outside = np.full((1, 4, 4), 1e9)
    difference = observations.exactly(Networks(subject.target, ticket), outside)
    assert 0 < difference <= result.error_upper_bound


@pytest.mark.parametrize(
    ("bound", "verdict"),
    [
        (Fraction(1, 10), Verdict.VERIFIED),
        (Fraction(1, 10) + Fraction(1, 10**30), Verdict.REFUTED),
        (None, Verdict.INCONCLUSIVE),
    ],
)
def test_the_certified_error_is_compared_with_what_was_asked(bound, verdict):
    assert within_what_was_asked(bound, Fraction(1, 10)).verdict is verdict


def test_ticket_file_with_a_wider_claim_is_held_to_what_was_asked(made_of, monkeypatch):
    """One filter less, and a claim and a stated error that cover it."""
    real = Ticket.save

    def boastful(self, path):
        first, *others = self.stages
        fewer = dataclasses.replace(first, filters=first.filters[1:])
        lie = dataclasses.replace(
            self, stages=(fewer, *others), eps=Fraction(100), certified_error="99"
        )
        real(lie, path)

    monkeypatch.setattr(case_module.Ticket, "save", boastful)
    case, _ = made_of()
    assert case.verdict is Verdict.REFUTED
    wrong = [f for f in case.findings if f.verdict is Verdict.REFUTED]
    assert [f.claim for f in wrong] == [
        "the certified error is at most the 0.1 that was asked for"
    ]


def test_no_ticket_is_inconclusive_and_still_reported(made_of, monkeypatch):
    def in_vain(*_, **__):
        raise NoTicketFoundError("eps was not reached", 2.0)

    monkeypatch.setattr(case_module, "prune", in_vain)
    case, page = made_of()
    assert case.verdict is Verdict.INCONCLUSIVE
    assert case.ticket is None
    assert "was not reached" in case.findings[0].reason
    assert "What is not verified" in page
    assert "no ticket: see the findings" in page[page.index('id="tickets"') :]


def _error_above_the_claim(case):
    case["ticket"]["certified_error"]["interval"] = ["0.2", "0.3"]


def _no_error_at_all(case):
    case["ticket"]["certified_error"] = {"absent": "planted"}


def _no_ticket(case):
    case["ticket"] = None


def _seen_above_the_error(case):
    case["observations"][0]["difference"]["value"] = "0.5"


def _seen_nothing_finite(case):
    case["observations"][0]["difference"] = {"absent": "not finite: nan"}


def _finding_that_is_refuted(case):
    case["findings"][3]["verdict"] = "REFUTED"


@pytest.mark.parametrize(
    "lie",
    [
        _error_above_the_claim,
        _no_error_at_all,
        _no_ticket,
        _seen_above_the_error,
        _seen_nothing_finite,
        _finding_that_is_refuted,
    ],
)
def test_documents_that_contradict_themselves_are_not_believed(graph_document, lie):
    (case,) = graph_document["cases"]
    assert contradiction(case) == ""
    assert believed(case) == "VERIFIED"
    lie(case)
    assert "the document says VERIFIED" in contradiction(case)
    assert believed(case) == "INCONCLUSIVE"


def test_a_lie_in_a_document_is_not_shown_as_verified(graph_document):
    _seen_above_the_error(graph_document["cases"][0])
    _not_believed(graph_document)


def test_a_lie_beside_other_cases_is_seen(made, graph_document):
    _error_above_the_claim(graph_document["cases"][0])
    graph_document["cases"].append(made.document["cases"][1])
    _not_believed(graph_document)


def _not_believed(document):
    jsonschema.validate(document, schema())
    assert document["verdict"] == "VERIFIED"
    html = render_html(document)
    headline = html[html.index("<title>") : html.index("</h1>")]
    assert "VERIFIED" not in headline
    assert "INCONCLUSIVE" in headline
    problems = html[html.index("What is not") : html.index("Reading figures")]
    assert "the document says VERIFIED" in problems
    section = html[html.index('<h2 id="tickets">') :]
    row = section[section.index("<tbody>") :].split("</tr>")[0]
    assert "INCONCLUSIVE" in row
    assert "badge verified" not in row
    assert "Not believed: the document says VERIFIED" in section
    total = len(document["cases"])
    assert f"{total - 1} of {total}</span> targets" in html
    return html
