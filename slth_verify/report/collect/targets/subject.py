"""A target of a report: the network, its seed, and images held out of its training."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from slth_verify.graph import TargetCNN

#: The accuracy of a target for which nobody asked another.
SHARE = "2%"
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
        return file_stem(self.target.name)


def file_stem(name: str) -> str:
    """A name as the beginning of file names."""
    short = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:_LONGEST_STEM]
    return short or "target"


def derived_seed(seed: int, name: str) -> int:
    """Seed of a case: the first 8 bytes of SHA-256 of ``"slth-report/SEED/NAME"``.

    Big-endian. Cases thus have unrelated seeds, and adding one changes no other.
    """
    digest = hashlib.sha256(f"slth-report/{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big")
