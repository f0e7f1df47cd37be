"""Ordinary torch modules as target graphs: what is read, bit for bit."""

from __future__ import annotations

import subprocess
import sys
import threading
import warnings
from fractions import Fraction

import numpy as np
import pytest
import torch
from handmade.nightly import nightly_but
from handmade.torch_modules import Functional, imported
from torch import nn
from torch.nn import functional as F

from slth_verify.conformance.torch_modules.architectures import (
    ARCHITECTURES,
    MnistExample,
    MnistScores,
    made,
)
from slth_verify.conformance.torch_modules.residual import BasicBlock
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Convolution,
    Crop,
    MaxPool,
    Pad,
    Rectifier,
    TargetCNN,
)
from slth_verify.network.torch_graphs import graph_from_torch

IMPORTED = ("ResNet with option A", "Fire", "one-dimensional", "dilated", "shuffled")
IMPORTED += ("Keras style", "DCGAN", "reflecting", "perceptron")


@pytest.mark.parametrize("name", nightly_but(IMPORTED, ARCHITECTURES))
def test_architectures(name: str) -> None:
    module, shape = ARCHITECTURES[name]
    network = made(module, seed=len(name))
    graph = imported(network, shape, box=(-1, 1), name=name)
    assert graph.name == name
    weights = dict(network.state_dict())
    for node in graph.nodes:
        if isinstance(node, Convolution):
            weight = weights[f"{node.name}.weight"].numpy()
            assert node.weight.dtype == np.float32
            assert node.weight.tobytes() == weight.tobytes()


def test_the_mnist_example_is_read_without_its_end() -> None:
    network = made(MnistExample)
    with pytest.raises(InvalidTargetError, match=r"log-softmax.*scores before it"):
        graph_from_torch(network, (1, 14, 14))
    scores = MnistScores().eval()
    scores.load_state_dict(network.state_dict())
    assert imported(scores, (1, 14, 14)).output_shape == (10,)


def test_a_norm_keeps_its_parameters_and_epsilon() -> None:
    network = made(lambda: nn.Sequential(nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3)))
    graph = imported(network, (2, 4, 4))
    norm = graph.node("1")
    assert isinstance(norm, BatchNorm)
    assert [type(node) for node in graph.nodes[1:]] == [Convolution, BatchNorm]
    assert norm.epsilon == Fraction(1e-5) != Fraction(1, 10**5)
    for ours, its in (
        (norm.scale, network[1].weight),
        (norm.shift, network[1].bias),
        (norm.mean, network[1].running_mean),
        (norm.variance, network[1].running_var),
    ):
        assert ours.tobytes() == its.detach().numpy().tobytes()
    plain = imported(nn.BatchNorm2d(3, affine=False), (3, 2, 2)).output
    assert plain.name == "batch_norm"
    assert (plain.scale == 1).all()
    assert not plain.shift.any()


def test_slopes_and_thresholds_are_the_rationals_of_their_floats() -> None:
    leaky = imported(nn.LeakyReLU(0.1), (2, 3, 3)).output
    assert leaky.slopes == (Fraction(0.1),) != (Fraction(1, 10),)
    prelu = made(lambda: nn.PReLU(2))
    slopes = tuple(Fraction(slope) for slope in prelu.weight.tolist())
    assert imported(prelu, (2, 3, 3)).output.slopes == slopes
    tanh = imported(nn.Hardtanh(-0.3, 0.7), (2, 3)).output
    assert (tanh.low, tanh.high) == (Fraction(-0.3), Fraction(0.7))
    assert isinstance(imported(nn.ReLU6(), (3,)).output, Clip)
    clamped = imported(Functional(lambda _, x: x.clamp(min=0)), (3,)).output
    assert isinstance(clamped, Rectifier)


def test_names_are_paths_and_margins_belong_to_their_layer() -> None:
    block = made(lambda: BasicBlock(4, 8, 2, projection=True))
    conv = nn.Conv2d(8, 2, 3, padding=1, padding_mode="reflect")
    graph = imported(nn.Sequential(block, conv, nn.ReflectionPad2d(1)), (4, 8, 8))
    assert [node.name for node in graph.nodes] == [
        "input",
        *("0.conv1", "0.bn1", "0.relu", "0.conv2", "0.bn2"),
        *("0.shortcut.0", "0.shortcut.1", "0.add", "0.relu_1", "1", "2"),
    ]
    read = graph.node("1")
    assert isinstance(read, Convolution)
    assert (read.padding, read.padding_mode) == ((1, 1, 1, 1), "reflect")
    assert isinstance(graph.output, Pad)


