"""Rows bounded jointly: what is too much is left as it was, and no work is in vain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from handmade.forms.cases import moved
from handmade.forms.graphs import DEEP

from slth_verify.forms import Differences, box_of
from slth_verify.forms.backward.known import Known
from slth_verify.forms.joint import joint_rows


@pytest.fixture
def deep(network_pair: Any) -> Differences:
    """Two networks with rectifiers between stages, over the graph's box."""
    graph = DEEP["relu"]
    return Differences.over(network_pair(graph, moved(graph)), box_of(graph.input))


def rows_of(known: Known) -> joint_rows.JointRows:
    name = known.pair.output.name
    gap = np.ones((*known.pair.shapes[name], 1))
    return joint_rows.JointRows(known, name, None, gap)


def test_rows_of_too_many_symbols_have_no_joint_bound(
    deep: Differences, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, gap = deep.known, deep.gap()
    rows, name = rows_of(known), known.pair.output.name
    symbols = len(rows.reached(0).linear)
    monkeypatch.setattr(joint_rows, "_MOST_SYMBOLS", symbols)
    assert rows.attained_and_upper(0)[0] <= rows.upper(0) < np.inf
    monkeypatch.setattr(joint_rows, "_MOST_SYMBOLS", symbols - 1)
    assert rows.attained_and_upper(0) == (-np.inf, np.inf)
    monkeypatch.setattr(joint_rows, "_MOST_SYMBOLS", 0)
    left = joint_rows.worst_sharpened(known, name, gap)
    np.testing.assert_array_equal(left.low, gap.low)
    np.testing.assert_array_equal(left.high, gap.high)
    assert np.isinf(deep.joint_upper(None, np.ones((*gap.low.shape, 1)))).all()


def test_numbers_beyond_floats_prove_nothing_and_warn_of_nothing(
    deep: Differences,
) -> None:
    rows = rows_of(deep.known)
    rows.rows.constant[:] = np.inf
    for columns in rows.rows.columns.values():
        columns[:] = np.inf
    with np.errstate(all="raise"):
        assert rows.upper(0) == np.inf
