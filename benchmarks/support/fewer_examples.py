"""A pytest plugin: the profile that was chosen, with another number of examples.

``-p benchmarks.support.fewer_examples`` with the number in ``SLTH_EXAMPLES``.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

VARIABLE = "SLTH_EXAMPLES"


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Change the profile, once it is loaded and before tests are."""
    if VARIABLE in os.environ:
        name, examples = __name__, int(os.environ[VARIABLE])
        settings.register_profile(name, settings(), max_examples=examples)
        settings.load_profile(name)
