"""How errors become exit codes: one line for what was foreseen, and nothing swallowed that was not."""

from __future__ import annotations

import types
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

import app.cli.main as cli
from app.domain.errors import StudyUnreadableError
from app.domain.volume import Cancelled
from tests.support.cli_phantom import Answer, in_process


def tree(work: Callable[[], None]) -> Callable[[], typer.Typer]:
    """A command line with one command that does this."""

    def build(_: types.ModuleType | None = None) -> typer.Typer:
        made = typer.Typer(pretty_exceptions_enable=False)
        made.callback()(lambda: None)
        made.command("try")(work)
        return made

    return build


def ended(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Answer:
    def work() -> None:
        raise error

    monkeypatch.setattr(cli, "build", tree(work))
    return in_process(capsys, "try")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (StudyUnreadableError("error.study.empty_folder", folder="scans"), "scans"),
        (Cancelled(), "Stopped"),
        (typer.Abort(), "Stopped"),
        (PermissionError(13, "Permission denied", "/media/disc/a.dcm"), "/media/disc/a.dcm"),
        (OSError(28, "No space left on device"), "No space left"),
    ],
)
def test_what_was_foreseen_is_one_line_and_exit_code_one(
    error: BaseException, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ended(error, monkeypatch, capsys)
    assert told.code == 1
    assert words in told.sentence()


def test_a_fault_of_ours_is_not_passed_off_as_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path))
    told = ended(ZeroDivisionError(), monkeypatch, capsys)
    assert told.code == 1
    assert "ZeroDivisionError" in told.sentence()


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_a_command_that_leaves_with_a_code_keeps_it(
    code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(typer.Exit(code), monkeypatch, capsys).code == code
