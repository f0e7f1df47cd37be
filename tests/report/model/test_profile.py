"""Profiles: shipped, read from TOML, refused with reasons."""

from __future__ import annotations

import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.report import PROFILES, Profile, load_profile
from slth_verify.report.model.profile import to_toml


@pytest.mark.parametrize("name", PROFILES)
def test_shipped_profiles_load(name):
    profile = load_profile(name)
    assert profile.name == name
    assert profile.digits
    assert profile.generated > 0


def test_full_does_more_than_quick():
    quick, full = load_profile("quick"), load_profile("full")
    assert full.generated > quick.generated
    assert full.uniform_inputs > quick.uniform_inputs


def test_defaults_are_those_of_quick():
    assert Profile(name="quick") == load_profile("quick")


def test_toml_round_trip(tmp_path):
    profile = Profile(name='odd "name"', digits=False, time_limit=0.5, generated=2)
    path = tmp_path / "p.toml"
    path.write_text(to_toml(profile), encoding="utf-8")
    assert load_profile(path) == profile


def test_file_name_is_the_default_name(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("generated = 1\ntime_limit = 5\n")
    assert load_profile(path) == Profile(name="mine", generated=1, time_limit=5.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("generate = 1", "unknown fields"),
        ("generated = -1", "at least 0"),
        ("generated = true", "needs int"),
        ("relative_eps = 0.05", "needs str"),
        ('relative_eps = "1.5"', "strictly between"),
        ('relative_eps = "nan"', "exact number"),
        ('accuracy_points = "0"', "strictly between"),
        ("time_limit = 0.0", "positive"),
        ("time_limit = inf", "positive"),
        ("time_limit = nan", "positive"),
        ("digits = false\ndense = false\ngenerated = 0", "no case"),
        ("generated = ", "no TOML"),
    ],
)
def test_bad_profiles_are_refused(tmp_path, text, message):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(InvalidParameterError, match=message):
        load_profile(path)


def test_unknown_profile_names_the_known_ones():
    with pytest.raises(InvalidParameterError, match="quick, full"):
        load_profile("thorough")


def test_unreadable_file(tmp_path):
    with pytest.raises(InvalidParameterError, match="cannot be read"):
        load_profile(tmp_path / "none.toml")
