"""Running one check body on drawn cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import strategies as st


def run(
    body: Callable[..., None],
    settings: hypothesis.settings | None,
    **cases: st.SearchStrategy[Any],
) -> None:
    """Call ``body`` on drawn cases, as a Hypothesis test.

    Args:
        body: The check of one case; its parameters are the names in ``cases``.
        settings: None for the loaded profile.
        cases: One strategy per parameter.
    """
    base = settings if settings is not None else hypothesis.settings()
    base(hypothesis.given(**cases)(body))()
