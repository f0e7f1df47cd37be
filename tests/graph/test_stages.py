"""Affine stages: which nodes they are, and their numbers with batch norms folded in."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given

from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph import (
    BatchNorm,
    Convolution,
    Dense,
    Input,
    Node,
    Rectifier,
    Reshape,
    Sum,
    TargetCNN,
    values,
)
from slth_verify.graph.stages import Stage, require_stages, staged, stages_of
from slth_verify.strategies import target_graphs

F = Fraction
RNG = np.random.default_rng(3)

STAGED = target_graphs(max_side=3, kinds={"convolution", "dense", "batch-norm", "sum"})


def image(*shape: int) -> Input:
    return Input(name="image", shape=shape, low=(-1,) * shape[0], high=(1,) * shape[0])


def dense(name: str, source: str, size: int = 1) -> Dense:
    return Dense(name=name, sources=(source,), weight=np.ones((size, size), np.float32))


def norm(name: str, source: str, *scales: float, variance: float = 1) -> BatchNorm:
    scale = np.array(scales or (1,), np.float32)
    return BatchNorm(
        name=name,
        sources=(source,),
        scale=scale,
        shift=np.full(len(scale), 0.5, np.float32),
        mean=np.full(len(scale), 2, np.float32),
        variance=np.full(len(scale), variance, np.float32),
        epsilon=F(1, 2),
    )


def graph_of(*nodes: Node) -> TargetCNN:
    return TargetCNN((image(1), *nodes))


def found(graph: TargetCNN) -> list[tuple[int, str, str, tuple[str, ...]]]:
    return [(s.number, s.name, s.output, s.sources) for s in stages_of(graph)]


def test_a_batch_norm_belongs_to_its_only_source() -> None:
    graph = graph_of(
        norm("first", "image"),
        dense("a", "first"),
        norm("b", "a"),
        norm("c", "b"),
        Rectifier(name="d", sources=("c",)),
        norm("e", "d"),
        dense("f", "e"),
    )
    assert found(graph) == [
        (1, "first", "first", ("image",)),
        (2, "a", "b", ("first",)),
        (3, "c", "c", ("a",)),
        (4, "e", "e", ("d",)),
        (5, "f", "f", ("e",)),
    ]
    assert [stage.has_bias for stage in stages_of(graph)] == [True] * 4 + [False]
    assert [node.name for node in staged(graph)] == [
        *("image", "first", "a", "c", "d", "e", "f")
    ]


@pytest.mark.parametrize("twice", [False, True])
def test_a_batch_norm_with_company_is_a_stage_of_its_own(twice: bool) -> None:
    """Another node takes the layer's tensor, once or twice."""
    nodes = [dense("a", "image"), norm("b", "a")]
    sources = ("b", "a", "a") if twice else ("b", "a")
    graph = graph_of(*nodes, Sum(name="c", sources=sources), dense("d", "c"))
    assert [name for _, name, _, _ in found(graph)] == ["a", "b", "d"]


def test_an_output_is_folded_and_who_follows_takes_the_stage() -> None:
    graph = graph_of(dense("a", "image"), norm("b", "a"))
    assert found(graph) == [(1, "a", "b", ("image",))]
    assert staged(graph)[-1].name == "a"


def test_shapes_of_filters() -> None:
    weight = RNG.standard_normal((6, 2, 3, 2)).astype(np.float32)
    layer = Convolution(
        name="conv",
        sources=("image",),
        weight=weight,
        bias=np.zeros(6, np.float32),
        groups=3,
    )
    (stage,) = stages_of(TargetCNN((image(6, 4, 4), layer)))
    assert stage.has_bias  # zeros are a bias
    assert (stage.channels, stage.inputs) == (6, 7)
    assert [stage.kernel_shape(k) for k in (0, 5, 6)] == [(3, 2, 2)] * 2 + [(1, 1, 6)]


def test_a_batch_norm_of_any_tensor_has_a_group_for_each_channel() -> None:
    for shape in ((3,), (3, 4), (3, 2, 2, 1)):
        start = (
            image(12) if shape == (3, 4) else image(*([3] if shape == (3,) else [12]))
        )
        nodes: tuple[Node, ...] = (start,)
        if shape != (3,):
            nodes += (Reshape(name="r", sources=("image",), shape=shape),)
        graph = TargetCNN((*nodes, norm("n", nodes[-1].name, 1, -2, 3)))
        (stage,) = stages_of(graph)
        assert stage.shape == (3, 1, int(np.prod(shape[1:])))
        assert stage.layer.groups == stage.inputs - 1 == 3


