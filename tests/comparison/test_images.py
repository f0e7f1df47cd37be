"""Image files: arrays, with exact scales, and nothing that runs code."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from slth_verify.comparison import read_images
from slth_verify.comparison.images import given_images
from slth_verify.errors import InvalidParameterError, UnusableFileError


def test_arrays_are_read_and_scaled(tmp_path: Path) -> None:
    grey = np.arange(8, dtype=np.uint8).reshape(2, 2, 2)
    np.save(tmp_path / "grey.npy", grey)
    save_file({"images": grey, "labels": grey}, tmp_path / "grey.safetensors")
    for name in ("grey.npy", "grey.safetensors"):
        assert np.array_equal(read_images(tmp_path / name), grey)
        scaled = read_images(tmp_path / name, Fraction(1, 255))
        assert scaled[1, 1, 1] == Fraction(7, 255)


@pytest.mark.parametrize(
    "name", ["pickle.npy", "one.npy", "text.npy", "two.safetensors"]
)
def test_other_files_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "pickle.npy":
        np.save(path, np.array([{"a": 1}]), allow_pickle=True)
    elif name == "one.npy":
        np.save(path, np.ones(3))
    elif name == "two.safetensors":
        save_file({"a": np.ones((1, 2)), "b": np.ones((1, 2))}, path)
    else:
        path.write_text("no array")
    with pytest.raises(InvalidParameterError, match="IMAGES"):
        read_images(path)


def test_pipes_are_never_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.npy"
    os.mkfifo(path)
    with pytest.raises(UnusableFileError):
        read_images(path)


def test_a_scale_of_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    np.save(path, np.ones((1, 2)))
    with pytest.raises(InvalidParameterError, match=r"^scale=0: every image"):
        read_images(path, Fraction(0))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_image_that_is_not_finite_is_named(value: float) -> None:
    images = np.zeros((3, 2))
    images[1, 1] = value
    with pytest.raises(InvalidParameterError, match=r"^images\[1\] holds NaN or inf"):
        given_images(images, (2,))
    images[1, 1] = 0
    assert np.array_equal(given_images(images.tolist(), (2,)), images)


def test_numbers_of_more_than_64_bits_are_named() -> None:
    with pytest.raises(InvalidParameterError, match="at most 64 bits"):
        given_images(np.zeros((1, 2), np.longdouble), (2,))
