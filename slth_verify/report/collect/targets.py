"""The targets of a report: the shipped digits network and small adversarial ones."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from slth_verify.arrays import Float32Array
from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.network import TargetCNN
from slth_verify.numbers import ExactNumber, shown
from slth_verify.ticket import read_accuracy

_LONGEST_STEM = 100  # characters, so that file names stay within every system's limit


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Labelled images that the training never saw.

    Attributes:
        images: Grey levels 0..16, shape ``(count, height, width)``, uint8; the network
            reads them divided by 16.
        labels: Classes, shape ``(count,)``.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    @property
    def sha256(self) -> str:
        """Digest of grey levels and labels, in hexadecimal."""
        digest = hashlib.sha256(np.ascontiguousarray(self.images).tobytes())
        digest.update(self.labels.astype("<i8").tobytes())
        return digest.hexdigest()

    @property
    def inputs(self) -> NDArray[np.float64]:
        """Images in [0, 1], exact in float64, shape ``(count, 1, height, width)``."""
        return self.images[:, None].astype(np.float64) / 16


@dataclass(frozen=True, eq=False)
class Subject:
    """One target to be approximated.

    Attributes:
        target: The network.
        origin: ``"trained"``, ``"generated"`` or ``"given"`` by the user.
        description: What is special about it.
        seed: Seed of its random network and of its test inputs.
        held_out: Images to classify, if the target classifies.
        dense: Whether to realise the whole random network densely too.
        eps: The accuracy that the user asked for, instead of the profile's.
        asked: The same as the user wrote it, such as ``"2%"``.
    """

    target: TargetCNN
    origin: str
    description: str
    seed: int
    held_out: HeldOut | None = None
    dense: bool = False
    eps: Fraction | None = None
    asked: str = ""

    @property
    def stem(self) -> str:
        """The target's name as the beginning of file names."""
        return _stem(self.target.name)


def _stem(name: str) -> str:
    short = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:_LONGEST_STEM]
    return short or "target"


def derived_seed(seed: int, name: str) -> int:
    """Seed of a case: the first 8 bytes of SHA-256 of ``"slth-report/SEED/NAME"``.

    Big-endian. Cases thus have unrelated seeds, and adding one changes no other.
    """
    digest = hashlib.sha256(f"slth-report/{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def digits_subject(seed: int) -> Subject:
    """The trained digits network with its held-out images."""
    folder = files("slth_verify") / "data" / "digits"
    with as_file(folder / "network.safetensors") as path:
        target = TargetCNN.from_file(path)
    with as_file(folder / "heldout.safetensors") as path:
        held_out = read_held_out(path)
    description = (
        "A trained network on real handwritten digits; the images below were held out "
        "of its training."
    )
    return Subject(
        target, "trained", description, derived_seed(seed, target.name), held_out
    )


def given_subjects(
    targets: Sequence[TargetCNN], seed: int, eps: ExactNumber | None = None
) -> tuple[Subject, ...]:
    """A user's own networks; those of the same name are numbered.

    Args:
        targets: The networks.
        seed: The report's seed.
        eps: Admissible sup error of each, in its units, or a share such as ``"2%"``;
            None for the profile's part of its largest output.

    Raises:
        InvalidParameterError: If ``eps`` is no positive number.
    """
    subjects: list[Subject] = []
    for target in targets:
        name, number = target.name, 1
        while _stem(name) in {subject.stem for subject in subjects}:
            number += 1
            name = f"{target.name}-{number}"
        named = replace(target, name=name)
        own = derived_seed(seed, name)
        accuracy = None if eps is None else _positive(eps, target)
        description = "A network that was given to the report."
        asked = "" if eps is None else str(eps)
        subjects.append(
            Subject(named, "given", description, own, eps=accuracy, asked=asked)
        )
    return tuple(subjects)


def _positive(eps: ExactNumber, target: TargetCNN) -> Fraction:
    accuracy = read_accuracy(eps, target.kernels)
    if accuracy <= 0:
        raise InvalidParameterError(
            f"eps={shown(eps)}: an admissible error must be positive "
            "(thm:structured-slth). Give more."
        )
    return accuracy


def read_held_out(path: str | os.PathLike[str]) -> HeldOut:
    """Read ``images`` (uint8, 0..16) and ``labels`` of a safetensors file.

    Raises:
        InvalidTargetError: If it is damaged or has another form.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            images, labels = file.get_tensor("images"), file.get_tensor("labels")
    except (SafetensorError, OSError, ValueError) as error:
        raise InvalidTargetError(
            f"path={os.fspath(path)!r} holds no labelled images ({error}). Install the "
            "package again."
        ) from error
    good = (
        images.dtype == np.uint8
        and images.ndim == 3
        and labels.shape == (len(images),)
        and len(images) > 0
        and int(images.max()) <= 16
    )
    if not good:
        raise InvalidTargetError(
            f"path={os.fspath(path)!r}: images of shape {images.shape} and dtype "
            f"{images.dtype}, but uint8 images 0..16 with one label each are required. "
            "Install the package again."
        )
    return HeldOut(images, labels.astype(np.int64))


def generated_subjects(seed: int, count: int) -> tuple[Subject, ...]:
    """Small targets of the awkward shapes, drawn from the seed.

    Args:
        seed: The report's seed.
        count: How many; kinds repeat with other weights after the last.
    """
    kinds = tuple(_KINDS.items())
    subjects = []
    for number in range(count):
        kind, (draw, description) = kinds[number % len(kinds)]
        repeat = number // len(kinds)
        name = kind if not repeat else f"{kind}-{repeat + 1}"
        own = derived_seed(seed, name)
        kernels, shape = draw(np.random.default_rng(own))
        target = TargetCNN(kernels, shape, name)
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
    target = TargetCNN(kernels, (2, 3, 3), name)
    return Subject(target, "generated", description, own, dense=True)


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
