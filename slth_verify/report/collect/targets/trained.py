"""The networks that ship with the package, trained on real handwritten digits."""

from __future__ import annotations

import os
from importlib.resources import as_file, files

import numpy as np
from safetensors import SafetensorError, safe_open

from slth_verify.errors import InvalidTargetError
from slth_verify.graph import TargetCNN
from slth_verify.report.collect.targets.subject import (
    SHARE,
    HeldOut,
    Subject,
    derived_seed,
)
from slth_verify.ticket import read_accuracy

_DIGITS = files("slth_verify") / "data" / "digits"


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
