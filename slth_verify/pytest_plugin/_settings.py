"""The options of the plugin, their twins for configuration files, and the marker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from slth_verify.errors import InvalidParameterError
from slth_verify.files import require_writable
from slth_verify.limits import SEEDS
from slth_verify.numbers import shown, whole_number
from slth_verify.suite import require_statement
from slth_verify.suite.annotations import SERVICES
from slth_verify.text import printable

_REPORT = (
    "Write what the suite found to this JSON file; in a configuration file the path "
    "stands on the folder of that file."
)
_SEED = "Seed of all that the fixtures draw (default: 1)."
_CAP = "Most bits of slth_decide (default: 4096)."
_ONLY = "Run only tests that are marked with this statement; may be given again."
_ALLOW = "Let the run pass although claims are INCONCLUSIVE or VACUOUS."
_MARKS = (
    "Mark claims that are contradicted or open in the interface of this CI service."
)
#: Bits at which nobody waits any longer.
_MOST_BITS = 1 << 20

MARKER = (
    'slth(statement): the test is about this statement, such as "thm:rss"; '
    "`slth-verify statements` lists all."
)


@dataclass(frozen=True, slots=True)
class Settings:
    """How the suite is run.

    Attributes:
        report: Where the document goes, or None.
        seed: Seed of the whole suite.
        precision_cap: Most bits of a decision.
        statements: Ids to which the suite is restricted; empty for no restriction.
        allow_inconclusive: Whether open claims let the run pass.
        annotations: CI service that is told what is no pass; empty for none.
    """

    report: Path | None
    seed: int
    precision_cap: int
    statements: tuple[str, ...]
    allow_inconclusive: bool
    annotations: str = ""

    def to_plain(self) -> dict[str, Any]:
        """As the document stores it."""
        return {
            "seed": str(self.seed),
            "precision_cap": self.precision_cap,
            "allow_inconclusive": self.allow_inconclusive,
            "statements": list(self.statements),
        }


def add_options(parser: pytest.Parser) -> None:
    """Declare the options and their twins."""
    group = parser.getgroup("slth-verify", "verification of statements")
    for name, metavar, default, told in (
        ("report", "PATH", "", _REPORT),
        ("seed", "N", "1", _SEED),
        ("precision-cap", "BITS", "4096", _CAP),
        ("annotations", "github", "", _MARKS),
    ):
        group.addoption(f"--slth-{name}", metavar=metavar, help=told)
        ini = f"slth_{name.replace('-', '_')}"
        parser.addini(ini, told, type="string", default=default)
    group.addoption("--slth-statement", action="append", metavar="ID", help=_ONLY)
    parser.addini("slth_statement", _ONLY, type="args", default=[])
    group.addoption(
        "--slth-allow-inconclusive", action="store_true", default=None, help=_ALLOW
    )
    parser.addini("slth_allow_inconclusive", _ALLOW, type="bool", default=False)


def read_settings(config: pytest.Config) -> Settings:
    """What was asked for; an option wins over its twin.

    Raises:
        pytest.UsageError: If a value is none that the option takes.
    """
    try:
        return Settings(
            _report(config),
            _whole(config, "seed", least=0, most=SEEDS - 1),
            _whole(config, "precision_cap", least=64, most=_MOST_BITS),
            _statements(config),
            _chosen(config, "allow_inconclusive")[0],
            _service(config),
        )
    except (InvalidParameterError, OSError) as error:
        raise pytest.UsageError(str(error)) from error


def _chosen(config: pytest.Config, name: str) -> tuple[Any, str]:
    """A value, and how messages call the option or the twin that it is from."""
    given = config.getoption(f"slth_{name}")
    if given is not None:
        return given, f"--slth-{name.replace('_', '-')}"
    twin = f"slth_{name}"
    file = printable(config.inipath.name) if config.inipath else "the configuration"
    try:
        return config.getini(twin), f"{file}: {twin}"
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise InvalidParameterError(
            f"{file}: {twin} cannot be read: {printable(str(error))}. Write it as "
            "`pytest --help` says."
        ) from error


def _report(config: pytest.Config) -> Path | None:
    """Where the document goes: as any path of pytest, a twin's stands on its file."""
    path, named = _chosen(config, "report")
    folder = config.invocation_params.dir
    if config.getoption("slth_report") is None:
        if not path:
            return None
        folder = config.inipath.parent if config.inipath else folder
    if not path:
        raise InvalidParameterError(
            f"{named}='': the path of a file was required. Name one, such as "
            "out.json, or leave the option out."
        )
    report: Path = folder / path
    if not hasattr(config, "workerinput"):
        require_writable(report)
    return report


def _whole(config: pytest.Config, name: str, *, least: int, most: int) -> int:
    value, named = _chosen(config, name)
    try:
        return whole_number(value, named, least=least, most=most)
    except InvalidParameterError as error:
        raise InvalidParameterError(
            f"{named}={shown(value)}: an integer from {least} to {most} was required. "
            "Give one, such as 64."
        ) from error


def _statements(config: pytest.Config) -> tuple[str, ...]:
    identifiers, named = _chosen(config, "statement")
    try:
        for identifier in identifiers:
            require_statement(identifier)
    except InvalidParameterError as error:
        raise InvalidParameterError(f"{named}: {error}") from error
    return tuple(identifiers)


def _service(config: pytest.Config) -> str:
    service, named = _chosen(config, "annotations")
    asked = service or config.getoption("slth_annotations") is not None
    if asked and service not in SERVICES:
        raise InvalidParameterError(
            f"{named}={shown(service)}: known services are {', '.join(SERVICES)}. Name "
            "one, or leave the option out."
        )
    return str(service)


def statement_of(item: pytest.Item) -> str | None:
    """The statement that an item is marked with, or None.

    Raises:
        pytest.UsageError: If the marker names no statement.
    """
    marker = item.get_closest_marker("slth")
    if marker is None:
        return None
    named = [*marker.args, *marker.kwargs.values()]
    if len(named) != 1 or not set(marker.kwargs) <= {"statement"}:
        raise pytest.UsageError(
            f"{item.nodeid}: the marker slth takes one statement, as in "
            '@pytest.mark.slth(statement="thm:rss").'
        )
    try:
        require_statement(named[0])
    except InvalidParameterError as error:
        raise pytest.UsageError(f"{item.nodeid}: {error}") from error
    return str(named[0])
