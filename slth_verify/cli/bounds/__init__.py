"""``slth-verify bounds``: widths and probabilities, certified."""

from slth_verify.cli.bounds.group import command

__all__ = ["command"]
