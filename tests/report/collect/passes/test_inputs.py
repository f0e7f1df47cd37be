"""Images for forward passes lie in the box and excite what they should."""

from __future__ import annotations

import numpy as np
import pytest

from slth_verify.report.collect.passes.inputs import (
    corner_images,
    extreme_images,
    uniform_images,
)


def test_inputs_lie_in_the_box():
    shape = (2, 4, 3)
    pattern = np.random.default_rng(0).standard_normal((3, 3, 2, 5))
    for images in (
        uniform_images(5, shape, 1),
        corner_images(5, shape, 1),
        extreme_images(shape, (pattern,)),
    ):
        assert images.shape[1:] == shape
        assert np.abs(images).max() <= 1
    assert len(extreme_images(shape, (pattern,))) == 5 + 4 * 5
    assert set(np.unique(corner_images(5, shape, 1))) <= {-1.0, 0.0, 1.0}


def test_repeated_window_is_centred():
    """The window's sum of moduli is attained at an inner pixel."""
    kernel = np.random.default_rng(1).standard_normal((3, 3, 1, 1))
    image = extreme_images((1, 5, 5), (kernel,))[5, 0]
    sums = [
        (kernel[:, :, 0, 0] * image[y - 1 : y + 2, x - 1 : x + 2]).sum()
        for y in range(1, 4)
        for x in range(1, 4)
    ]
    assert max(sums) == pytest.approx(np.abs(kernel).sum(), rel=1e-12)
