"""The profiles that other suites load."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.errors import InvalidArgument

from slth_verify.strategies import profiles


def _run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return done.stdout.strip()


LOAD = """
    from hypothesis import settings
    from slth_verify import hypothesis_profiles as profiles
    name = profiles.load()
    print(name, settings().max_examples, settings().derandomize)
"""


def test_the_profile_follows_the_variable_ci() -> None:
    assert _run(LOAD) == "slth-dev 50 False"
    assert _run(LOAD, CI="1") == "slth-ci 60 True"


@pytest.mark.parametrize("name", profiles.PROFILES)
def test_every_profile_is_loaded_by_name(name: str) -> None:
    code = LOAD.replace("load()", f"load({name!r})")
    assert _run(code).startswith(name)


@pytest.mark.parametrize("name", ["slth", "", 5, ["slth-ci"], "default"])
def test_other_names_are_refused_and_forgotten(name: Any) -> None:
    before = repr(settings())
    with pytest.raises(InvalidArgument, match="slth-dev, slth-ci, slth-nightly"):
        profiles.load(name)
    assert repr(settings()) == before
    profiles.register()


@pytest.mark.parametrize("name", profiles.PROFILES)
def test_every_profile_prints_what_draws_a_failure_again(name: str) -> None:
    assert settings.get_profile(name).print_blob


def test_registering_imports_nothing_but_hypothesis() -> None:
    code = """
        import sys
        from slth_verify.hypothesis_profiles import register
        register()
        print(*{"numpy", "torch", "sympy", "flint"} & set(sys.modules))
    """
    assert _run(code) == ""


def test_the_entry_point_has_no_side_effects(tmp_path: Path) -> None:
    folder = tmp_path / "probe-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: probe\nVersion: 1\n")
    (folder / "entry_points.txt").write_text(
        "[hypothesis]\nprobe = slth_verify.hypothesis_profiles:register\n"
    )
    code = f"""
        import sys, warnings
        warnings.simplefilter("error")
        sys.path.append({str(tmp_path)!r})
        import hypothesis
        print(hypothesis.settings.get_profile("slth-ci").max_examples)
    """
    assert _run(code) == "60"
