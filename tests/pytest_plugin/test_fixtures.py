"""Fixtures that prove and decide, and record what came out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., pytest.RunResult]
Written = Callable[[], dict[str, Any]]


def test_a_ticket_is_proved_and_recorded(suite: Run, written: Written) -> None:
    source = """
        import numpy as np
        import pytest
        import slth_verify as sv

        @pytest.fixture
        def target():
            kernel = np.full((1, 1, 1, 1), 0.5, dtype=np.float32)
            return sv.TargetCNN.from_kernels((kernel,), (1, 2, 2))

        def test_ticket(slth_random_cnn, slth_check, target):
            network = slth_random_cnn(sv.suggested_widths(target, "1/20"))
            ticket = sv.prune(target, network, eps="1/20")
            assert slth_check(ticket, target).verdict is sv.Verdict.VERIFIED

        def test_claim_too_much(slth_random_cnn, slth_check, target):
            network = slth_random_cnn(sv.suggested_widths(target, "1/20"))
            ticket = sv.prune(target, network, eps="1/20")
            slth_check(ticket, target, eps="1e-30")
    """
    assert suite(source).ret == 1
    strict, true = written()["tests"]
    assert true["outcome"] == "passed"
    kinds = {record["kind"]: record for record in true["records"]}
    assert kinds["verdict"]["verdict"] == "VERIFIED"
    assert 0 < float(kinds["ratio"]["ratio"]) <= 1
    assert strict["records"][0]["verdict"] in {"REFUTED", "INCONCLUSIVE"}


def test_decisions_stop_at_the_precision_cap(alone: Run, written: Written) -> None:
    source = """
        from fractions import Fraction
        from slth_verify import Verdict
        from slth_verify.enclosure import Enclosure

        def near_one(bits):
            return Enclosure(1 - Fraction(1, 2**bits), 1 + Fraction(1, 2**bits))

        def test_decide(slth_decide):
            slth_decide(near_one, "<", 1 + Fraction(1, 2**400), claim="nearly one")
    """
    done = alone(source, "--slth-report=out.json", "--slth-precision-cap=512")
    assert done.ret == 0, done.stdout.str()
    done = alone(source, "--slth-report=out.json", "--slth-precision-cap=256")
    assert done.ret == 1
    (record,) = written()["tests"][0]["records"]
    assert record["verdict"] == "INCONCLUSIVE"
    assert "256 bits" in record["reason"]
