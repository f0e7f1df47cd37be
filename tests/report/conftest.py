"""One small report for the whole room: a classifier, a generated and a dense target."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest

from slth_verify.graph import (
    Convolution,
    Dense,
    Input,
    MaxPool,
    Rectifier,
    Reshape,
    TargetCNN,
)
from slth_verify.report import Profile, Report, to_document
from slth_verify.report.collect.run import report_on
from slth_verify.report.collect.targets.generated import (
    dense_subject,
    generated_subjects,
)
from slth_verify.report.collect.targets.subject import HeldOut, Subject, derived_seed
from slth_verify.report.page import parts

CHARTS = (
    *("bracket_chart", "error_chart", "ladder_chart", "law_chart", "share_chart"),
    *("mask_chart", "stage_chart", "whole_mask_chart"),
    *("success_chart", "ratio_chart"),
)

_DRAWN: dict[str, str] = {}


@pytest.fixture(autouse=True)
def charts_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chart of the same figures is drawn once for all tests; a report draws its own.

    Most tests change a figure or two of a document and render the whole page again.
    """
    for name in CHARTS:
        monkeypatch.setattr(parts, name, partial(_drawn, getattr(parts, name)))


def _drawn(draw: Callable[..., str], *arguments: Any) -> str:
    key = json.dumps([draw.__name__, *arguments], sort_keys=True)
    if key not in _DRAWN:
        _DRAWN[key] = draw(*arguments)
    return _DRAWN[key]


class Made(NamedTuple):
    """A report, its document and where it was written."""

    report: Report
    document: dict[str, Any]
    folder: Any
    progress: list[tuple[str, int, int]]


def classifier(seed: int) -> Subject:
    """Three classes, told apart by which of three pixels' columns is bright."""
    kernel = np.zeros((3, 1, 3, 3), dtype=np.float32)
    kernel[0, 0, 1, 0] = kernel[1, 0, 1, 1] = kernel[2, 0, 1, 2] = 0.5
    kernel[:, 0, 0, 1] = (0.0, 0.25, -0.25)
    target = TargetCNN.from_kernels((kernel,), (1, 3, 3), name="classes")
    rng = np.random.default_rng(5)
    images = rng.integers(0, 17, (12, 3, 3)).astype(np.uint8)
    labels = rng.integers(0, 3, 12)
    held_out = HeldOut(images, labels)
    own = derived_seed(seed, "classes")
    return Subject(target, "trained", "Three classes.", own, held_out)


def make(folder: Any, seed: int) -> Made:
    """A report on three tiny targets."""
    profile = Profile(
        name="tiny",
        uniform_inputs=6,
        corner_inputs=6,
        samples=3,
        local_images=4,
        certified_dimension=1,
        law_dimension=18,
        law_repeats=2,
        success_trials=2,
        stored_answers=5,
    )
    subjects = (
        classifier(seed),
        generated_subjects(seed, 1)[0],
        dense_subject(seed),
    )
    calls: list[tuple[str, int, int]] = []
    report = report_on(
        subjects,
        profile,
        folder,
        seed=seed,
        progress=lambda stage, done, total: calls.append((stage, done, total)),
    )
    return Made(report, to_document(report), folder, calls)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The report of seed 0."""
    return make(tmp_path_factory.mktemp("report"), 0)


@pytest.fixture(scope="session")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The same with another seed."""
    return make(tmp_path_factory.mktemp("again"), 1)


@pytest.fixture
def document(made: Made) -> dict[str, Any]:
    """A copy of the document, free to be changed."""
    return copy.deepcopy(made.document)


@pytest.fixture(scope="session")
def graph_subject() -> Subject:
    """A target graph of a few weights, with what the paper's class lacks."""
    rng = np.random.default_rng(3)

    def weights(*shape: int) -> Any:
        return rng.uniform(0.25, 1, shape).astype(np.float32)

    graph = TargetCNN(
        (
            Input(name="image", shape=(1, 4, 4), low=(0,), high=(1,)),
            Convolution(
                name="conv",
                sources=("image",),
                weight=weights(2, 1, 1, 1),
                bias=-weights(2) / 4,
            ),
            Rectifier(name="relu", sources=("conv",)),
            MaxPool(name="pool", sources=("relu",), window=(2, 2), stride=(2, 2)),
            Reshape(name="flat", sources=("pool",), shape=(8,)),
            Dense(
                name="dense", sources=("flat",), weight=weights(3, 8), bias=weights(3)
            ),
        ),
        "toy graph",
    )
    images = rng.integers(0, 17, (8, 4, 4)).astype(np.uint8)
    held_out = HeldOut(images, rng.integers(0, 3, 8))
    description = "A toy with biases."
    return Subject(graph, "trained", description, 7, held_out, eps=Fraction(1, 10))


@pytest.fixture(scope="session")
def graph_made(
    graph_subject: Subject, tmp_path_factory: pytest.TempPathFactory
) -> Made:
    """A report on that graph alone."""
    folder = tmp_path_factory.mktemp("graph")
    profile = Profile(
        name="tiny",
        law_dimension=0,
        certified_dimension=0,
        success_trials=0,
        stored_answers=0,
    )
    report = report_on((graph_subject,), profile, folder, seed=0)
    return Made(report, to_document(report), folder, [])


@pytest.fixture
def graph_document(graph_made: Made) -> dict[str, Any]:
    """A copy of its document, free to be changed."""
    return copy.deepcopy(graph_made.document)
