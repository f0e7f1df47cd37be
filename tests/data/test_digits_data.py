from __future__ import annotations

import json
from importlib.resources import as_file, files

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch.nn import functional

FOLDER = files("slth_verify") / "data" / "digits"
NAMES = ("network.safetensors", "heldout.safetensors")


def _read(name: str) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    with as_file(FOLDER / name) as path, safe_open(path, framework="numpy") as file:
        return file.metadata(), {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118


@pytest.fixture(scope="module")
def kernels() -> list[np.ndarray]:
    tensors = _read("network.safetensors")[1]
    return [tensors[f"layers.{layer}.weight"] for layer in range(1, len(tensors) + 1)]


@pytest.fixture(scope="module")
def heldout() -> dict[str, np.ndarray]:
    return _read("heldout.safetensors")[1]


def _scores(kernels: list[np.ndarray], images: np.ndarray) -> np.ndarray:
    maps = torch.from_numpy(images.astype(np.float32) / 16)[:, None]
    for kernel in kernels:
        maps = functional.relu(
            functional.conv2d(maps, torch.from_numpy(kernel), padding=1)
        )
    return maps.mean((2, 3)).numpy()


def _accuracy(kernels: list[np.ndarray], heldout: dict[str, np.ndarray]) -> float:
    classes = _scores(kernels, heldout["images"]).argmax(1)
    return float(np.mean(classes == heldout["labels"]))


@pytest.mark.parametrize("name", NAMES)
def test_files_are_small(name: str) -> None:
    assert len((FOLDER / name).read_bytes()) < 200_000


def test_network_is_described() -> None:
    metadata, _ = _read("network.safetensors")
    assert set(metadata) == {"slth_verify_target"}
    assert json.loads(metadata["slth_verify_target"]) == {
        "schema_version": 1,
        "name": "digits",
        "input_shape": [1, 8, 8],
        "readout": "global-average",
    }


def test_kernels_chain_from_one_channel_to_ten(kernels: list[np.ndarray]) -> None:
    assert [kernel.dtype for kernel in kernels] == [np.float32] * len(kernels)
    assert all(kernel.shape[2:] == (3, 3) for kernel in kernels)
    inputs = [kernel.shape[1] for kernel in kernels]
    outputs = [kernel.shape[0] for kernel in kernels]
    assert inputs == [1, *outputs[:-1]]
    assert outputs[-1] == 10
    assert all(np.isfinite(kernel).all() for kernel in kernels)


def test_no_channel_is_dead(kernels: list[np.ndarray]) -> None:
    for layer, kernel in enumerate(kernels):
        entering = np.abs(kernel) if layer == 0 else np.maximum(kernel, 0)
        assert (entering.sum((1, 2, 3)) > 0).all()
        assert (np.abs(kernel).sum((0, 2, 3)) > 0).all()


def test_norms_lie_just_below_powers_of_two(kernels: list[np.ndarray]) -> None:
    for kernel in kernels:
        norm = np.abs(kernel.astype(np.float64)).sum()
        power = 2.0 ** np.ceil(np.log2(norm))
        assert 1 - 2**-18 < norm / power <= 1


def test_heldout_images_are_whole_numbers_up_to_16(
    heldout: dict[str, np.ndarray],
) -> None:
    images, labels = heldout["images"], heldout["labels"]
    assert images.dtype == np.uint8
    assert images.shape == (450, 8, 8)
    assert labels.shape == (450,)
    assert images.max() == 16
    counts = np.bincount(labels, minlength=10)
    assert counts.min() >= 40
    assert counts.size == 10


def test_heldout_names_source_and_licence() -> None:
    metadata, _ = _read("heldout.safetensors")
    assert "Optical Recognition of Handwritten Digits" in metadata["source"]
    assert "CC BY 4.0" in metadata["source"]


def test_heldout_images_are_scikit_learns_own(heldout: dict[str, np.ndarray]) -> None:
    digits = pytest.importorskip("sklearn.datasets").load_digits()
    images = digits.images.astype(np.uint8)
    known = {
        (image.tobytes(), int(label))
        for image, label in zip(images, digits.target, strict=True)
    }
    pairs = zip(heldout["images"], heldout["labels"], strict=True)
    found = {(image.tobytes(), int(label)) for image, label in pairs}
    assert len(found) == len(heldout["labels"])
    assert found <= known


def test_accuracy(kernels: list[np.ndarray], heldout: dict[str, np.ndarray]) -> None:
    assert _accuracy(kernels, heldout) >= 0.95


def test_accuracy_needs_the_right_labels_and_kernels(
    kernels: list[np.ndarray], heldout: dict[str, np.ndarray]
) -> None:
    wrong_labels = {**heldout, "labels": (heldout["labels"] + 1) % 10}
    assert _accuracy(kernels, wrong_labels) < 0.05
    turned = [np.ascontiguousarray(kernel[:, :, ::-1, ::-1]) for kernel in kernels]
    assert _accuracy(turned, heldout) < 0.95
    blank = [*kernels[:-1], np.zeros_like(kernels[-1])]
    assert _accuracy(blank, heldout) < 0.2
