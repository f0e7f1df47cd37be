"""Groups of commands: their lists are whole, and a wrong word is told where to look."""

from __future__ import annotations

import click

#: Characters of one summary; longer ones are cut.
_LONGEST = 200


class WholeSummaries(click.Group):
    """A group whose help wraps the summaries of its commands and does not cut them."""

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write one row for each command."""
        commands = [
            (name, self.get_command(ctx, name)) for name in self.list_commands(ctx)
        ]
        rows = [
            (name, command.get_short_help_str(_LONGEST))
            for name, command in commands
            if command is not None
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def usage(error: click.ClickException) -> str:
    """What is wrong with a command line, and where it is said what is right.

    Values that an option refuses are left alone: their message says what was required.
    """
    message = error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    refused = isinstance(error, click.BadParameter)
    if context is None or (refused and not isinstance(error, click.MissingParameter)):
        return message
    if message.startswith("Usage:"):  # the help itself
        return message
    return f"{message} See `{context.command_path} --help`."
