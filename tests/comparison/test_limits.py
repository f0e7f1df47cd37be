"""Work that is bounded, and input that would prove nothing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import slth_verify as sv
from slth_verify.attacks import Search
from slth_verify.comparison.local import certified_near
from slth_verify.comparison.networks import ComparedNetworks
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.forms import box_of
from slth_verify.forms import differences as forms
from slth_verify.graph import Convolution, Dense, Input, TargetCNN


def test_no_image_is_no_proof(
    classifier: TargetCNN, ticket: sv.Ticket, images: np.ndarray
) -> None:
    with pytest.raises(InvalidParameterError, match="at least one image"):
        sv.certify(ticket, classifier, images[:0])


def test_an_attack_on_a_large_network_takes_fewer_steps(
    networks: ComparedNetworks,
) -> None:
    small = Search(networks.pair, box_of(networks.target.input), 0)
    image = Input(name="image", shape=(64, 32, 32), low=(0,) * 64, high=(1,) * 64)
    weight = np.ones((64, 64, 3, 3), np.float32)
    large = TargetCNN((image, Convolution(name="c", sources=("image",), weight=weight)))
    pair = ComparedNetworks.of_graphs(large, large).pair
    search = Search(pair, box_of(image), 0)
    assert search.steps < small.steps
    assert search.tried < small.tried
    assert pair.widest == 64 * 9 * 30 * 30


@pytest.mark.parametrize("centre", [0, 1, 10**330])
@pytest.mark.parametrize("exact", [True, False])
def test_a_ball_beyond_floats_is_refused_and_an_image_is_not(
    centre: int, exact: bool
) -> None:
    size = Fraction(10**330)
    box = Input(name="image", shape=(1,), low=(Fraction(0),), high=(size,))
    graph = TargetCNN(
        (box, Dense(name="d", sources=("image",), weight=np.array([[1.0], [-1.0]])))
    )
    pair, image = ComparedNetworks.of_graphs(graph, graph), np.array([centre], object)
    result = certified_near(pair, image, Fraction(0), exact=exact)
    assert result.difference is not None
    assert result.difference < 1e-9
    assert result.classes == ((0, 0) if centre else (None, None))
    with pytest.raises(InvalidTargetError, match=r"beyond 1\.8e308"):
        certified_near(pair, image, size, exact=exact)


def test_rows_that_fit_into_memory_give_the_same_bounds(
    networks: ComparedNetworks, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = box_of(networks.target.input)
    whole = forms.Differences.over(networks.pair, box).gap()
    monkeypatch.setattr(forms, "_CHUNK", 1)
    one_by_one = forms.Differences.over(networks.pair, box).gap()
    assert np.allclose(whole.low, one_by_one.low, rtol=1e-12)
    assert np.allclose(whole.high, one_by_one.high, rtol=1e-12)


def test_a_bracket_of_a_foreign_ticket_is_left_out(
    classifier: TargetCNN, ticket: sv.Ticket, tmp_path, capsys
) -> None:
    from slth_verify.cli import run

    foreign = replace(ticket, target={"name": "", "sha256": "0" * 64})
    foreign.save(tmp_path / "a.ticket")
    classifier.save(tmp_path / "a.safetensors")
    words = ["check", str(tmp_path / "a.ticket"), str(tmp_path / "a.safetensors")]
    assert run([*words, "--bracket"]) == 1
    assert "certified / attacked" not in capsys.readouterr().out
