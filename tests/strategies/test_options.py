"""Bad options raise when something is drawn, and not before."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import SearchStrategy

from slth_verify import strategies as slst

ONCE = settings(
    max_examples=1,
    phases=(Phase.generate,),
    database=None,
    suppress_health_check=list(HealthCheck),
)


def draw_one(strategy: SearchStrategy[Any]) -> None:
    @ONCE
    @given(strategy)
    def nothing(_: Any) -> None:
        pass

    nothing()


BAD: dict[str, Callable[[], SearchStrategy[Any]]] = {
    "depth 0": lambda: slst.architectures(min_depth=0),
    "depth empty": lambda: slst.architectures(min_depth=3, max_depth=2),
    "depth huge": lambda: slst.architectures(max_depth=1000),
    "depth float": lambda: slst.architectures(max_depth=2.0),  # type: ignore[arg-type]
    "depth bool": lambda: slst.architectures(min_depth=True),
    "channels 0": lambda: slst.architectures(min_channels=0),
    "channels empty": lambda: slst.architectures(max_channels=0),
    "no kernel size": lambda: slst.architectures(kernel_sizes=()),
    "kernel size 0": lambda: slst.architectures(kernel_sizes=(0, 1)),
    "kernel size huge": lambda: slst.architectures(kernel_sizes=(99,)),
    "kernel size float": lambda: slst.architectures(kernel_sizes=(1.5,)),  # type: ignore[arg-type]
    "target depth": lambda: slst.target_networks(max_depth=0),
    "target side": lambda: slst.target_networks(min_side=4, max_side=3),
    "target kernel sizes": lambda: slst.target_networks(kernel_sizes=[]),
    "kernel shape short": lambda: slst.target_kernels((1, 1, 1)),  # type: ignore[arg-type]
    "kernel shape zero": lambda: slst.target_kernels((0, 1, 1, 1)),
    "kernel not square": lambda: slst.target_kernels((1, 1, 2, 3)),
    "kernel huge": lambda: slst.target_kernels((1 << 20, 2, 1, 1)),
    "mask channels": lambda: slst.channel_blocked_masks(min_channels=0),
    "mask block": lambda: slst.channel_blocked_masks(max_block=0),
    "near mask channels": lambda: slst.near_blocked_masks(max_channels=1),
    "near mask block": lambda: slst.near_blocked_masks(max_block=0),
    "mask kernel": lambda: slst.channel_blocked_masks(max_kernel_size=0),
    "problem size": lambda: slst.subset_sum_problems(min_size=-1),
    "problem empty": lambda: slst.subset_sum_problems(min_size=5, max_size=4),
    "problem dim": lambda: slst.subset_sum_problems(min_dim=0),
    "vectors size": lambda: slst.nsn_vectors(max_size=1 << 20),
    "vectors dim": lambda: slst.nsn_vectors(max_dim=0),
    "networks width": lambda: slst.random_networks(min_width=0),
    "networks depth": lambda: slst.random_networks(max_depth=0),
    "input short": lambda: slst.extreme_inputs((1, 2)),  # type: ignore[arg-type]
    "input zero": lambda: slst.extreme_inputs((1, 0, 2)),
    "input float": lambda: slst.extreme_inputs((1, 2.0, 2)),  # type: ignore[arg-type]
    "derivation unknown": lambda: slst.built_answers(("x",)),
    "derivations none": lambda: slst.built_answers(()),
    "derivations number": lambda: slst.built_answers(5),  # type: ignore[arg-type]
    "derivations letters": lambda: slst.built_answers("net"),
    "answers number": lambda: slst.forged_answers(3),  # type: ignore[arg-type]
    "input huge": lambda: slst.extreme_inputs((1 << 10, 1 << 10, 2)),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_option_raises_when_drawn(name: str) -> None:
    strategy = BAD[name]()
    with pytest.raises(InvalidArgument, match="="):
        draw_one(strategy)


def test_message_names_value_requirement_and_remedy() -> None:
    with pytest.raises(
        InvalidArgument,
        match=r"min_depth=3, max_depth=2: 1 <= min_depth <= max_depth <= 16 is "
        r"required\. Swap or shrink the range\.",
    ):
        draw_one(slst.architectures(min_depth=3, max_depth=2))


def test_options_are_keyword_only() -> None:
    with pytest.raises(TypeError):
        slst.architectures(4)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        slst.subset_sum_problems(3)  # type: ignore[call-arg]


def test_representation_shows_the_options() -> None:
    assert repr(slst.architectures(max_depth=2)) == "architectures(max_depth=2)"


@pytest.mark.parametrize("name", slst.__all__)
def test_help_describes_what_a_user_passes_and_nothing_else(name: str) -> None:
    thing = getattr(slst, name)
    text = inspect.getdoc(thing) or ""
    heading = "Attributes" if isinstance(thing, type) else "Args"
    _, _, after = text.partition(f"\n{heading}:\n")
    described = re.findall(r"^    (\w+):", re.split(r"\n\n(?=\w)", after)[0], re.M)
    assert described == list(inspect.signature(thing).parameters)
    assert "draw" not in described
