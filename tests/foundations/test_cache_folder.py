"""Where caches lie, whatever the environment says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from slth_verify import cache
from slth_verify.cache import cache_folder

NAMES = ("SLTH_VERIFY_CACHE", "XDG_CACHE_HOME", "HOME", "USERPROFILE")


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cache, "_listed_home", lambda: "")


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({}, None),
        ({"HOME": ""}, None),
        ({"HOME": "/"}, None),
        ({"HOME": "here"}, None),
        ({"HOME": "/home/me"}, "/home/me/.cache/slth_verify"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "/c"}, "/c/slth_verify"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": ""}, "/home/me/.cache/slth_verify"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "c"}, "/home/me/.cache/slth_verify"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/slth_verify"),
        ({"HOME": "/home/me", "SLTH_VERIFY_CACHE": ""}, None),
        ({"HOME": "/home/me", "SLTH_VERIFY_CACHE": "/mine"}, "/mine"),
    ],
)
def test_the_environment_names_the_folder(
    environment: dict[str, str], folder: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == (None if folder is None else Path(folder))


@pytest.mark.parametrize("listed", ["", "/", "nowhere"])
def test_the_root_folder_is_nobodys_home(
    listed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_listed_home", lambda: listed)
    assert cache_folder() is None


def test_the_list_of_users_serves_where_home_is_unset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "")
    monkeypatch.setattr(cache, "_listed_home", lambda: "/home/listed")
    assert cache_folder() == Path("/home/listed/.cache/slth_verify")


def test_a_relative_choice_is_meant_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLTH_VERIFY_CACHE", "mine")
    assert cache_folder() == Path(os.getcwd()) / "mine"
