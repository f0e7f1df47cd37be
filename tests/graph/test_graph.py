"""Graphs: what is read, what is refused, and what is of the paper's class."""

import copy
import pickle
import time
from fractions import Fraction

import numpy as np
import pytest

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Concat,
    Convolution,
    Crop,
    Dense,
    Input,
    MaxPool,
    Node,
    Pad,
    Permute,
    Rectifier,
    Reshape,
    Sum,
    TargetCNN,
)

F = Fraction


def ones(*shape: int) -> np.ndarray:
    return np.ones(shape, np.float32)


def image(*shape: int, low=0, high=1) -> Input:
    return Input(
        name="image", shape=shape, low=(low,) * shape[0], high=(high,) * shape[0]
    )


def after(kind: type[Node], *sources: str, **fields: object) -> Node:
    return kind(name="node", sources=sources or ("image",), **fields)


def norm(**changed: object) -> dict[str, object]:
    fields = dict.fromkeys(("scale", "shift", "mean", "variance"), ones(4))
    return {**fields, "epsilon": "1e-5", **changed}


#: Node after an image (4, 6, 7), and the shape of its tensor.
SHAPES = [
    (after(Convolution, weight=ones(5, 4, 3, 2)), (5, 4, 6)),
    (after(Convolution, weight=ones(8, 1, 3, 3), groups=4), (8, 4, 5)),
    (after(Convolution, weight=ones(1, 4, 3, 3), stride=(2, 3)), (1, 2, 2)),
    (after(Convolution, weight=ones(1, 4, 3, 3), dilation=(2, 3)), (1, 2, 1)),
    (after(Convolution, weight=ones(1, 4, 3, 3), padding=(1, 2, 0, 3)), (1, 7, 8)),
    (after(BatchNorm, **norm()), (4, 6, 7)),
    (after(Rectifier), (4, 6, 7)),
    (after(Rectifier, slopes=(0, F(1, 4), 1, F(1, 8))), (4, 6, 7)),
    (after(Clip, low=0, high=6), (4, 6, 7)),
    (after(MaxPool, window=(2, 3), stride=(2, 2)), (4, 3, 3)),
    (after(MaxPool, window=(2, 2), stride=(2, 2), padding=(0, 0, 0, 1)), (4, 3, 4)),
    (after(AveragePool, window=(6, 7), stride=(1, 1)), (4, 1, 1)),
    (after(Reshape, shape=(168,)), (168,)),
    (after(Permute, axes=(2, 0, 1)), (7, 4, 6)),
    (after(Crop, starts=(1, 0, 2), stops=(3, 6, 3)), (2, 6, 1)),
    (after(Pad, padding=(1, 0, 2, 3)), (4, 7, 12)),
    (after(Pad, padding=(5, 0, 0, 6), padding_mode="reflect"), (4, 11, 13)),
    (after(Concat, "image", "image"), (8, 6, 7)),
    (after(Sum, "image", "image", "image"), (4, 6, 7)),
]


@pytest.mark.parametrize(("node", "shape"), SHAPES)
def test_shapes(node, shape) -> None:
    graph = TargetCNN((image(4, 6, 7), node))
    assert graph.output_shape == graph.shape("node") == shape
    again = pickle.loads(pickle.dumps(graph))
    assert again.output_shape == shape
    assert copy.deepcopy(graph).output.name == "node"


MISFITS = {
    "channels": after(Convolution, weight=ones(1, 3, 3, 3)),
    "groups": after(Convolution, weight=ones(3, 2, 3, 3), groups=2),
    "larger than the image": after(Convolution, weight=ones(1, 4, 9, 9)),
    "bias of shape": after(Convolution, weight=ones(2, 4, 1, 1), bias=ones(3)),
    "too wide": after(
        Convolution,
        weight=ones(1, 4, 3, 3),
        padding=(6, 0, 0, 0),
        padding_mode="reflect",
    ),
    "Flatten": after(Dense, weight=ones(3, 168)),
    "mean of shape": after(BatchNorm, **norm(mean=ones(2))),
    "negative variance": after(BatchNorm, **norm(variance=-ones(4))),
    "positive": after(BatchNorm, **norm(epsilon=0)),
    "slopes do not fit": after(Rectifier, slopes=(0, 1)),
    "slopes from 0 to 1": after(Rectifier, slopes=(2,)),
    "below high": after(Clip, low=6, high=6),
    "meets no entry": after(
        MaxPool, window=(2, 2), stride=(1, 1), padding=(2, 0, 0, 0)
    ),
    "different numbers": after(Reshape, shape=(167,)),
    "not those of": after(Permute, axes=(0, 1)),
    "leave nothing": after(Crop, starts=(0, 0, 0), stops=(4, 6, 8)),
    "before it": after(Sum, "image", "elsewhere"),
    "one source": after(Rectifier, "image", "image"),
    "dtype": after(Convolution, weight=np.ones((1, 4, 1, 1), np.float16)),
    "NaN": after(Convolution, weight=ones(1, 4, 1, 1) * np.nan),
    "integers are required": after(MaxPool, window=(2,), stride=(1, 1)),
    "no node": "a text",
    "from_kernels": ones(2, 4, 3, 3),
    "more than 16 integers": after(Reshape, shape=(1,) * 17),
    "4 axes": after(Convolution, weight=ones(1, 4)),
    "2 axes": after(Dense, weight=ones(1, 4, 1, 1)),
    "more than 1000 sources": after(Sum, *["image"] * 1001),
    "two nodes": Rectifier(name="image", sources=("image",)),
    "no other": image(4, 6, 7),
}


