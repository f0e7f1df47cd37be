"""Images in another order than the network reads them are other images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

import slth_verify as sv
from slth_verify.comparison import certify_pair
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph import Dense, Input, Reshape, TargetCNN
from slth_verify.verdict import Verdict

SHAPE = (3, 2, 4)


def _chooser(sign: float) -> TargetCNN:
    """Its class is 0 where the first channel's first row is bright (or dark)."""
    weight = np.zeros((2, 24), np.float32)
    weight[0, :4] = sign
    weight[1] = 1 / 24
    return TargetCNN(
        (
            Input(name="x", shape=SHAPE, low=(0,) * 3, high=(1,) * 3),
            Reshape(name="flat", sources=("x",), shape=(24,)),
            Dense(name="scores", sources=("flat",), weight=weight),
        )
    )


@pytest.fixture(scope="module")
def images() -> np.ndarray[Any, Any]:
    image = np.zeros((1, *SHAPE), np.float32)
    image[0, 1:, :, 0] = 0.75
    return image


def _verdicts(found: Any) -> list[Verdict]:
    return [result.verdict for result in found.results]


def test_forms_of_the_same_images(images: np.ndarray[Any, Any]) -> None:
    f, g = _chooser(1), _chooser(2)
    expected = _verdicts(certify_pair(f, g, images))
    for form in (
        images.reshape(1, 24),
        images.astype(np.float64),
        np.asfortranarray(images),
        images.tolist(),
        torch.from_numpy(images).requires_grad_(),
        images[:, None],
    ):
        assert _verdicts(certify_pair(f, g, form)) == expected


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.transpose(0, 2, 3, 1),  # channels last, as of many libraries
        lambda x: x.swapaxes(2, 3),
        lambda x: x.reshape(1, 6, 4),
        lambda x: x[0],
        lambda x: np.ma.MaskedArray(x, x > 0.5),
        lambda x: torch.from_numpy(x).bfloat16(),
        lambda x: x.astype(complex),
        lambda x: x > 0.5,
        lambda x: x * np.nan,
        lambda _: object(),
    ],
)
def test_other_images_are_refused(change: Any, images: np.ndarray[Any, Any]) -> None:
    with pytest.raises(InvalidParameterError, match="image"):
        certify_pair(_chooser(1), _chooser(2), change(images))


def test_by_the_number_of_entries_alone_other_images_are_certified(
    images: np.ndarray[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    f, g = _chooser(1), _chooser(0.01)
    assert _verdicts(certify_pair(f, g, images)) == [Verdict.VERIFIED]

    def lie(given: Sequence[int], shape: Sequence[int]) -> bool:
        return bool(np.prod(given) == np.prod(shape))

    monkeypatch.setattr("slth_verify.comparison.images.same_entries", lie)
    monkeypatch.setattr("slth_verify.comparison.balls.same_entries", lie)
    other = images.transpose(0, 2, 3, 1)
    assert _verdicts(certify_pair(f, g, other)) == [Verdict.REFUTED]


def test_an_image_file_ends_with_its_array(
    images: np.ndarray[Any, Any], tmp_path: Any
) -> None:
    path = tmp_path / "images.npy"
    np.save(path, images)
    assert (sv.comparison.read_images(path) == images).all()
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(InvalidParameterError, match="behind the array"):
        sv.comparison.read_images(path)


def test_a_box_beyond_floats_is_named() -> None:
    wide = _chooser(1).with_box((0, "1e400"))
    with pytest.raises(InvalidTargetError, match=r"beyond 1\.8e308"):
        sv.compare(wide, wide, eps=1)


def test_more_processes_than_any_machine_has_are_refused(
    images: np.ndarray[Any, Any],
) -> None:
    with pytest.raises(InvalidParameterError, match="workers=1000000000"):
        certify_pair(_chooser(1), _chooser(2), images, workers=10**9)
