"""Graph files with a node that is none: refused in words, within seconds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from handmade.graph_files import (
    CLIP,
    CONV,
    INPUT,
    NORM,
    NORMS,
    POOL,
    alone,
    chain,
    clip,
    conv,
    document,
    file_of,
    first,
    refused,
    without,
)


def pools(count: int) -> list[dict[str, Any]]:
    """The widest windows that are read, then one that does not fit."""
    wide = POOL | {"window": [4097] * 2, "stride": [1, 1], "padding": [4096] * 4}
    names = [f"{i}" for i in range(count)]
    nodes = [
        wide | {"name": name, "sources": [before]}
        for before, name in zip(["x", *names], names, strict=False)
    ]
    nodes[-1] = nodes[-1] | {"window": [1 << 20, 1]}
    return [INPUT, *nodes]


HOSTILE: dict[str, Callable[[], bytes]] = {
    "sources nest deeply": lambda: conv(sources=json.loads("[" * 60 + "]" * 60)),
    "kind unknown": lambda: conv(kind="\x1b[2J"),
    "kind is a list": lambda: conv(kind=["convolution"]),
    "kind missing": lambda: file_of(document(INPUT, without(CONV, "kind"), CLIP)),
    "kind of another node": lambda: conv(kind="dense"),
    "a node's key is unknown": lambda: conv(output_padding=[0, 0]),
    "a node's key is missing": lambda: file_of(
        document(INPUT, without(CONV, "groups"), CLIP)
    ),
    "node's name is empty": lambda: clip(name=""),
    "node's name is a number": lambda: clip(name=0),
    "node's name with a surrogate": lambda: clip(name="\udc00"),
    "two nodes of one name": lambda: file_of(
        document(INPUT, CONV, CONV | {"sources": ["conv"]}, CLIP)
    ),
    "two nodes of one name, no weights": lambda: clip(name="x"),
    "sources are text": lambda: conv(sources="x"),
    "sources are numbers": lambda: conv(sources=[0]),
    "no sources": lambda: conv(sources=[]),
    "a source is missing": lambda: conv(sources=["\x1b[2J\u202e"]),
    "a source comes later": lambda: conv(sources=["end"]),
    "its own source": lambda: conv(sources=["conv"]),
    "a million sources": lambda: alone(
        {"kind": "sum", "name": "end", "sources": ["x"] * 1_000_000}
    ),
    "a million missing sources": lambda: alone(
        {"kind": "sum", "name": "end", "sources": ["y"] * 1_000_000}
    ),
    "leads nowhere": lambda: clip(sources=["x"]),
    "two inputs": lambda: file_of(document(INPUT, INPUT | {"name": "y"}), {}),
    "no input": lambda: file_of(document(CONV, CLIP)),
    "input with a source": lambda: first(sources=["x"]),
    "shape of floats": lambda: first(shape=[1, 4.0, 4]),
    "shape of text": lambda: first(shape=["1", "4", "4"]),
    "shape true": lambda: first(shape=[True, 4, 4]),
    "shape zero": lambda: first(shape=[1, 0, 4]),
    "shape negative": lambda: first(shape=[1, -4, -4]),
    "shape huge": lambda: first(shape=[1, 10**30, 4]),
    "shape empty": lambda: first(shape=[]),
    "shape null": lambda: first(shape=None),
    "shape of four axes": lambda: first(shape=[1, 4, 4, 4]),
    "shape of a million axes": lambda: first(shape=[1] * 1_000_000),
    "other channels": lambda: first(shape=[2, 4, 4], low=["0"] * 2, high=["1"] * 2),
    "box upside down": lambda: first(low=["1"], high=["0"]),
    "box of two channels": lambda: first(low=["0", "0"]),
    "box of a million": lambda: first(low=[str(i) for i in range(800_000)]),
    "box is text": lambda: first(low="0"),
    "a bound is a float": lambda: first(high=[1.0]),
    "a bound is an integer": lambda: first(high=[1]),
    "a bound is null": lambda: first(high=[None]),
    "a bound is a decimal": lambda: first(high=["1.0"]),
    "a bound not in lowest terms": lambda: first(high=["2/2"]),
    "a bound with a plus": lambda: first(high=["+1"]),
    "a bound with a space": lambda: first(high=[" 1"]),
    "a bound with an underscore": lambda: first(high=["1_0"]),
    "a bound minus zero": lambda: first(low=["-0"]),
    "a bound with digits of another script": lambda: first(high=["\u0661"]),
    "a bound 1e5000": lambda: first(high=["1e5000"]),
    "a bound 1e999999999999": lambda: first(high=["1e999999999999"]),
    "a bound of a million digits": lambda: first(high=["9" * 1_000_000]),
    "a bound over 0": lambda: first(high=["1/0"]),
    "a bound nan": lambda: first(high=["nan"]),
    "a bound infinite": lambda: first(high=["inf"]),
    "thresholds upside down": lambda: clip(low="7", high="6"),
    "thresholds equal": lambda: clip(low="6", high="6"),
    "a threshold is a list": lambda: clip(low=["0"]),
    "slopes above 1": lambda: alone(chain(1)[1], slopes=["3/2"]),
    "slopes negative": lambda: alone(chain(1)[1], slopes=["-1/2"]),
    "no slopes": lambda: alone(chain(1)[1], slopes=[]),
    "slopes for other channels": lambda: alone(chain(1)[1], slopes=["0", "0"]),
    "groups 0": lambda: conv(groups=0),
    "groups negative": lambda: conv(groups=-1),
    "groups true": lambda: conv(groups=True),
    "groups do not fit": lambda: conv(groups=2),
    "groups huge": lambda: conv(groups=10**300),
    "stride 0": lambda: conv(stride=[0, 1]),
    "stride short": lambda: conv(stride=[1]),
    "stride is a number": lambda: conv(stride=1),
    "dilation wide": lambda: conv(dilation=[100, 1]),
    "padding negative": lambda: conv(padding=[-1, 1, 1, 1]),
    "padding huge": lambda: conv(padding=[10**9, 1, 1, 1]),
    "padding short": lambda: conv(padding=[1, 1]),
    "padding null": lambda: conv(padding=None),
    "padding mode unknown": lambda: conv(padding_mode="mirror"),
    "padding mode is a list": lambda: conv(padding_mode=["zeros"]),
    "padding reflects too much": lambda: conv(
        padding_mode="reflect", padding=[4, 0, 0, 0]
    ),
    "counts 1": lambda: alone(POOL, counts_padding=1),
    "counts as text": lambda: alone(POOL, counts_padding="true"),
    "window 0": lambda: alone(POOL, window=[0, 2]),
    "window beside the image": lambda: alone(POOL, padding=[2, 0, 0, 0]),
    "a thousand wide pools": lambda: file_of(document(*pools(999)), {}),
    "axes twice": lambda: alone(
        {"kind": "permute", "name": "p", "sources": ["x"], "axes": [0, 1, 1]}
    ),
    "a million axes": lambda: alone(
        {"kind": "permute", "name": "p", "sources": ["x"], "axes": [0] * 1_000_000}
    ),
    "reshaped to more": lambda: alone(
        {"kind": "reshape", "name": "r", "sources": ["x"], "shape": [17]}
    ),
    "cropped to nothing": lambda: alone(
        {
            "kind": "crop",
            "name": "c",
            "sources": ["x"],
            "starts": [0, 2, 0],
            "stops": [1, 2, 4],
        }
    ),
    "epsilon 0": lambda: alone(NORM, NORMS, epsilon="0"),
    "epsilon negative": lambda: alone(NORM, NORMS, epsilon="-1"),
    "epsilon is a float": lambda: alone(NORM, NORMS, epsilon=1e-5),
    "variance negative": lambda: alone(NORM, NORMS | {"norm.variance": -np.ones(1)}),
    "variance NaN": lambda: alone(NORM, NORMS | {"norm.variance": np.ones(1) * np.nan}),
    "a scale for other channels": lambda: alone(
        NORM, NORMS | {"norm.scale": np.ones(2)}
    ),
    "no scale": lambda: alone(NORM, without(NORMS, "norm.scale"), scale=None),
    "a bias is missing": lambda: conv(bias="F32"),
    "weight null": lambda: file_of(document(INPUT, CONV | {"weight": None}, CLIP), {}),
    "weight inline": lambda: conv(weight=[[[[1.0]]]]),
    "dtype false": lambda: conv(weight=False),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_nodes_are_refused_in_words(name: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.safetensors"
    path.write_bytes(HOSTILE[name]())
    refused(path)
