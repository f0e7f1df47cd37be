"""Targets of a report, their seeds, and reading held-out images."""

from __future__ import annotations

import numpy as np
import pytest
from handmade.kernel_targets import kernels_of
from safetensors.numpy import save_file

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN
from slth_verify.report.collect.classify import accuracy, accuracy_finding, classify
from slth_verify.report.collect.passes.inputs import (
    corner_images,
    extreme_images,
    uniform_images,
)
from slth_verify.report.collect.passes.rounding import Rounded
from slth_verify.report.collect.targets import (
    HeldOut,
    Subject,
    dense_subject,
    derived_seed,
    digits_subject,
    generated_subjects,
    read_held_out,
)
from slth_verify.verdict import Verdict


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


def _labelled(*labels):
    images = np.zeros((len(labels), 2, 2), dtype=np.uint8)
    return HeldOut(images, np.array(labels))


def _maps(*means, rounding=0.0):
    maps = np.array([[np.full((2, 2), mean) for mean in row] for row in means])
    return Rounded(maps, np.full_like(maps, rounding))


def test_ties_are_uncertain():
    classes = classify(_maps((0.5, 0.5), (0.5, 0.25)))
    assert classes.certain.tolist() == [False, True]
    labels = _labelled(0, 0)
    scored = accuracy(labels, classes, classes, 0)
    assert (scored.target_correct.lower, scored.target_correct.upper) == ("1", "2")
    assert accuracy_finding(scored, "0.5").verdict is Verdict.INCONCLUSIVE


def test_rounding_makes_answers_uncertain():
    maps = _maps((0.5, 0.25), (0.5, 0.49), rounding=0.01)
    assert classify(maps).certain.tolist() == [True, False]
    vectors = Rounded(maps.values.mean(axis=(2, 3)), maps.errors.mean(axis=(2, 3)))
    assert classify(vectors).certain.tolist() == [True, False]


def test_worse_classification_is_refuted():
    good = classify(_maps((1, 0), (1, 0), (0, 1)))
    bad = classify(_maps((1, 0), (0, 1), (1, 0)))
    labels = _labelled(0, 0, 1)
    scored = accuracy(labels, good, bad, 0)
    assert accuracy_finding(scored, "0.5").verdict is Verdict.REFUTED
    assert accuracy_finding(scored, "70").verdict is Verdict.VERIFIED
    assert accuracy_finding(accuracy(labels, good, good, 0), "0.5").verdict is (
        Verdict.VERIFIED
    )


def test_certified_classes_need_a_wide_gap():
    classes = classify(_maps((1, 0), (0.5, 0.25)))
    for error, count in ((0.125, "1"), (0.1, "2"), (0.5, "0")):
        found = accuracy(_labelled(0, 0), classes, classes, error)
        assert found.certified_same_class.lower == count
