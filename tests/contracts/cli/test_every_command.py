"""Every command there is, found by walking the tree: its help, and what wrong usage does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from app.cli.main import build
from tests.support.cli_phantom import in_process

COMMANDS = (
    "demo", "doctor", "evaluate", "export", "index", "journal", "models", "open", "phantom", "review", "run",
    "snapshot",
)  # fmt: skip


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and family with the words that call it."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from walk(child, (*path, name))


EVERY = dict(walk(typer.main.get_command(build())))
FAMILIES = [path for path, command in EVERY.items() if path and hasattr(command, "commands")]
WITH_ARGUMENTS = [
    path
    for path, command in EVERY.items()
    if not hasattr(command, "commands") and any(one.required for one in command.params)
]


def test_all_commands_of_the_contract_are_there() -> None:
    assert {path[0] for path in EVERY if path} >= set(COMMANDS)
    assert {path[1] for path in EVERY if path[:1] == ("models",) and path[1:]} >= {
        "list", "check", "install", "pack",
    }  # fmt: skip
    assert {path[1] for path in EVERY if path[:1] == ("review",) and path[1:]} >= {
        "list", "accept", "reject", "edit",
    }  # fmt: skip


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_help_says_what_a_command_does(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    told = in_process(capsys, *path, "--help")
    assert (told.code, told.err) == (0, "")
    assert "Usage: overread" in told.out
    assert EVERY[path].help, "a command without a word of what it does"
    assert "cli." not in EVERY[path].help, "a key without its text"


def test_the_root_says_what_it_is_not_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert "not for primary diagnosis" in " ".join(in_process(capsys, "--help").out.split())


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_an_unknown_option_is_wrong_usage(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    told = in_process(capsys, *path, "--no-such-option")
    assert told.code == 2
    assert "--no-such-option" in told.sentence()


@pytest.mark.parametrize("path", WITH_ARGUMENTS, ids=" ".join)
def test_a_missing_argument_is_wrong_usage(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    told = in_process(capsys, *path)
    assert told.code == 2
    assert told.sentence().startswith("Missing")


@pytest.mark.parametrize("path", FAMILIES, ids=" ".join)
def test_a_family_alone_is_wrong_usage_and_shows_its_help(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    told = in_process(capsys, *path)
    assert told.code == 2
    assert "which of the commands" in told.sentence()
    assert "Usage: overread" in told.out


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    told = in_process(capsys, "no-such-command")
    assert told.code == 2
    assert "no-such-command" in told.sentence()


def test_a_number_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    told = in_process(capsys, "snapshot", "x", "--out", "y.png", "--slice", "three")
    assert told.code == 2
    assert "--slice" in told.sentence()
