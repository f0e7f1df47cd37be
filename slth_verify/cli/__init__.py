"""The command line: thin over the library.

Exit codes: 0 all verified, 1 something refuted, 2 usage error, or a file that cannot be
read or written, 3 nothing decided or vacuous only, 4 internal error, 5 worse than an
older report (where that is asked), 130 and 143 ended by Ctrl-C and SIGTERM, 141 nobody
reads the output any more.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

import click

from slth_verify._version import __version__
from slth_verify.cli._groups import WholeSummaries, usage
from slth_verify.cli._output import note, settle_streams, stop_writing
from slth_verify.cli._signals import BY_SIGNAL, EndedBySignal, answered_signals
from slth_verify.cli.printing import asked_form, print_failure
from slth_verify.deadline import TimeIsUpError
from slth_verify.errors import NoTicketFoundError, SlthVerifyError, WorkerLostError
from slth_verify.numbers import shown

#: Command name to (module, one-line help); modules are loaded when used.
_COMMANDS = {
    "report": "reporting.report",
    "prune": "_prune",
    "check": "_check",
    "attack": "comparing.attack",
    "certify": "comparing.certify",
    "compare": "comparing.compare",
    "instance": "comparing.instance",
    "collapse": "_collapse",
    "sweep": "_sweep",
    "bounds": "bounds",
    "statements": "_statements",
    "replay": "_replay",
    "selftest": "_selftest",
}

#: Asks for completions in a shell; click reads it.
_COMPLETION = "_SLTH_VERIFY_COMPLETE"

_INTERRUPTED = BY_SIGNAL + signal.SIGINT
_PIPE_CLOSED = BY_SIGNAL + 13  # SIGPIPE, which some systems lack

_CODES = """
\b
Exit codes:
  0    verified, or done
  1    refuted
  2    usage, or a file that cannot be read or written
  3    undecided or vacuous; no ticket found; out of time or memory
  4    internal error
  5    worse than before (report --fail-on-worse)
  130  ended by Ctrl-C        143  ended by SIGTERM
  141  the output was closed
"""


class _LazyGroup(WholeSummaries):
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
    epilog=_CODES,
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
    slth-verify sweep plan.toml               many runs, resumed when killed
    """


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code.

    Args:
        arguments: Words after the program's name.
    """
    code, message = _outcome(arguments)
    if message:
        try:
            command = next((word for word in arguments if word in _COMMANDS), "")
            print_failure(asked_form(arguments), command, message)
        except OSError:  # what follows says it on the other stream
            stop_writing(sys.stdout)
        help_itself = message.startswith("Usage:")
        note(message if help_itself else f"slth-verify: {message}")
    return code


def main() -> None:
    """Entry point of ``slth-verify``.

    Worker processes of searches find modules where this process does, and none in the
    current folder, where files of others may lie.
    """
    settle_streams()
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    try:
        with answered_signals():
            code = run(sys.argv[1:])
    except EndedBySignal as ended:  # between two commands' ends
        code = BY_SIGNAL + ended.number
    sys.exit(code)


def _outcome(arguments: Sequence[str]) -> tuple[int, str]:
    """Exit code of a command line, and what there is to say about a failure."""
    try:
        outcome = group.main(
            list(arguments), prog_name="slth-verify", standalone_mode=False
        )
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.ClickException as error:
        return 2, usage(error)
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED, "interrupted"
    except EndedBySignal as ended:
        return BY_SIGNAL + ended.number, _words(ended)
    except (SystemExit, BrokenPipeError) as ended:
        if _COMPLETION in os.environ and isinstance(ended, SystemExit):
            return _completed(ended)
        # click answers a closed pipe with an exit
        stop_writing(sys.stdout)
        return _PIPE_CLOSED, ""
    except (NoTicketFoundError, WorkerLostError) as error:
        return 3, str(error)
    except TimeIsUpError:
        return 3, "the time limit was reached; nothing was decided. Give more time."
    except MemoryError:
        return 3, "out of memory; nothing was decided. Ask for less at once."
    except SlthVerifyError as error:
        return 2, str(error)
    except OSError as error:  # the environment's failure, such as a full disk
        stop_writing(sys.stdout)
        return 2, f"the system refused: {error}"
    except Exception as error:  # the border to the shell: report, never swallow
        traceback.print_exc()
        return 4, f"internal error: {error!r}"
    return (outcome if isinstance(outcome, int) else 0), ""


def _completed(ended: SystemExit) -> tuple[int, str]:
    """A shell was told what may stand next, or how it asks."""
    if not ended.code:
        return 0, ""
    return 2, (
        f"{_COMPLETION}={shown(os.environ[_COMPLETION])}: bash_source, zsh_source or "
        'fish_source was required. Say eval "$(_SLTH_VERIFY_COMPLETE=bash_source '
        'slth-verify)" in the shell.'
    )


def _words(ended: EndedBySignal) -> str:
    return "interrupted" if ended.number == signal.SIGINT else str(ended)
