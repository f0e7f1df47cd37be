"""A file running in onnxruntime, or in onnx.reference, with all tensors to be seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from slth_verify.arrays import Float64Array
from slth_verify.errors import InvalidTargetError
from slth_verify.network.onnx_graphs.builder import Origin, Reading
from slth_verify.network.onnx_graphs.runtime import onnx_runtime
from slth_verify.text import printable, reason_of


class Running:
    """The file with all the tensors that are looked at as outputs."""

    def __init__(self, model: Any, reading: Reading) -> None:
        self._reading = reading
        self._image = reading.origins[reading.graph.input.name]
        self._kept = [n.name for n in reading.graph.nodes if n.name in reading.origins]
        names = {reading.origins[name].tensor for name in self._kept}
        self._names = sorted((names | {reading.output.tensor}) - {self._image.tensor})
        runnable = _runnable(model, reading, self._names)
        try:
            if reading.dtype == np.float64:
                from onnx.reference import ReferenceEvaluator

                self._session: Any = ReferenceEvaluator(runnable)
            else:
                self._session = _session(runnable.SerializeToString())
        except Exception as error:  # whatever a runtime says of a file
            raise _cannot_run(error) from error

    def run(self, image: NDArray[Any]) -> dict[str, Float64Array]:
        """By node, the file's tensor for one image, in the shape that the node has."""
        graph, output = self._reading.graph, self._reading.output
        fed = image.reshape(1, *self._image.shape)
        try:
            with np.errstate(all="ignore"):
                found = self._session.run(self._names, {self._image.tensor: fed})
        except Exception as error:  # the same, of an image
            raise _cannot_run(error) from error
        by_name = dict(zip(self._names, found, strict=True))
        by_name[self._image.tensor] = fed
        tensors = {}
        for name in self._kept:
            tensor = _shaped(by_name, name, self._reading.origins[name])
            tensors[name] = tensor.reshape(graph.shape(name))
        last = _shaped(by_name, graph.output.name, output).ravel()
        if not np.array_equal(last, tensors[graph.output.name].ravel(), equal_nan=True):
            raise InvalidTargetError(
                f"{named(graph.output.name, output)} is not the output of the file "
                "when it runs. Write it plainly."
            )
        return tensors


def _shaped(by_name: dict[str, Any], node: str, origin: Origin) -> Float64Array:
    """A tensor of the file, which must have the shape that was read."""
    tensor = np.asarray(by_name[origin.tensor])
    if tensor.shape != (1, *origin.shape):
        raise InvalidTargetError(
            f"{named(node, origin)} was read with shape {(1, *origin.shape)}, and has "
            f"{tensor.shape} when the file runs. Export it with fixed sizes."
        )
    return tensor.astype(np.float64)


def _runnable(model: Any, reading: Reading, names: list[str]) -> Any:
    """A copy for a batch of one image, with other outputs and no data beside it."""
    import onnx

    image = reading.origins[reading.graph.input.name]
    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    # what the version of the format changes, such as who may shadow a name, is settled
    copied.ir_version = min(copied.ir_version, 10)
    del copied.graph.output[:], copied.graph.value_info[:], copied.graph.input[:]
    kind = onnx.helper.np_dtype_to_tensor_dtype(reading.dtype)
    copied.graph.input.append(
        onnx.helper.make_tensor_value_info(image.tensor, kind, (1, *image.shape))
    )
    for name in names:
        copied.graph.output.append(onnx.helper.make_tensor_value_info(name, kind, None))
    for tensor in copied.graph.initializer:
        if tensor.data_location:
            tensor.raw_data = reading.constants[tensor.name].tobytes()
            tensor.data_location = 0
            del tensor.external_data[:]
    return copied


def _session(data: bytes) -> Any:
    onnxruntime = onnx_runtime()
    options = onnxruntime.SessionOptions()
    level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.graph_optimization_level = level
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        data, options, providers=["CPUExecutionProvider"]
    )


def named(node: str, origin: Origin) -> str:
    """A node and its operator, for a message."""
    return f"node '{printable(node, 200)}' ({printable(origin.operator, 60)})"


def _cannot_run(error: Exception) -> InvalidTargetError:
    return InvalidTargetError(
        f"the ONNX graph cannot be run ({reason_of(error, 300)}), so that the import "
        "cannot be confirmed. Check the file with onnx.checker."
    )