def test_what_is_computed_is_read_whatever_the_classes() -> None:
    """Subclasses, hooks, replaced methods and shadowed weights run as they are."""

    class Doubled(nn.ReLU):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return F.leaky_relu(x, 0.25) + x

    hooked = nn.Sequential(nn.Conv2d(2, 2, 3), Doubled())
    hooked[0].register_forward_hook(lambda part, args, out: F.relu(out))
    hooked[0].register_forward_pre_hook(lambda part, args: (args[0][:, :, 1:],))
    hooked.register_forward_hook(lambda part, args, out: out + out)
    graph = imported(hooked, (2, 6, 6), box=(-1, 1))
    kinds = [type(node).__name__ for node in graph.nodes[1:]]
    assert kinds == ["Crop", "Convolution", "Rectifier", "Rectifier", "Sum", "Sum"]
    assert isinstance(graph.nodes[1], Crop)
    shadowed = nn.Conv2d(2, 2, 3)
    weight = -shadowed.weight.detach()
    del shadowed.weight
    shadowed.register_buffer("weight", torch._neg_view(weight))
    assert np.array_equal(imported(shadowed, (2, 6, 6)).output.weight, -weight.numpy())


@pytest.mark.parametrize(
    "name", nightly_but(["strided"], ["LeNet-5", "Keras style", "strided"])
)
def test_writing_in_place_changes_no_graph(name: str) -> None:
    """Torch rewrites one program and not the other; both are read alike."""
    module, shape = ARCHITECTURES[name]
    network = made(module)
    plain = graph_from_torch(network, shape)
    for part in network.modules():
        if isinstance(part, nn.ReLU):
            part.inplace = True
    written = graph_from_torch(network, shape)
    assert [n.name for n in written.nodes] == [n.name for n in plain.nodes]
    assert written.sha256 == plain.sha256


def test_boxes() -> None:
    pool = nn.AvgPool2d(2)
    assert graph_from_torch(pool, (2, 4, 4)).input.high == (1, 1)
    pairs = ((0, "1/3"), (-0.1, 2))
    image = graph_from_torch(pool, (2, 4, 4), box=pairs).input
    assert image.low == (0, Fraction(-1, 10))
    assert image.high == (Fraction(1, 3), 2)
    for box in ((0,), (1, 0), ((0, 1),), 3, "01", ((0, 1), 2), (0, "x")):
        with pytest.raises(InvalidParameterError, match="box"):
            graph_from_torch(pool, (2, 4, 4), box=box)
    for shape in ((), (1, 2, 3, 4), (0, 4, 4), "x", (2.5, 4, 4)):
        with pytest.raises(InvalidParameterError, match="input_shape"):
            graph_from_torch(pool, shape)


def test_pools_that_need_no_padding_stay_one_node() -> None:
    for module, kinds in (
        (nn.AvgPool2d(3, 2, ceil_mode=True), [AveragePool]),
        (nn.AvgPool2d(3, 2, 1, ceil_mode=True), [Pad, AveragePool]),
        (nn.MaxPool2d(3, 2, 1, ceil_mode=True), [MaxPool]),
    ):
        graph = imported(module, (1, 6, 6))
        assert [type(node) for node in graph.nodes[1:]] == kinds


def test_nothing_of_the_users_is_touched() -> None:
    module = made(lambda: BasicBlock(4, 8, 2, projection=True))
    module(torch.ones(1, 4, 8, 8)).sum().backward()
    weights = {key: value.clone() for key, value in module.state_dict().items()}
    gradient = module.conv1.weight.grad.clone()
    kept = [sorted(vars(part)) for part in module.modules()]
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    filters = list(warnings.filters)
    graph_from_torch(module, (4, 8, 8))
    assert torch.is_grad_enabled()
    assert [sorted(vars(part)) for part in module.modules()] == kept
    for key, value in module.state_dict().items():
        assert torch.equal(value, weights[key])
    assert torch.equal(module.conv1.weight.grad, gradient)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1] == states[1]).all()  # noqa: NPY002
    assert warnings.filters == filters


def test_modes_of_the_caller_do_not_matter() -> None:
    module = made(lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)))

    def read() -> None:
        graph = graph_from_torch(module, (1, 5, 5))
        assert [node.name for node in graph.nodes] == ["input", "0", "1"]

    with torch.inference_mode():
        read()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        read()
    with torch.device("meta"):
        read()
    torch.set_default_dtype(torch.float64)
    try:
        read()
    finally:
        torch.set_default_dtype(torch.float32)


def test_many_threads_may_import() -> None:
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()).eval()
    found: list[TargetCNN] = []

    def read() -> None:
        found.append(graph_from_torch(module, (1, 5, 5)))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3


def test_the_rooms_load_without_torch() -> None:
    code = (
        "import sys, slth_verify.conformance, slth_verify.network\n"
        "assert 'torch' not in sys.modules\n"
        "sys.modules['torch'] = None  # who imports it gets an error\n"
        "try:\n"
        "    slth_verify.network.pruned_module\n"
        "except ImportError:\n"
        "    sys.exit()\n"
        "sys.exit('torch is not needed')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
