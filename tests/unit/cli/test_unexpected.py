"""A mistake of ours on the command line: one plain line without anybody's data, written down, exit 1."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from app.cli import main
from app.support.paths import user_paths

NAME = "Doe^Jane"


def failing(error: Exception) -> Callable[[], typer.Typer]:
    def build() -> typer.Typer:
        tree = typer.Typer(pretty_exceptions_enable=False)

        @tree.callback()
        def root() -> None:
            pass

        @tree.command()
        def broken() -> None:
            raise error

        return tree

    return build


@pytest.mark.parametrize(
    ("error", "said"), [(RuntimeError(NAME), "faults.log"), (MemoryError(), "not enough memory")]
)
def test_nobody_sees_a_traceback(
    error: Exception,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path))
    monkeypatch.setattr(main, "build", failing(error))
    assert main.run(["broken"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1
    assert said in told.err
    assert NAME not in told.err
    if isinstance(error, RuntimeError):
        kept = user_paths().faults_file.read_text(encoding="utf-8")
        assert "RuntimeError" in kept
        assert NAME not in kept
