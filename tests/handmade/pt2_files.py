"""An exported program, and archives with one record changed."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

Records = dict[str, bytes]


PROGRAM = "models/model.json"


def exported(
    module: nn.Module, shape: tuple[int, ...], path: Path, size: int | None = None
) -> Path:
    """The file that torch writes, for batches of any size, or of one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch = None if size else [{0: torch.export.Dim("batch", min=2)}]
        image = (torch.zeros(size or 2, *shape),)
        program = torch.export.export(module, image, dynamic_shapes=batch)
        torch.export.save(program, path)
    return path


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Records:
    path = tmp_path_factory.mktemp("honest") / "net.pt2"
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))
    exported(module.eval(), (1, 4, 4), path)
    with zipfile.ZipFile(path) as archive:
        return {
            name.partition("/")[2]: archive.read(name) for name in archive.namelist()
        }


def written(records: Records, path: Path, **options: Any) -> Path:
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, data in records.items():
            archive.writestr(f"net/{name}", data)
    return path


def changed(records: Records, name: str, change: Callable[[Any], None]) -> Records:
    data = json.loads(records[name])
    change(data)
    return {**records, name: json.dumps(data).encode()}
