"""Pickles in exported programs never run."""

from __future__ import annotations

import contextlib
import io
import json
import pickle
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from handmade.pt2_files import changed, written

from slth_verify.errors import InvalidTargetError
from slth_verify.network.torch_graphs import graph_from_pt2

Records = dict[str, bytes]


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


def bomb(trace: Path) -> bytes:
    with io.BytesIO() as buffer:
        torch.save(Bomb(trace), buffer)
        return buffer.getvalue()


def test_a_pickle_among_sample_inputs_never_runs(
    honest: Records, tmp_path: Path
) -> None:
    trace = tmp_path / "ran"
    records = {**honest, "data/sample_inputs/model.pt": bomb(trace)}
    path = written(records, tmp_path / "net.pt2", compression=zipfile.ZIP_STORED)
    assert len(graph_from_pt2(path).nodes) == 5
    assert not trace.exists()
    with warnings.catch_warnings():  # the lie is real: torch's own reader runs it
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception):
            torch.export.load(str(path))
    assert trace.exists()


@pytest.mark.parametrize("kind", ["pickled weight", "pickled constant", "legacy"])
def test_other_pickles_never_run(kind: str, honest: Records, tmp_path: Path) -> None:
    trace = tmp_path / "ran"

    def pickled(data: Any) -> None:
        entry = next(iter(data["config"].values()))
        entry["use_pickle"] = True

    records = {**honest, "data/weights/weight_0": bomb(trace)}
    if kind == "pickled weight":
        records = changed(records, "data/weights/model_weights_config.json", pickled)
    elif kind == "pickled constant":
        records["data/constants/opaque_obj_0"] = pickle.dumps(Bomb(trace))
        records["data/constants/model_constants_config.json"] = json.dumps(
            {"config": {"0.weight": {"path_name": "opaque_obj_0", "use_pickle": True}}}
        ).encode()
    else:
        del records["data/weights/model_weights_config.json"]
        records["data/weights/model.pt"] = bomb(trace)
    with pytest.raises(InvalidTargetError, match=r"no exported program"):
        graph_from_pt2(written(records, tmp_path / "net.pt2"))
    assert not trace.exists()
