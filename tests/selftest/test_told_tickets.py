"""The truth about recorded tickets: neither by the checker nor by the search."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from handmade.told_files import FILE, IMAGES, NEAR, OTHER, made_target

from slth_verify.conformance.oracles.ticket_truth import (
    apart,
    attained,
    falsehoods,
    together,
)
from slth_verify.conformance.oracles.told_tickets import (
    REFUSED,
    TRIVIAL,
    ToldTicket,
    recorded,
    told_tickets,
)
from slth_verify.graph import Convolution, TargetCNN


@cache
def read(content: bytes, folder: Path) -> TargetCNN:
    path = folder / "a.target.safetensors"
    path.write_bytes(content)
    return TargetCNN.from_file(path)


@pytest.fixture
def target_of(tmp_path: Path) -> Any:
    return lambda told: read(told.stored.target, tmp_path)


def is_of_the_format(content: bytes) -> bool:
    """Its number, its keys and its length, as docs/ticket-format.md has them."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    about = json.loads(header.pop("__metadata__")["slth_ticket"])
    ends = max(entry["data_offsets"][1] for entry in header.values())
    keys = {"format", "target", "random_network", "stages", "eps", "weights"}
    keys |= {"certified_error", "versions"}
    whole = len(content) == 8 + length + ends
    return whole and about["format"] == 1 and about.keys() == keys


TOLD = pytest.mark.parametrize("told", told_tickets(), ids=lambda x: x.stored.change)


@TOLD
def test_one_thing_is_false_and_no_more(told: ToldTicket, target_of: Any) -> None:
    if told.false == REFUSED:
        assert not is_of_the_format(told.stored.ticket)
        return
    assert is_of_the_format(told.stored.ticket)
    found = falsehoods(told.stored.ticket, target_of(told), IMAGES)
    assert found == {told.false} - {"", TRIVIAL}


def test_what_constants_meet_is_trivial() -> None:
    """Kernels and biases bound every output by moduli alone, below the claim."""
    (told,) = (x for x in told_tickets() if x.false == TRIVIAL)
    first, second = (
        node for node in made_target().nodes if isinstance(node, Convolution)
    )
    assert first.bias is not None
    hidden = np.abs(first.weight).sum(axis=(1, 2, 3)) + np.abs(first.bias)
    most = Fraction(float(np.abs(second.weight[0, :, 0, 0]) @ hidden))
    assert Fraction(apart(told.stored.ticket).about["eps"]) > most


def test_recorded_files_are_what_they_are_called(tmp_path: Path) -> None:
    known = recorded()
    assert read(known.target, tmp_path).sha256 == made_target().sha256
    assert read(known.near, tmp_path).sha256 == made_target(NEAR).sha256
    assert read(known.other, tmp_path).sha256 == made_target(OTHER).sha256
    assert known.other_sha256 == made_target(OTHER).sha256
    found = attained(known.ticket, made_target(), IMAGES)
    assert 0 < found - Fraction(known.attained) < Fraction(1, 10**12)
    assert FILE.stat().st_size < 20_000


def test_each_claim_has_a_ticket_that_says_it_falsely() -> None:
    names = [told.stored.change for told in told_tickets()]
    assert len(set(names)) == len(names) > 30
    assert [told.false for told in told_tickets()].count("") == 2
    assert len({told.false for told in told_tickets()}) == 9


def test_files_are_put_together_as_they_were() -> None:
    again = apart(together(apart(recorded().ticket)))
    known = apart(recorded().ticket)
    assert again.about == known.about
    assert again.tensors.keys() == known.tensors.keys()
    for name, array in known.tensors.items():
        assert array.dtype == again.tensors[name].dtype
        assert np.array_equal(array, again.tensors[name])
