"""What the default run leaves to a nightly one: members of families, and cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest
from hypothesis import settings

from slth_verify.hypothesis_profiles import PROFILES


def nightly_but(kept: Collection[Any], every: Iterable[Any]) -> list[Any]:
    """All members of a family, of which only those that are kept run by default."""
    members = list(every)
    assert all(member in members for member in kept), kept
    return [
        member if member in kept else pytest.param(member, marks=pytest.mark.nightly)
        for member in members
    ]


def nightly_for(slow: Collection[Any], every: Iterable[Any]) -> list[Any]:
    """All members of a family, of which the slow ones run nightly only."""
    members = list(every)
    assert all(member in members for member in slow), slow
    return nightly_but([member for member in members if member not in slow], members)


def cases(usual: int, nightly: int) -> settings:
    """So many generated cases, and more of them under the profile of long runs."""
    loaded = settings()
    long = settings.get_profile(PROFILES[-1]).max_examples
    found = nightly if loaded.max_examples >= long else usual
    return settings(loaded, max_examples=found)
