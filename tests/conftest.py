"""Planted lies: modules that are loaded again with one piece of source changed.

Makes the package `handmade` beside this file importable, and its fixtures known.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

sys.path.append(str(Path(__file__).parent))

from handmade.forms.cases import (  # noqa: F401
    form_cases,
    form_refuted,
    plant_in_forms,
)
from handmade.forms.linear_forms import (  # noqa: F401
    broken,
    float_image,
    network_pair,
    outside,
)
from handmade.graph_tickets import (  # noqa: F401
    box_images,
    grouped,
    hand_ticket,
)
from handmade.near_targets import (  # noqa: F401
    image_of,
    pair_of,
    values_of,
    violations,
)


@pytest.fixture
def mutant() -> Iterator[Callable[[ModuleType, str, str], ModuleType]]:
    """Load a module again, with one piece of its source replaced by a lie.

    The piece must occur exactly once. The module itself stays as it is.
    """
    planted: list[str] = []

    def load(module: ModuleType, truth: str, lie: str) -> ModuleType:
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        assert source.count(truth) == 1, f"{truth!r} is not in {module.__name__} once"
        wrong = ModuleType(f"{module.__name__}_mutant{len(planted)}")
        wrong.__file__ = module.__file__
        sys.modules[wrong.__name__] = wrong  # dataclasses look their module up
        planted.append(wrong.__name__)
        exec(compile(source.replace(truth, lie), wrong.__name__, "exec"), vars(wrong))
        return wrong

    yield load
    for name in planted:
        del sys.modules[name]


@pytest.fixture
def usual_signals() -> Iterator[None]:
    """Children do not inherit that ``nohup`` or a background shell ignores signals."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    ignored = [n for n in numbers if signal.getsignal(n) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)
