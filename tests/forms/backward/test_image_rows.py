"""The image is the same for both networks: a form in its difference alone is 0."""

from __future__ import annotations

import numpy as np

from slth_verify.forms.backward.substitution import upper_bounds
from slth_verify.forms.differences import Differences, box_of
from slth_verify.forms.pairs import NetworkPair
from slth_verify.graph import Input


def test_differences_of_the_image_are_zero() -> None:
    image = Input(name="x", shape=(1, 2, 2), low=(-1,), high=(3,))
    pair = NetworkPair.from_stages((image,), {})
    known = Differences.over(pair, box_of(image)).known
    rows = np.arange(12.0).reshape(1, 2, 2, 3) - 5
    assert np.abs(upper_bounds(known, "x", None, rows)).max() < 1e-200
    found = upper_bounds(known, "x", rows, None)
    truth = (np.maximum(3 * rows, -rows)).sum((0, 1, 2))
    assert (found >= truth).all()
    assert (found <= truth + 1e-9).all()
