"""The targets of a report: the shipped digits networks and small adversarial ones."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from slth_verify.errors import InvalidParameterError, InvalidTargetError
from slth_verify.graph import TargetCNN
from slth_verify.numbers import ExactNumber, shown
from slth_verify.report.collect.generated import KINDS, draw
from slth_verify.ticket import read_accuracy

#: The accuracy of a target for which nobody asked another.
SHARE = "2%"
_DIGITS = files("slth_verify") / "data" / "digits"
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
        eps: The accuracy, in the target's units; None for the profile's.
        asked: The same as the user wrote it, such as ``"2%"``; empty if nobody asked.
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
    with as_file(_DIGITS / "network.safetensors") as path:
        target = TargetCNN.from_file(path)
    description = (
        "A trained network on real handwritten digits; the images below were held out "
        "of its training."
    )
    own = derived_seed(seed, target.name)
    return Subject(target, "trained", description, own, _digits_held_out())


def lenet_subject(seed: int) -> Subject:
    """The digits LeNet, with the same held-out images."""
    with as_file(_DIGITS / "lenet.safetensors") as path:
        target = TargetCNN.from_file(path)
    description = (
        "A small LeNet, trained on the same handwritten digits by an ordinary torch "
        "script; the images were held out of its training."
    )
    return Subject(
        target,
        "trained",
        description,
        derived_seed(seed, target.name),
        _digits_held_out(),
        eps=read_accuracy(SHARE, target),
    )


def _digits_held_out() -> HeldOut:
    with as_file(_DIGITS / "heldout.safetensors") as path:
        return read_held_out(path)


def given_subjects(
    targets: Sequence[TargetCNN], seed: int, eps: ExactNumber | None = None
) -> tuple[Subject, ...]:
    """A user's own networks; those of the same name are numbered.

    Args:
        targets: The networks.
        seed: The report's seed.
        eps: Admissible sup error of each, in its units, or a share such as ``"2%"``;
            None for ``"2%"`` of its certified range.

    Raises:
        InvalidParameterError: If ``eps`` is no positive number.
    """
    subjects: list[Subject] = []
    share, asked = (SHARE, "") if eps is None else (eps, str(eps))
    description = "A network that was given to the report."
    for target in targets:
        name, number = target.name, 1
        while _stem(name) in {subject.stem for subject in subjects}:
            number += 1
            name = f"{target.name}-{number}"
        named, own = replace(target, name=name), derived_seed(seed, name)
        bound = _positive(read_accuracy(share, named), share)
        subjects.append(
            Subject(named, "given", description, own, eps=bound, asked=asked)
        )
    return tuple(subjects)


def _positive(accuracy: Fraction, eps: ExactNumber) -> Fraction:
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
    kinds = tuple(KINDS.items())
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
    kernels = (draw(rng, 2, 2, 1), draw(rng, 1, 2, 1))
    description = (
        "So small that the whole random network is realised densely, masked and "
        "compared with the pruned one."
    )
    target = TargetCNN.from_kernels(kernels, (2, 3, 3), name=name)
    return Subject(target, "generated", description, own, dense=True)
