"""Where floats are not read as they are, nothing is proved, and nothing is written."""

from __future__ import annotations

import ctypes
import platform
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from handmade.kernel_targets import kernels_of

import slth_verify as sv
from slth_verify.errors import FloatingPointModeError, UnprovedTicketError
from slth_verify.ieee import departure, require_ieee

LARGEST_SUBNORMAL = np.uint32(0x007FFFFF)


def _flushed(call: Callable[[], Any]) -> Any:
    """Call in a thread whose processor flushes subnormal numbers to zero."""
    outcome: list[Any] = []

    def run() -> None:
        if not torch.set_flush_denormal(True):
            outcome.append(None)
            return
        try:
            outcome.append(call())
        except Exception as error:  # handed on
            outcome.append(error)
        finally:
            torch.set_flush_denormal(False)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if outcome == [None]:
        pytest.skip("this processor does not flush subnormal numbers")
    return outcome[0]


@pytest.fixture
def subnormal() -> sv.TargetCNN:
    """Eight subnormal weights are added up and multiplied by 2^126: they matter."""
    first = np.full((1, 1, 3, 3), LARGEST_SUBNORMAL, dtype=np.uint32).view(np.float32)
    first[0, 0, 1, 1] = 2.0**-126
    second = np.full((1, 1, 1, 1), 2.0**126, dtype=np.float32)
    return sv.TargetCNN.from_kernels((first, second), (1, 3, 3), name="subnormal")


def _files(target: sv.TargetCNN, folder: Path) -> tuple[Path, Path]:
    paths = folder / "ticket", folder / "target"
    widths = sv.suggested_widths(target, "1/2")
    network = sv.RandomCNN(seed=1, widths=widths)
    sv.prune(target, network, eps="1/2").save(paths[0])
    target.save(paths[1])
    return paths


def test_this_thread_is_as_it_should_be() -> None:
    assert departure() is None
    require_ieee()


def test_a_thread_that_flushes_is_noticed() -> None:
    assert "flushed to zero" in _flushed(departure)
    assert isinstance(_flushed(require_ieee), FloatingPointModeError)
    assert departure() is None


@pytest.mark.skipif(sys.platform != "linux", reason="numbers of Linux' libm")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86")
@pytest.mark.parametrize("mode", [0x400, 0x800, 0xC00], ids=["down", "up", "zero"])
def test_another_rounding_is_noticed(mode: int) -> None:
    libm = ctypes.CDLL("libm.so.6")
    assert libm.fesetround(mode) == 0
    try:
        found = departure()
    finally:
        libm.fesetround(0)
    assert found == "sums are not rounded to the nearest number"
    assert departure() is None


def test_no_ticket_is_decided_there(subnormal: sv.TargetCNN, tmp_path: Path) -> None:
    ticket, target = _files(subnormal, tmp_path)
    assert sv.check(ticket, target).verdict is sv.Verdict.VERIFIED
    found = _flushed(lambda: sv.check(ticket, target))
    assert found.verdict is sv.Verdict.INCONCLUSIVE
    assert "IEEE 754" in found.ledger[0].claim
    bounded = _flushed(lambda: sv.check(ticket, target, time_limit=100.0))
    assert bounded.verdict is sv.Verdict.VERIFIED  # a process of its own


def test_nothing_is_written_there(subnormal: sv.TargetCNN, tmp_path: Path) -> None:
    ticket, target = _files(subnormal, tmp_path)
    network = sv.RandomCNN(seed=1, widths=(60, 60))
    fresh = sv.TargetCNN.from_kernels(kernels_of(subnormal), (1, 3, 3), name="fresh")
    for call in (
        lambda: sv.prune(subnormal, network, eps="1/2"),
        lambda: sv.suggested_widths(fresh, "1/2"),
        lambda: sv.ticket.output_spread(fresh),
    ):
        assert isinstance(_flushed(call), FloatingPointModeError)
    refused = _flushed(lambda: sv.construction.collapse(ticket, target))
    assert isinstance(refused, UnprovedTicketError)
    assert refused.verdict is sv.Verdict.INCONCLUSIVE


def test_without_the_guard_a_false_ticket_would_be_verified(
    subnormal: sv.TargetCNN, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted lie: weights that are flushed are read as zero, and nobody notices."""
    network = sv.RandomCNN(seed=1, widths=(200, 200))
    for room in ("ieee", "ticket.graphs.check", "ticket.graphs.provenance"):
        monkeypatch.setattr(f"slth_verify.{room}.departure", lambda: None)
    ticket = _flushed(lambda: sv.prune(subnormal, network, eps="1/4"))
    assert _flushed(lambda: sv.check(ticket, subnormal)).verdict is sv.Verdict.VERIFIED
    monkeypatch.undo()
    assert sv.check(ticket, subnormal).verdict is sv.Verdict.REFUTED
