"""A target is checked when it is made, and stays as it was made."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.errors import InvalidTargetError
from slth_verify.network import TargetCNN, weights_sha256
from slth_verify.strategies import target_networks
from slth_verify.ticket._target_file import load_target

KERNEL = np.full((2, 1, 3, 3), 0.1, np.float32)


@pytest.mark.parametrize(
    "shape",
    [
        (1, 8),
        (1, 8, 8, 8),
        (1, -5, 8),
        (1, 0, 0),
        (0, 8, 8),
        (2, 8, 8),
        (1, 2.7, 3),
        (1, "x", 3),
        (1, True, 3),
        (1, None, 3),
        (1, float("nan"), 3),
        (1, float("inf"), 3),
        (1, 1 << 40, 3),
        (1, 10**5000, 3),
        (),
        None,
        8,
        "8",
        {1: 8},
    ],
)
def test_input_shapes_are_refused_when_made(shape: object) -> None:
    with pytest.raises(InvalidTargetError, match="input_shape="):
        TargetCNN((KERNEL,), shape)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "shape", [(1, 8, 9), [1, 8, 9], np.array([1, 8, 9]), (1.0, "8", np.int64(9))]
)
def test_input_shapes_are_read_as_what_they_are(shape: object) -> None:
    target = TargetCNN((KERNEL,), shape)  # type: ignore[arg-type]
    assert target.input_shape == (1, 8, 9)
    assert all(type(side) is int for side in target.input_shape)


@given(
    st.one_of(
        st.lists(
            st.one_of(
                st.integers(-2, 10),
                st.integers(),
                st.floats(),
                st.text(max_size=3),
                st.booleans(),
                st.none(),
            ),
            max_size=4,
        ),
        st.text(max_size=6),
        st.none(),
        st.integers(),
    )
)
def test_whatever_is_accepted_the_checker_accepts(shape: object) -> None:
    try:
        target = TargetCNN((KERNEL,), shape)  # type: ignore[arg-type]
    except InvalidTargetError:
        return
    assert load_target(target).image == target.input_shape[1:]


@pytest.mark.parametrize(
    ("kernels", "word"),
    [
        (None, "kernels="),
        (3, "kernels="),
        ((None,), "dtype=object"),
        ((torch.ones(2, 1, 3, 3, dtype=torch.bfloat16),), "numpy array"),
        ((KERNEL.astype(np.float64),), "float32"),
        ((KERNEL.astype(">f4"),), ">f4"),
        ((KERNEL.astype(np.int32),), "float32"),
        ((np.ma.masked_array(KERNEL, mask=KERNEL > 0),), "mask"),
        ((np.zeros((0, 1, 3, 3), np.float32),), "shape"),
        ((np.zeros((2, 1, 0, 0), np.float32),), "shape"),
        ((np.zeros((1, 1, 1, 5000), np.float32),), "square"),
        ((np.zeros((1, 1, 5000, 5000), np.float32),), "4096"),
        ((np.zeros((1, 1, 1, 1), np.float32),) * 1001, "1000 layers"),
        (KERNEL, "shape"),
    ],
)
def test_kernels_are_refused_when_made(kernels: object, word: str) -> None:
    with pytest.raises(InvalidTargetError, match=word):
        TargetCNN(kernels, (1, 8, 8))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"name": None}, "name="),
        ({"name": b"net"}, "name="),
        ({"name": "x" * 1001}, "1000 characters"),
        ({"name": "\ud800"}, "surrogates"),
        ({"readout": "mean"}, "readout="),
        ({"readout": None}, "readout="),
        ({"readout": ["none"]}, "readout="),
    ],
)
def test_labels_are_refused_when_made(fields: dict[str, object], word: str) -> None:
    with pytest.raises(InvalidTargetError, match=word):
        TargetCNN((KERNEL,), (1, 8, 8), **fields)  # type: ignore[arg-type]


def test_a_target_cannot_be_changed() -> None:
    source = KERNEL.copy()
    target = TargetCNN((source,), (1, 8, 8))
    digest, norms = target.sha256, target.norms
    source[:] = 9
    assert target.kernels[0].tobytes() == KERNEL.tobytes()
    for change in (
        lambda: target.kernels[0].__setitem__(0, 1),
        lambda: target.kernels[0].setflags(write=True),
        lambda: target.kernels[0].base.setflags(write=True),  # type: ignore[union-attr]
    ):
        with pytest.raises(ValueError, match=r"read-only|WRITEABLE"):
            change()
    with pytest.raises(dataclasses.FrozenInstanceError):
        target.name = "other"  # type: ignore[misc]
    assert weights_sha256(target.kernels) == digest == target.sha256
    assert target.norms == norms


@pytest.mark.parametrize(
    "twin",
    [copy.copy, copy.deepcopy, lambda target: pickle.loads(pickle.dumps(target))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_are_as_unchangeable(twin: Callable[[TargetCNN], TargetCNN]) -> None:
    target = TargetCNN((KERNEL,), (1, 8, 8), "net", "global-average")
    again = twin(target)
    assert again.description() == target.description()
    assert again.sha256 == target.sha256
    with pytest.raises(ValueError, match="read-only"):
        again.kernels[0][0] = 1


def test_modules_made_from_a_target_do_not_share_its_memory() -> None:
    target = TargetCNN((KERNEL,), (1, 8, 8))
    module = target.to_torch()
    with torch.no_grad():
        module[0].weight.zero_()
    assert target.kernels[0].all()


@given(target_networks(max_depth=2))
def test_norms_are_exact(target: TargetCNN) -> None:
    for kernel, norm in zip(target.kernels, target.norms, strict=True):
        assert norm == sum(map(abs, map(Fraction, kernel.ravel().tolist())))
