"""Profiles that nobody vouches for are refused in words, at bounded cost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slth_verify.cli import run
from slth_verify.errors import InvalidParameterError
from slth_verify.limits import DIGITS
from slth_verify.processes.bounded import run_bounded
from slth_verify.report import Profile, load_profile
from slth_verify.report.model.profile import to_toml

HOSTILE: dict[str, str | bytes] = {
    "huge exponent": 'relative_eps = "1e999999999"',
    "tiny exponent": 'relative_eps = "1e-999999999"',
    "quotient of powers": 'relative_eps = "1/1e999999999"',
    "5000 digits": "generated = " + "9" * 5000,
    "5000 digits in words": 'relative_limit = "0.' + "9" * 5000 + '"',
    "count beyond use": "generated = 1000000000",
    "images beyond memory": "uniform_inputs = 1000000000",
    "dimension beyond use": "certified_dimension = 1000000000000000000",
    "repeats beyond use": "law_repeats = 100000000",
    "seconds beyond use": "time_limit = " + "9" * 400,
    "float beyond range": "time_limit = 1e999",
    "deep brackets": "generated = " + "[" * 20_000 + "]" * 20_000,
    "deep tables": "[" + ".".join("a" * 10_000) + "]",
    "deep inline tables": "a = " + "{a = " * 5_000 + "1" + "}" * 5_000,
    "table for a number": "[generated]\nx = 1",
    "lone surrogate": r'name = "\ud800"',
    "clear screen": 'name = "\\u001b[2J"',
    "right to left": 'name = "\\u202Efdp.exe"',
    "newline in the name": 'name = """a\nb"""',
    "long name": 'name = "' + "a" * 10_000 + '"',
    "unknown field": "reative_eps = 1",
    "unknown field that steers": '"\\u001b[2J" = 1',
    "a field twice": "generated = 1\ngenerated = 2",
    "latin-1": b'name = "\xe9"',
    "nothing but zeros": bytes(5000),
    "too large": b"# " + b"a" * (1 << 17),
    "half": 'name = "',
    "date": "generated = 1979-05-27",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_profiles_end_in_words(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = HOSTILE[kind]
    path = tmp_path / "p.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert run(["report", "--profile", str(path), "--output", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("slth-verify: ")
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert len(said) < 1500
    assert os.listdir(tmp_path) == ["p.toml"]


def test_all_of_them_cost_seconds_and_a_gigabyte(tmp_path: Path) -> None:
    paths = []
    for number, content in enumerate(HOSTILE.values()):
        path = tmp_path / f"{number}.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    # the kernel ends what takes more, whatever it is doing; children inherit the limit
    code = (
        "import sys\n"
        "from slth_verify.errors import InvalidParameterError\n"
        "from slth_verify.report import load_profile\n"
        "for path in sys.argv[1:]:\n"
        "    try: load_profile(path)\n"
        "    except InvalidParameterError: print('refused')\n"
    )
    command = [sys.executable, "-c", code, *map(str, paths)]
    done = run_bounded(subprocess.check_output, command, seconds=120, memory=1 << 30)
    assert done.decode() == "refused\n" * len(HOSTILE)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")
@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "nothing", "link to it"])
def test_what_is_no_file_is_never_waited_for(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "link to it":
        path.symlink_to(path)
    with pytest.raises(InvalidParameterError, match="cannot be read"):
        load_profile(path)


def test_numbers_up_to_the_limits_are_read() -> None:
    share = "0." + "1" * (DIGITS - 1)
    assert Profile(name="p", relative_eps=share).relative_eps == share
    assert Profile(name="p", generated=1000).generated == 1000


@given(st.text(max_size=30))
def test_a_name_is_refused_or_comes_back(tmp_path_factory, name: str) -> None:
    try:
        profile = Profile(name=name)
    except InvalidParameterError:
        return
    path = tmp_path_factory.mktemp("profile") / "p.toml"
    path.write_text(to_toml(profile), encoding="utf-8")
    assert load_profile(path) == profile
