"""What somebody reads who does not know the commands yet."""

from __future__ import annotations

import click
import pytest

from slth_verify.cli import group, run


def _groups() -> list[tuple[list[str], click.Group]]:
    context = click.Context(group)
    inner = {
        name: group.get_command(context, name) for name in group.list_commands(context)
    }
    nested = [
        ([name], one) for name, one in inner.items() if isinstance(one, click.Group)
    ]
    return [([], group), *nested]


@pytest.mark.parametrize(("words", "whole"), _groups(), ids=lambda part: str(part)[:20])
def test_a_group_alone_says_what_its_commands_do(
    words: list[str], whole: click.Group, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err.startswith("Usage: slth-verify")
    context = click.Context(whole)
    said = " ".join(streams.err.split())
    for name in whole.list_commands(context):
        one = whole.get_command(context, name)
        assert one is not None
        summary = (one.help or "").split("\n\n")[0].split()
        assert len(summary) > 3
        assert f"{name} {' '.join(summary).removesuffix('.')}" in said


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["prunne"], "slth-verify --help"),
        (["check", "--nope"], "slth-verify check --help"),
        (["bounds", "mrss"], "slth-verify bounds mrss --help"),
        (["bounds", "network", "--eps", "1", "--delta", "1"],
         "slth-verify bounds network --help"),
    ],
)  # fmt: skip
def test_wrong_words_are_told_where_to_look(
    words: list[str], where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("slth-verify: ")
    assert said.endswith(f" See `{where}`.\n")


def test_a_value_that_is_refused_says_itself_what_is_required(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["bounds", "mrss", "--dim", "0", "--eps", "1"]) == 2
    said = capsys.readouterr().err
    assert "an integer from 1 to 10000 was required" in said
    assert "--help" not in said


def test_every_option_says_what_it_is_for() -> None:
    silent = []
    todo: list[tuple[str, click.Command]] = [("slth-verify", group)]
    while todo:
        name, command = todo.pop()
        silent += [
            f"{name} {option.opts[0]}"
            for option in command.params
            if isinstance(option, click.Option) and not option.help
        ]
        if isinstance(command, click.Group):
            context = click.Context(command)
            for inner in command.list_commands(context):
                child = command.get_command(context, inner)
                assert child is not None
                todo.append((f"{name} {inner}", child))
    assert silent == []


@pytest.mark.parametrize("eps", ["2%", " 1/3 % "])
def test_a_share_needs_a_network_whose_range_it_is_of(
    eps: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bounds", "network", "--kernel", "3", "--channels", "1,4"]
    assert run([*words, "--eps", eps, "--delta", "0.1"]) == 2
    assert "--target" in capsys.readouterr().err
