"""Tickets with honest weights for arbitrary targets, and files that were tampered."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from handmade.kernel_targets import kernel_file

import slth_verify as sv
from slth_verify.cli import run
from slth_verify.errors import InvalidTargetError, InvalidTicketError
from slth_verify.graph import (
    AveragePool,
    BatchNorm,
    Clip,
    Convolution,
    Dense,
    Input,
    Rectifier,
    Reshape,
    TargetCNN,
)
from slth_verify.graph.stages import stages_of
from slth_verify.network import GENERATOR
from slth_verify.ticket import StageTicket, Ticket

Maker = Callable[..., tuple[sv.TargetCNN, Ticket]]


@pytest.fixture(scope="session")
def made() -> Maker:
    """Make a target of random weights, and a ticket that keeps ``kept`` filters."""

    def make(
        channels: Sequence[int],
        sizes: Sequence[int],
        image: tuple[int, int],
        *,
        kept: int = 2,
        width: int = 50,
        eps: Fraction | str = "1/1000",
        certified_error: str = "1e900",
        seed: int = 1,
    ) -> tuple[sv.TargetCNN, Ticket]:
        rng = np.random.default_rng(seed)
        kernels = tuple(
            (rng.standard_normal((c_out, c_in, d, d)) / (c_in * d)).astype(np.float32)
            for c_in, c_out, d in zip(channels[:-1], channels[1:], sizes, strict=True)
        )
        target = sv.TargetCNN.from_kernels(kernels, (channels[0], *image))
        stages = []
        for stage in stages_of(target):
            first = 2 * width * np.arange(stage.channels, dtype=np.int64)
            filters = (first[:, None] + np.arange(kept)).ravel()
            stages.append(StageTicket(stage.name, width, 0, filters))
        return target, Ticket(
            {"name": "made", "sha256": target.sha256},
            GENERATOR,
            seed,
            tuple(stages),
            Fraction(eps),
            certified_error,
            {"numpy": np.__version__},
        )

    return make


KEYS = {"slth_ticket", "slth_verify_graph", "slth_verify_target"}
ERRORS = {"ticket": InvalidTicketError, "target": InvalidTargetError}


@dataclass(frozen=True)
class Hostile:
    """An honest ticket and its target on disk, and what can be done to them."""

    files: dict[str, Path]

    def parts(self, path: Path) -> tuple[dict[str, Any], bytes]:
        """Header and data of a safetensors file."""
        content = path.read_bytes()
        length = int.from_bytes(content[:8], "little")
        return json.loads(content[8 : 8 + length]), content[8 + length :]

    def framed(self, header: str | bytes, data: bytes = b"") -> bytes:
        """A safetensors file of any header."""
        text = header if isinstance(header, bytes) else header.encode()
        return len(text).to_bytes(8, "little") + text + data

    def described(self, path: Path, text: str) -> bytes:
        """The file with another description."""
        header, data = self.parts(path)
        for key in KEYS & set(header["__metadata__"]):
            header["__metadata__"][key] = text
        return self.framed(json.dumps(header), data)

    def rewritten(self, path: Path, change: Callable[..., Any]) -> bytes:
        """The file after a change of its header and its description."""
        header, data = self.parts(path)
        key = next(iter(header["__metadata__"]))
        description = json.loads(header["__metadata__"][key])
        change(header, description)
        metadata = header["__metadata__"]
        if isinstance(metadata, dict) and key in metadata:
            metadata[key] = json.dumps(description)
        return self.framed(json.dumps(header), data)

    def refused(self, kind: str, bad: Path, capsys: Any) -> None:
        """By library and command line, without a trace of control characters."""
        pair = {**self.files, kind: bad}
        with pytest.raises(ERRORS[kind]) as caught:
            sv.check(pair["ticket"], pair["target"])
        assert not any(ord(character) < 32 for character in str(caught.value))
        assert len(str(caught.value)) < 2000
        capsys.readouterr()
        words = [str(pair["ticket"]), str(pair["target"])]
        assert run(["check", *words]) == 2
        out, err = capsys.readouterr()
        assert not out
        assert "Traceback" not in err
        assert "\x1b" not in err
        assert run(["check", "--json", *words]) == 2
        assert json.loads(capsys.readouterr().out)["verdict"] == "INCONCLUSIVE"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    """The honest files that hostile ones are made from; the target's has kernels."""
    folder = tmp_path_factory.mktemp("honest")
    kernel = np.array([[[[0.25]], [[-0.5]]]], dtype=np.float32)
    path = kernel_file(folder / "target", [kernel], (2, 3, 3), "pointwise")
    target = sv.TargetCNN.from_file(path)
    ticket = sv.prune(target, sv.RandomCNN(seed=1, widths=(300,)), eps="1/20")
    ticket.save(folder / "ticket")
    return Hostile({"ticket": folder / "ticket", "target": path})


@pytest.fixture(scope="session")
def scaled_target() -> Any:
    """Its largest output is certainly between two different numbers."""
    rng = np.random.default_rng(8)
    shapes = [(2, 1, 3, 3), (2, 2, 1, 1)]
    kernels = tuple(
        (rng.standard_normal(shape) / 2).astype(np.float32) for shape in shapes
    )
    return sv.TargetCNN.from_kernels(kernels, (1, 4, 4))


@pytest.fixture(scope="session")
def scaled_ticket(scaled_target: Any) -> Ticket:
    """Within 5 % of that range."""
    widths = sv.suggested_widths(scaled_target, "5%")
    return sv.prune(scaled_target, sv.RandomCNN(3, widths), eps="5%")


@pytest.fixture(scope="session")
def grouped() -> TargetCNN:
    """Stages of all kinds: groups and a batch norm, a batch norm alone, a dense layer.

    Inputs and features have both signs, so that both halves of a pair matter.
    """
    rng = np.random.default_rng(2)

    def floats(*shape: int) -> np.ndarray:
        return (rng.standard_normal(shape) / 2).astype(np.float32)

    def norm(name: str, source: str) -> BatchNorm:
        return BatchNorm(
            name=name,
            sources=(source,),
            scale=floats(4) + 1,
            shift=floats(4),
            mean=floats(4),
            variance=floats(4) ** 2 + 1,
            epsilon=Fraction(1, 10**5),
        )

    return TargetCNN(
        (
            Input(name="image", shape=(2, 3, 3), low=(-1, -1), high=(1, 1)),
            Convolution(
                name="conv",
                sources=("image",),
                weight=floats(4, 1, 2, 2),
                groups=2,
                padding=(1, 0, 0, 1),
                stride=(2, 1),
            ),
            norm("its norm", "conv"),
            Rectifier(name="leaky", sources=("its norm",), slopes=(Fraction(1, 4),)),
            norm("alone", "leaky"),
            Clip(name="clip", sources=("alone",), low=-3, high=3),
            AveragePool(name="mean", sources=("clip",), window=(2, 3), stride=(1, 1)),
            Reshape(name="flat", sources=("mean",), shape=(4,)),
            Dense(name="dense", sources=("flat",), weight=floats(2, 4), bias=floats(2)),
        ),
        "grouped",
    )


@pytest.fixture(scope="session")
def grouped_ticket(grouped: TargetCNN) -> Ticket:
    """Within 20 % of the range of its outputs."""
    network = sv.RandomCNN(2**63 + 5, sv.suggested_widths(grouped, "20%"))
    return sv.prune(grouped, network, eps="20%", workers=1)
