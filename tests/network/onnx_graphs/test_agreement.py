"""An import that reads a file wrongly is noticed when file and graph are run."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from handmade.onnx_lies import LIES, node, some

from slth_verify.errors import InvalidTargetError
from slth_verify.network.onnx_graphs import (
    activations,
    graph_from_onnx,
    operators,
)

pytest.importorskip("onnxruntime")


@pytest.mark.parametrize("lie", LIES)
def test_lies_are_noticed(lie: str, onnx_file, mutant, monkeypatch) -> None:
    (nodes, weights, sizes), operator, module, truth, wrong = LIES[lie]
    path = onnx_file(nodes, weights, sizes)
    graph_from_onnx(path)
    name = operators.HANDLERS[operator].__name__
    changed: ModuleType = mutant(module, truth, wrong)
    monkeypatch.setitem(operators.HANDLERS, operator, getattr(changed, name))
    with pytest.raises(InvalidTargetError, match="when the file runs") as raised:
        graph_from_onnx(path)
    assert any(f"({part.op_type})" in str(raised.value) for part in nodes)


def test_a_lie_deep_in_a_network_is_noticed(onnx_file, mutant, monkeypatch) -> None:
    """Twenty layers grow values and their rounding; one slope is off by 2e-6."""
    nodes, weights, last = [], {}, "x"
    for layer in range(20):
        weights[f"w{layer}"] = 3 * some(8, 8, 3, 3)
        nodes.append(node("Conv", [last, f"w{layer}"], [f"c{layer}"], pads=[1] * 4))
        last = f"r{layer}"
        nodes.append(node("Relu", [f"c{layer}"], [last]))
    nodes.append(node("LeakyRelu", [f"c{19}"], ["y"], alpha=0.5))
    path = onnx_file(nodes, weights, ("n", 8, 6, 6))
    graph_from_onnx(path)
    changed = mutant(
        activations,
        'call.real("alpha", 0.01)',
        'call.real("alpha", 0.01) + Fraction(1, 10**6)',
    )
    monkeypatch.setitem(operators.HANDLERS, "LeakyRelu", changed.leaky_relu)
    with pytest.raises(InvalidTargetError, match="when the file runs"):
        graph_from_onnx(path)


def test_networks_that_overflow_are_not_compared(onnx_file) -> None:
    weights = {"w": np.full((1, 1, 1, 1), 3e38, np.float32)}
    nodes = [
        node("Conv", ["x", "w"], ["t"]),
        node("Conv", ["t", "w"], ["y"]),
    ]
    with pytest.raises(InvalidTargetError, match="overflows"):
        graph_from_onnx(onnx_file(nodes, weights, ("n", 1, 2, 2)))


def test_networks_with_tiny_values_are_compared(onnx_file) -> None:
    weights = {"w": np.full((1, 1, 3, 3), 1e-30, np.float32)}
    nodes = [
        node("Conv", ["x", "w"], ["t"]),
        node("Conv", ["t", "w"], ["y"]),
    ]
    graph_from_onnx(onnx_file(nodes, weights, ("n", 1, 6, 6)))


def test_networks_that_cost_too_much_are_refused(onnx_file) -> None:
    weights = {"w": some(1, 1, 513, 513)}
    nodes = [node("Conv", ["x", "w"], ["y"])]
    with pytest.raises(InvalidTargetError, match="multiplications"):
        graph_from_onnx(onnx_file(nodes, weights, ("n", 1, 4095, 4095)))
