"""The README's commands are those that CI runs."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _commands() -> list[str]:
    text = (ROOT / "README.md").read_text()
    return re.findall(r"```sh\n(python3 -m venv .*)\n```", text)


def test_readme_opens_with_exactly_two_set_up_commands() -> None:
    commands = _commands()
    assert len(commands) == 2
    assert all("-c constraints.txt" in command for command in commands)
    assert commands[0].endswith("slth-verify report")


def test_ci_runs_the_readmes_test_command() -> None:
    assert _commands()[1] in (ROOT / ".ci" / "run").read_text()


def test_every_install_goes_through_the_constraints() -> None:
    for name in (".ci/run", "README.md"):
        for line in (ROOT / name).read_text().splitlines():
            if "pip install" in line:
                assert "-c constraints.txt" in line, f"{name}: {line}"
    assert "PIP_CONSTRAINT" in (ROOT / "tox.ini").read_text()
