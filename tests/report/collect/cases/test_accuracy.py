"""Classes and accuracies: what rounding leaves open is never claimed."""

from __future__ import annotations

import numpy as np

from slth_verify.report.collect.cases.accuracy import (
    accuracy,
    accuracy_finding,
    classify,
)
from slth_verify.report.collect.passes.rounding import Rounded
from slth_verify.report.collect.targets.subject import HeldOut
from slth_verify.verdict import Verdict


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
