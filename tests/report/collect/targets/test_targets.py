"""Targets of a report, their seeds, and reading held-out images."""

from __future__ import annotations

import numpy as np
import pytest
from handmade.kernel_targets import kernels_of
from safetensors.numpy import save_file

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN
from slth_verify.report.collect.targets.generated import (
    dense_subject,
    generated_subjects,
)
from slth_verify.report.collect.targets.subject import Subject, derived_seed
from slth_verify.report.collect.targets.trained import digits_subject, read_held_out


def test_derived_seed_is_the_documented_one():
    import hashlib

    digest = hashlib.sha256(b"slth-report/7/digits").digest()
    assert derived_seed(7, "digits") == int.from_bytes(digest[:8], "big")
    assert derived_seed(7, "digits") != derived_seed(8, "digits")


def test_generated_targets_are_awkward_and_named_apart():
    subjects = generated_subjects(0, 14)
    names = [subject.target.name for subject in subjects]
    assert len(set(names)) == 14
    by_name = {subject.target.name: subject.target for subject in subjects}
    kernels = {name: kernels_of(target) for name, target in by_name.items()}
    assert {kernel.shape[2] for kernel in kernels["pointwise"]} == {1}
    assert np.count_nonzero(kernels["one-hot"][0].any(axis=(0, 2, 3))) == 1
    first, second = kernels["equal-kernels"][0]
    assert np.array_equal(first, second)
    assert not kernels["zero-filter"][0][1].any()
    small = np.abs(kernels["subnormal"][0])
    assert 0 < small.min() <= small.max() < np.finfo(np.float32).smallest_normal
    norms = [float(np.abs(kernel).sum()) for kernel in kernels["ill-scaled"]]
    assert max(norms) > 1000
    assert min(norms) < 1 / 1000
    assert all(target.in_papers_class for target in by_name.values())


@pytest.mark.parametrize(
    ("name", "stem"),
    [("digits", "digits"), ("../x/..", "x"), ("a b.c", "a-b-c"), ("/", "target")],
)
def test_names_become_harmless_file_names(name, stem):
    target = TargetCNN.from_kernels(
        (np.ones((1, 1, 1, 1), np.float32),), (1, 1, 1), name=name
    )
    assert Subject(target, "generated", "", 0).stem == stem


def test_weights_follow_the_seed():
    first, second = generated_subjects(0, 6), generated_subjects(1, 6)
    same = generated_subjects(0, 3)
    for one, other in zip(first[:5], second[:5], strict=True):
        assert one.target.sha256 != other.target.sha256
    for one, other in zip(first, same, strict=False):
        assert one.target.sha256 == other.target.sha256
        assert one.seed == other.seed
    assert dense_subject(0).dense


def test_shipped_digits_are_read():
    subject = digits_subject(0)
    assert subject.held_out is not None
    assert subject.held_out.inputs.shape[1:] == subject.target.input.shape
    assert subject.held_out.inputs.min() >= 0
    assert subject.held_out.inputs.max() <= 1


@pytest.mark.parametrize(
    "tensors",
    [
        {"labels": np.zeros(2, np.uint8)},
        {"images": np.zeros((2, 8, 8), np.float32), "labels": np.zeros(2, np.uint8)},
        {"images": np.full((2, 8, 8), 17, np.uint8), "labels": np.zeros(2, np.uint8)},
        {"images": np.zeros((2, 8, 8), np.uint8), "labels": np.zeros(3, np.uint8)},
    ],
)
def test_bad_held_out_files_are_refused(tmp_path, tensors):
    path = tmp_path / "x.safetensors"
    save_file(tensors, path)
    with pytest.raises(InvalidTargetError, match=r"labelled images|are required"):
        read_held_out(path)


def test_missing_held_out_file(tmp_path):
    with pytest.raises(InvalidTargetError, match="labelled images"):
        read_held_out(tmp_path / "none")
