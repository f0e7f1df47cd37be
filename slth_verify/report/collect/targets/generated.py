"""The small targets that a report draws from its seed, of the awkward shapes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from slth_verify.arrays import Float32Array
from slth_verify.graph import TargetCNN
from slth_verify.report.collect.targets.subject import Subject, derived_seed

#: Kernels, and the shape of an image.
_Drawn = tuple[tuple[Float32Array, ...], tuple[int, int, int]]


def _draw(rng: np.random.Generator, c_out: int, c_in: int, size: int) -> Float32Array:
    """Weights bounded away from 0 with random signs, so that outputs are not all 0."""
    shape = (c_out, c_in, size, size)
    signs = rng.choice([1.0, 1.0, -1.0], size=shape)
    return (signs * rng.uniform(0.25, 1.0, size=shape)).astype(np.float32)


def _pointwise(rng: np.random.Generator) -> _Drawn:
    return (_draw(rng, 3, 2, 1), _draw(rng, 2, 3, 1)), (2, 4, 4)


def _one_hot(rng: np.random.Generator) -> _Drawn:
    kernel = np.zeros((2, 3, 3, 3), dtype=np.float32)
    row, column = rng.integers(0, 3, size=2)
    kernel[:, rng.integers(0, 3), row, column] = _draw(rng, 2, 1, 1)[:, 0, 0, 0]
    kernel[0] = np.abs(kernel[0])
    return (kernel,), (3, 5, 5)


def _equal(rng: np.random.Generator) -> _Drawn:
    first, second = _draw(rng, 1, 1, 3), np.abs(_draw(rng, 1, 1, 1))
    kernels = (np.repeat(first, 2, axis=0), np.broadcast_to(second, (2, 2, 1, 1)))
    return tuple(np.ascontiguousarray(kernel) for kernel in kernels), (1, 5, 5)


def _ill_scaled(rng: np.random.Generator) -> _Drawn:
    first, second, third = _draw(rng, 2, 1, 1), _draw(rng, 2, 2, 1), _draw(rng, 1, 2, 1)
    first[1] *= np.float32(1e-3)
    kernels = (np.abs(first) * np.float32(1e-6), second, third * np.float32(1e4))
    kernels[1][:, 0] = np.abs(kernels[1][:, 0])
    kernels[2][:, 0] = np.abs(kernels[2][:, 0])
    return kernels, (1, 4, 4)


def _zero_filter(rng: np.random.Generator) -> _Drawn:
    first, second = _draw(rng, 2, 2, 1), _draw(rng, 2, 2, 1)
    first[1], second[0] = 0.0, 0.0
    second[1] = np.abs(second[1])
    first[0] = np.abs(first[0])
    return (first, second), (2, 4, 4)


def _subnormal(rng: np.random.Generator) -> _Drawn:
    first, second = _draw(rng, 2, 2, 1), np.abs(_draw(rng, 1, 2, 1))
    return (first * np.float32(1e-40), second), (2, 3, 3)


#: Kinds of targets: how one is drawn, and what is special about it.
_KINDS: dict[str, tuple[Callable[[np.random.Generator], _Drawn], str]] = {
    "pointwise": (_pointwise, "1x1 kernels only, two layers."),
    "one-hot": (_one_hot, "One entry of one input channel, all other weights zero."),
    "equal-kernels": (_equal, "All filters of a layer equal; one channel in."),
    "ill-scaled": (
        _ill_scaled,
        "Three layers scaled by 1e-6, 1 and 1e4, and a channel by 1e-3.",
    ),
    "zero-filter": (_zero_filter, "A filter of zeros in each of two layers."),
    "subnormal": (
        _subnormal,
        "Weights below the least normal float32 in the first of two layers.",
    ),
}


def generated_subjects(seed: int, count: int) -> tuple[Subject, ...]:
    """Small targets of the awkward shapes, drawn from the seed.

    Args:
        seed: The report's seed.
        count: How many; kinds repeat with other weights after the last.
    """
    kinds = tuple(_KINDS.items())
    subjects = []
    for number in range(count):
        kind, (make, description) = kinds[number % len(kinds)]
        repeat = number // len(kinds)
        name = kind if not repeat else f"{kind}-{repeat + 1}"
        own = derived_seed(seed, name)
        kernels, shape = make(np.random.default_rng(own))
        target = TargetCNN.from_kernels(kernels, shape, name=name)
        subjects.append(Subject(target, "generated", description, own))
    return tuple(subjects)


def dense_subject(seed: int) -> Subject:
    """A target so small that its random network fits into a picture."""
    name = "dense"
    own = derived_seed(seed, name)
    rng = np.random.default_rng(own)
    kernels = (_draw(rng, 2, 2, 1), _draw(rng, 1, 2, 1))
    description = (
        "So small that the whole random network is realised densely, masked and "
        "compared with the pruned one."
    )
    target = TargetCNN.from_kernels(kernels, (2, 3, 3), name=name)
    return Subject(target, "generated", description, own, dense=True)
