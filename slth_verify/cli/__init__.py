"""The command line: thin over the library.

Exit codes: 0 all verified, 1 something refuted, 2 usage error or unreadable input, 3
inconclusive or vacuous only, 4 internal error.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

import click

from slth_verify._version import __version__
from slth_verify.cli._output import print_json
from slth_verify.errors import NoTicketFoundError, SlthVerifyError

#: Command name to (module, one-line help); modules are loaded when used.
_COMMANDS = {
    "report": "_report",
    "prune": "_prune",
    "check": "_check",
    "collapse": "_collapse",
    "bounds": "_bounds",
    "statements": "_statements",
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = import_module(f"slth_verify.cli.{_COMMANDS[name]}")
        command = module.command
        return command if isinstance(command, click.Command) else None


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 verified, 1 refuted, 2 usage, 3 inconclusive, 4 internal.",
)
@click.version_option(__version__, prog_name="slth-verify")
def group() -> None:
    """Certified structured strong lottery tickets.

    \b
    slth-verify report                        prune, check and report
    slth-verify prune net.safetensors --eps 0.01 --seed 1 --output net.ticket
    slth-verify check net.ticket net.safetensors
    slth-verify statements thm:mrss-nsn
    slth-verify bounds mrss --dim 9 --eps 0.01 --kind all
    """


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code.

    Args:
        arguments: Words after the program's name.
    """
    try:
        outcome = group.main(
            list(arguments), prog_name="slth-verify", standalone_mode=False
        )
    except click.ClickException as error:
        _report_error(arguments, error.format_message())
        return 2
    except click.Abort:
        _report_error(arguments, "interrupted")
        return 3
    except NoTicketFoundError as error:
        _report_error(arguments, str(error))
        return 3
    except SlthVerifyError as error:
        _report_error(arguments, str(error))
        return 2
    except Exception as error:  # the border to the shell: report, never swallow
        traceback.print_exc()
        _report_error(arguments, f"internal error: {error!r}")
        return 4
    return outcome if isinstance(outcome, int) else 0


def main() -> None:
    """Entry point of ``slth-verify``."""
    sys.exit(run(sys.argv[1:]))


def _report_error(arguments: Sequence[str], message: str) -> None:
    if "--json" in arguments:
        command = next((word for word in arguments if word in _COMMANDS), "")
        print_json(command, verdict="INCONCLUSIVE", error=message)
    click.echo(f"slth-verify: {message}", err=True)