@given(STAGED)
def test_stages_compute_what_their_nodes_do(graph: TargetCNN) -> None:
    """In floats, with the middle of a stage's numbers."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 2, (2, *graph.input.shape)).astype(float)
    tensors = {graph.input.name: images}
    scale = 1.0
    for node in staged(graph)[1:]:
        if not isinstance(node, Stage):
            tensors[node.name] = sum(tensors[name] for name in node.sources)  # type: ignore[assignment]
            continue
        kernel = node.kernel()
        assert np.all(kernel.least <= kernel.most)
        assert np.all(kernel.bias_least <= kernel.bias_most)
        unit = 1 << kernel.bits
        weight, bias = (
            np.asarray(part / unit, float) for part in (kernel.least, kernel.bias_least)
        )
        source = tensors[node.sources[0]]
        made = node.applied(weight, source)
        tensors[node.name] = made + bias.reshape(-1, *(1,) * (made.ndim - 2))
        sizes = node.applied(np.abs(weight), np.abs(source)).max() + np.abs(bias).max()
        scale = max(scale, sizes)
        assert made.shape[1:] == graph.shape(node.output)
    if not np.isfinite(scale) or scale > 1e100:
        return
    last = tensors[staged(graph)[-1].name]
    assert np.allclose(last, values(graph, images), rtol=1e-6, atol=1e-6 * scale**2)


@pytest.mark.parametrize("variance", [0.5, 1, 3.25, 1e-30, 1e30])
def test_factors_contain_their_root_and_little_else(variance: float) -> None:
    graph = graph_of(dense("a", "image"), norm("b", "a", -3, variance=variance))
    kernel = stages_of(graph)[0].kernel()
    exact = F(float(np.float32(variance))) + F(1, 2)
    with mpmath.workdps(120):
        root = 1 / mpmath.sqrt(mpmath.mpf(exact.numerator) / exact.denominator)
        unit = mpmath.mpf(2) ** kernel.bits
        for least, most, truth in (
            (kernel.least[0, 0, 0, 0], kernel.most[0, 0, 0, 0], -3 * root),
            (kernel.bias_least[0], kernel.bias_most[0], 6 * root + 0.5),
        ):
            low, high = mpmath.mpf(int(least)) / unit, mpmath.mpf(int(most)) / unit
            slack = mpmath.mpf(2) ** -390
            assert low - slack <= truth <= high + slack
            assert high - low <= mpmath.mpf(2) ** -120 * abs(truth)


def test_rational_roots_are_exact() -> None:
    graph = graph_of(dense("a", "image"), norm("b", "a", -3, variance=3.5))
    kernel = stages_of(graph)[0].kernel()  # a half, as 3.5 + 0.5 is 4
    unit = F(1, 2**kernel.bits)
    assert np.array_equal(kernel.least, kernel.most)
    assert kernel.least[0, 0, 0, 0] * unit == F(-3, 2)
    assert kernel.bias_least[0] * unit == kernel.bias_most[0] * unit == 3 + F(1, 2)


@given(STAGED)
def test_numbers_without_batch_norm_are_exact(graph: TargetCNN) -> None:
    for stage in stages_of(graph):
        kernel = stage.kernel()
        finer = kernel.over(kernel.bits + 3)
        assert np.array_equal(finer.least, kernel.least * 8)
        assert np.array_equal(finer.bias_most, kernel.bias_most * 8)
        if stage.norm is None:
            assert kernel.least is kernel.most
            whole = [F(int(x), 2**kernel.bits) for x in kernel.least.ravel()]
            assert whole == [F(float(x)) for x in stage.layer.weight.ravel()]


def test_a_graph_with_nothing_to_prune_is_refused() -> None:
    relu = Rectifier(name="relu", sources=("image",))
    with pytest.raises(InvalidTargetError, match="nothing that a random network"):
        require_stages(TargetCNN((image(1), relu)))


@pytest.mark.parametrize("widths", [(), (3, 3)])
def test_widths_are_one_for_each_stage(widths: tuple[int, ...]) -> None:
    graph = TargetCNN((image(1), dense("a", "image")))
    require_stages(graph, (3,))
    with pytest.raises(InvalidParameterError, match="a target of 1 stage"):
        require_stages(graph, widths)
