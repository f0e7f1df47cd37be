"""Necessary widths of stages beside what a ticket used."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from slth_verify.bounds import target_widths
from slth_verify.graph import Dense, Input, Rectifier, TargetCNN
from slth_verify.report.collect.widths.stage_widths import with_needs
from slth_verify.report.model.case import StageFigures, TicketFigures
from slth_verify.report.model.quantity import Absent, exact
from slth_verify.verdict import Direction

_NO = Absent("not asked")


def _target() -> TargetCNN:
    nodes = [Input(name="image", shape=(2,), low=("0", "0"), high=("1", "1"))]
    for name, kernel in (("first", [[3, -1], [1, 2]]), ("second", [[1, -1]])):
        weight = np.array(kernel, np.float32)
        nodes.append(Dense(name=name, sources=(nodes[-1].name,), weight=weight))
        nodes.append(Rectifier(name=f"relu {name}", sources=(name,)))
    return TargetCNN(tuple(nodes))


def _ticket(*names: str) -> TicketFigures:
    one = exact(1)
    stages = [
        StageFigures(
            stage=name,
            layer="",
            width=one,
            exponent=0,
            filters=one,
            kept=one,
            budget=_NO,
            own_error=one,
            carried_error=one,
            error=one,
            output=one,
            needed=_NO,
            alone=_NO,
        )
        for name in names
    ]
    return TicketFigures("t", "0" * 64, _NO, _NO, _NO, tuple(stages))


def test_stages_have_their_necessary_widths() -> None:
    target, eps = _target(), Fraction(1, 100)
    ticket = _ticket("first", "second")
    found = with_needs(ticket, target, eps).stages
    asked = target_widths(target, eps, "1/2", kind="necessary").stages
    assert [stage.stage for stage in found] == [need.name for need in asked]
    for stage, need in zip(found, asked, strict=True):
        assert (stage.needed.lower, stage.alone.lower) == (
            str(need.n),
            str(need.alone.n),
        )
        assert stage.alone.direction is stage.needed.direction is Direction.LOWER
    assert found[0].alone != found[1].alone


def test_lie_needs_of_another_accuracy_or_stage() -> None:
    target, eps = _target(), Fraction(1, 100)
    ticket = _ticket("first", "second")
    found = with_needs(ticket, target, eps).stages
    assert with_needs(ticket, target, eps / 100).stages != found
    turned = [stage.alone for stage in reversed(found)]
    assert turned != [stage.alone for stage in found]


def test_what_is_absent_has_its_reason() -> None:
    ticket = _ticket("first", "second")
    found = with_needs(ticket, _target(), Fraction(100)).stages
    assert all("no two images" in stage.needed.absent for stage in found)
    empty = replace(ticket, stages=())
    assert with_needs(empty, _target(), Fraction(1)) is empty
