"""Results in one line, and as a small table that is safe in a page."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import sympy as sp

import slth_verify as sv
from slth_verify import subset_sum
from slth_verify.graph import TargetCNN
from slth_verify.showing import Card, OneLine, Shown, brief
from slth_verify.ticket import StageTicket, Ticket
from slth_verify.ticket.graphs.result import CheckResult
from slth_verify.verdict import Finding, Verdict


def _ticket(name: object) -> Ticket:
    filters = np.arange(3, dtype=np.int64)
    stages = tuple(StageTicket(f"s{n}", 5, 0, filters) for n in range(100))
    target = {"name": name, "sha256": "00"}
    return Ticket(target, "philox", 7, stages, Fraction(1, 40), "0.01")


def _proposal() -> subset_sum.Proposal:
    columns = subset_sum.DenseColumns(np.ones((3, 2)))
    tolerance = subset_sum.MaxTolerance(0.5)
    return subset_sum.solve(subset_sum.Problem(columns, np.ones(2), tolerance))


def _target_widths() -> object:
    kernel = np.full((1, 1, 1, 1), 0.5, dtype=np.float32)
    target = TargetCNN.from_kernels((kernel,), (1, 2, 2))
    return sv.bounds.target_widths(target, 1, "1/2", kind="necessary")


def _graph() -> TargetCNN:
    weight = np.ones((300, 1, 3, 3), np.float32)
    return TargetCNN.from_kernels((weight,), (1, 2, 2), name="a\x1b[2J" * 99)


def _check(error: Fraction | None) -> CheckResult:
    findings = (Finding("it holds", Verdict.REFUTED, "it does not"),)
    return CheckResult(Verdict.REFUTED, Fraction(1, 7), error, (), findings)


SHOWN = {
    "statement": lambda: sv.statement("thm:rss"),
    "width": lambda: sv.bounds.mrss_width(1, "1/2"),
    "network": lambda: sv.bounds.network_width((1,), (1, 1), 1, "1/2"),
    "target": _target_widths,
    "graph": lambda: _graph(),
    "success": lambda: sv.bounds.mrss_success(1, 4, None, "1/2"),
    "proposal": _proposal,
    "ticket": lambda: _ticket("net"),
    "check": lambda: _check(Fraction(2, 3)),
    "unchecked": lambda: _check(None),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_a_line_a_table_and_formulas(kind: str) -> None:
    thing = SHOWN[kind]()
    line = repr(thing)
    assert line.startswith(f"<{type(thing).__name__} ")
    assert len(line) < 250
    assert line.isprintable()
    bundle = thing._repr_mimebundle_()
    assert bundle["text/plain"] == line
    ElementTree.fromstring(f"<div>{bundle['text/html']}</div>")
    assert set(bundle) == {"text/plain", "text/html", "text/latex"}
    latex = bundle["text/latex"]
    assert latex.startswith("$" if kind == "statement" else r"\begin{tabular}{ll}")
    assert latex.count("{") == latex.count("}")
    assert len(latex) > len(line) / 2
    assert set(thing._repr_mimebundle_(include={"text/html"})) == {"text/html"}
    assert "text/html" not in thing._repr_mimebundle_(exclude={"text/html"})


def test_what_lines_say() -> None:
    assert repr(sv.statement("thm:rss")) == (
        "<Statement thm:rss: Random subset sum (quoted)>"
    )
    ticket = _ticket("net")
    assert repr(ticket) == (
        f"<{type(ticket).__name__} for net: claims 1/40, seed 7, 300 filters kept>"
    )
    # 2/3 is rounded up: the line must not promise more than is certified
    assert "REFUTED: error at most 0.6667, claimed 1/7" in repr(_check(Fraction(2, 3)))
    assert "error not certified" in repr(_check(None))
    assert "it holds: it does not" in _check(None)._repr_mimebundle_()["text/html"]
    assert "1 column, residual 0, meets the tolerance" in repr(_proposal())


def test_names_from_files_are_harmless() -> None:
    ticket = _ticket("<script>\x1b[2J\u202e")
    assert "\x1b" not in repr(ticket)
    html = ticket._repr_mimebundle_()["text/html"]
    assert "<script>" not in html
    assert "\u202e" not in html
    assert "and 55 more" in html
    latex = _ticket(r"\input{x} & $y_1 %")._repr_mimebundle_()["text/latex"]
    assert r"\textbackslash{}input\{x\} \& \$y\_1 \%" in latex


def test_what_is_broken_is_still_printed() -> None:
    broken = dataclasses.replace(_ticket("net"), stages=None)  # type: ignore[arg-type]
    assert repr(broken) == f"<{type(broken).__name__} that cannot be shown (TypeError)>"


def _unbounded(kind: type) -> bool:
    """Whether a dataclass prints whatever is in its fields."""
    if issubclass(kind, Shown | OneLine):
        return False
    return not all(
        re.fullmatch(_SHORT, str(field.type)) for field in dataclasses.fields(kind)
    )


_SHORT = r"(str|int|bool|float|Verdict|\w*Kind|Method|Outcome| \| |None)+"


def _public_dataclasses() -> list[type]:
    listed = (Path(__file__).parents[1] / "project" / "public_api.txt").read_text()
    named = re.findall(r"^class ([\w.]+)\.(\w+)", listed, re.MULTILINE)
    kinds = {getattr(import_module(module), name) for module, name in named}
    return [kind for kind in kinds if dataclasses.is_dataclass(kind)]


def test_what_users_print_is_a_line() -> None:
    kinds = _public_dataclasses()
    assert len(kinds) > 80
    assert [kind.__name__ for kind in kinds if _unbounded(kind)] == []


def test_lie_a_class_that_prints_its_weights() -> None:
    lie = dataclasses.make_dataclass("Layer", [("weight", "NDArray[Any]")])
    assert _unbounded(lie)
    layer = lie(np.zeros((900, 1)))
    assert len(repr(layer)) > 250


def test_one_line_whatever_is_in_it() -> None:
    @dataclasses.dataclass(repr=False)
    class Thing(OneLine):
        held: object
        other: int = 7

    hostile = {
        "number": Fraction(10**9000, 3),
        "integer": 10**9000,
        "text": "x\n" * 9000,
        "bytes": bytes(9000),
        "names": dict.fromkeys(range(9000)),
        "none": None,
        "many": (_graph(),) * 9000,
        "graph": _graph(),
        "formula": sp.Symbol("x" * 900),
        "array": np.ones((90, 90)),
        "itself": Thing(Thing(1)),
        "floats": [0.1] * 9,
    }
    for held in hostile.values():
        line = repr(Thing(held))
        assert line.startswith("<Thing held=")
        assert len(line) < 250
        assert line.isprintable()
    assert repr(Thing(np.ones((2, 3), np.float32))) == "<Thing held=float32 (2, 3)>"
    assert repr(Thing((1, 2, 3, 4, 5), 8)) == (
        "<Thing held=(1, 2, 3, 4, ... 5 in all), other=8>"
    )
    broken = Thing(1)
    del broken.held
    assert repr(broken) == "<Thing held=None>"


def test_a_network_is_a_line() -> None:
    graph = TargetCNN.from_kernels((np.ones((4, 1, 3, 3), np.float32),), (1, 8, 8))
    assert repr(graph) == (
        "<TargetCNN target: (1, 8, 8) to (4, 8, 8), 3 nodes, 36 weights>"
    )
    assert repr(graph.nodes[1]) == (
        "<Convolution name='conv1', sources=('input',), weight=float32 (4, 1, 3, 3), "
        "padding=(1, 1, 1, 1)>"
    )


def test_long_lines_are_cut() -> None:
    class Long(Shown):
        def _card(self) -> Card:
            return Card("x" * 10_000)

    assert len(repr(Long())) < 250


def test_short_numbers_are_exact() -> None:
    assert brief(Fraction(1, 40)) == "1/40"
    assert brief(Fraction(10**30, 3)) == "about 3.33333e+29"
    assert brief(Fraction(1, 10**400)) == "about 1.00000e-400"


def test_showing_loads_nothing_heavy() -> None:
    code = (
        "import sys, slth_verify.showing\n"
        "heavy = {'numpy', 'sympy', 'torch', 'scipy', 'flint', 'IPython'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
