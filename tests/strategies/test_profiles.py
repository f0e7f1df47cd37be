"""The Hypothesis profiles, and which tests are left out by default."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings


@pytest.fixture
def root_conftest(request: pytest.FixtureRequest) -> Any:
    plugins = request.config.pluginmanager
    return plugins.get_plugin(str(request.config.rootpath / "conftest.py"))


def test_ci_profile_repeats_itself_and_prints_blobs() -> None:
    ci = settings.get_profile("slth-ci")
    assert ci.derandomize
    assert ci.print_blob
    assert ci.deadline is None
    assert ci.database is None


def test_nightly_profile_is_random_and_long() -> None:
    nightly = settings.get_profile("slth-nightly")
    assert not nightly.derandomize
    assert nightly.deadline is None
    assert nightly.max_examples >= 1000
    assert nightly.database is None  # else best cases are shrunk, for hours


def test_profile_follows_the_environment(request: pytest.FixtureRequest) -> None:
    asked = request.config.getoption("--hypothesis-profile")
    expected = asked or ("slth-ci" if os.environ.get("CI") else "slth-dev")
    assert settings().max_examples == settings.get_profile(expected).max_examples
    assert settings().derandomize == settings.get_profile(expected).derandomize


def test_one_thread_per_test_process() -> None:
    assert os.environ["OMP_NUM_THREADS"]


def _collect(root_conftest: Any, markexpr: str) -> tuple[list[str], list[str]]:
    """Names that stay, and names that are left out."""

    def item(name: str, marked: bool) -> Any:
        return SimpleNamespace(name=name, get_closest_marker=lambda _: marked or None)

    left_out: list[Any] = []
    items = [item("fast", False), item("slow", True)]
    config = SimpleNamespace(
        option=SimpleNamespace(markexpr=markexpr),
        hook=SimpleNamespace(pytest_deselected=lambda items: left_out.extend(items)),
    )
    root_conftest.pytest_collection_modifyitems(config, items)
    return [i.name for i in items], [i.name for i in left_out]


def test_nightly_tests_are_left_out_unless_asked_for(root_conftest: Any) -> None:
    assert _collect(root_conftest, "") == (["fast"], ["slow"])
    assert _collect(root_conftest, "nightly") == (["fast", "slow"], [])