@pytest.mark.parametrize("reason", MISFITS)
def test_misfits_are_refused_in_words(reason) -> None:
    with pytest.raises(InvalidTargetError, match=reason):
        TargetCNN((image(4, 6, 7), MISFITS[reason]))


@pytest.mark.parametrize("name", [5, None, "x" * 1001, "\ud800", np.zeros(2)])
def test_names_that_are_no_labels_are_refused(name) -> None:
    with pytest.raises(InvalidTargetError, match="name"):
        TargetCNN((image(1, 1, 1),), name=name)
    assert TargetCNN((image(1, 1, 1),), name="").name == ""


def test_tensors_that_double_in_each_node_are_refused() -> None:
    nodes = [Concat(name=f"{i}", sources=(f"{i - 1}",) * 1000) for i in range(1, 1000)]
    first = Input(name="0", shape=(1, 1, 1), low=(F(0),), high=(F(1),))
    with pytest.raises(InvalidTargetError, match="entries"):
        TargetCNN((first, *nodes))


def test_wide_pools_are_judged_in_bounded_time() -> None:
    """A chain of the widest windows and paddings that are read."""
    pools = [
        MaxPool(
            name=f"{i}",
            sources=(f"{i - 1}",),
            window=(4097, 4097),
            stride=(1, 1),
            padding=(4096, 4096, 4096, 4096),
        )
        for i in range(1, 60)
    ]
    first = Input(name="0", shape=(1, 1, 1), low=(F(0),), high=(F(1),))
    began = time.process_time()
    TargetCNN((first, *pools))
    assert time.process_time() - began < 20


def test_windows_of_pools_meet_the_image() -> None:
    """Every place is looked at, by counting what lies inside."""
    rng = np.random.default_rng(3)
    seen = set()
    for _ in range(400):
        side, window = (int(x) for x in rng.integers(1, 6, 2))
        step, apart = (int(x) for x in rng.integers(1, 4, 2))
        before, behind = (int(x) for x in rng.integers(0, 5, 2))
        starts = np.arange(-before, side + behind - apart * (window - 1), step)
        entries = starts[:, None] + apart * np.arange(window)
        meets = bool(starts.size) and ((entries >= 0) & (entries < side)).any(1).all()
        node = after(
            MaxPool,
            window=(window, 1),
            stride=(step, 1),
            dilation=(apart, 1),
            padding=(before, behind, 0, 0),
        )
        try:
            graph = TargetCNN((image(1, side, 1), node))
        except InvalidTargetError:
            assert not meets
        else:
            assert meets
            assert graph.output_shape == (1, len(starts), 1)
        seen.add(bool(meets))
    assert seen == {True, False}


def test_weights_are_copied_and_cannot_be_written_to() -> None:
    weight = ones(1, 4, 1, 1)
    graph = TargetCNN((image(4, 6, 7), after(Convolution, weight=weight)))
    weight[:] = 7
    kept = graph.node("node").weight
    assert (kept == 1).all()
    with pytest.raises(ValueError, match="read-only"):
        kept[:] = 2
    with pytest.raises(ValueError, match="WRITEABLE"):
        kept.flags.writeable = True


def test_nodes_that_lead_nowhere_are_refused() -> None:
    relu = Rectifier(name="relu", sources=("image",))
    dead = Rectifier(name="dead", sources=("image",))
    with pytest.raises(InvalidTargetError, match="'dead' leads nowhere"):
        TargetCNN((image(4, 6, 7), dead, relu))
    with pytest.raises(InvalidTargetError, match="first node"):
        TargetCNN((relu,))
    with pytest.raises(InvalidTargetError, match="nodes"):
        TargetCNN(())


def conv(**changed: object) -> Convolution:
    fields = {"weight": ones(2, 4, 3, 3), "padding": (1, 1, 1, 1), **changed}
    return Convolution(name="conv", sources=("image",), **fields)


OUTSIDE = {
    "bias": conv(bias=ones(2)),
    "not square": conv(weight=ones(2, 4, 3, 1), padding=(1, 1, 0, 0)),
    "stride": conv(stride=(2, 1)),
    "dilation": conv(dilation=(1, 2)),
    "groups": conv(weight=ones(2, 2, 3, 3), groups=2),
    "mode 'circular'": conv(padding_mode="circular"),
    "keep the size": conv(padding=(0, 0, 0, 0)),
}


def signed() -> Input:
    return image(4, 6, 7, low=-1)


@pytest.mark.parametrize("reason", OUTSIDE)
def test_what_leaves_the_papers_class(reason) -> None:
    relu = Rectifier(name="relu", sources=("conv",))
    graph = TargetCNN((signed(), OUTSIDE[reason], relu))
    assert not graph.in_papers_class
    assert reason in graph.outside_papers_class


def test_the_papers_class() -> None:
    relu = Rectifier(name="relu", sources=("conv",))
    assert TargetCNN((signed(), conv(), relu)).in_papers_class
    assert TargetCNN((signed(), conv(bias=0 * ones(2)), relu)).in_papers_class
    even = conv(weight=ones(2, 4, 2, 2), padding=(0, 1, 0, 1))
    assert TargetCNN((signed(), even, relu)).in_papers_class
    assert "no ReLU" in TargetCNN((signed(), conv())).outside_papers_class
    assert "box" in TargetCNN((image(4, 6, 7), conv(), relu)).outside_papers_class
    leaky = Rectifier(name="relu", sources=("conv",), slopes=(F(1, 100),))
    assert "ReLU" in TargetCNN((signed(), conv(), leaky)).outside_papers_class
    twice = Sum(name="sum", sources=("relu", "relu"))
    assert TargetCNN((signed(), conv(), relu, twice)).outside_papers_class
