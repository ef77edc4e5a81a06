"""The command line: one file here per command, found by listing; errors become one plain line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import ModuleType

import typer

import app.cli.commands
from app.domain.errors import OverreadError
from app.domain.volume import Cancelled
from app.settings.file import load_settings
from app.support.i18n import explain, text, use_language
from app.support.languages import wanted_language
from app.support.paths import user_paths
from app.support.plugins import load_plugins

Register = Callable[[typer.Typer], None]


def build(commands: ModuleType = app.cli.commands) -> typer.Typer:
    """The whole command tree; each module of `app.cli.commands` registers its own part."""
    tree = typer.Typer(
        name="overread",
        help=text("cli.about"),
        no_args_is_help=False,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    tree.callback()(_root)
    register: Register
    for register in load_plugins(commands, "register").values():
        register(tree)
    return tree


def run(arguments: Sequence[str]) -> int:
    """Run one command; 0 done, 1 could not (one line on stderr), 2 wrong usage. Never a traceback."""
    # Before commands are declared: their helps are texts too.
    use_language(wanted_language(load_settings(user_paths().settings)[0].language))
    command = typer.main.get_command(build())
    try:
        outcome = command.main(
            args=list(arguments) or ["window"], prog_name="overread", standalone_mode=False
        )
    except OverreadError as error:
        return _refuse(explain(error))
    except Cancelled:
        return _refuse(text("cli.cancelled"))
    except typer.Exit as leave:
        return leave.exit_code
    except typer.Abort:
        return _refuse(text("cli.cancelled"))
    except OSError as error:
        return _refuse(_system_sentence(error))
    except MemoryError:
        return _refuse(text("error.job.memory", kind="overread"))
    except Exception as error:  # noqa: BLE001 - a broad catch: a traceback may quote a header, a path or a name
        usage = _usage_sentence(error)
        if usage is None:
            return _refuse(_mistake_sentence(error))
        print(usage, file=sys.stderr)  # noqa: T201 - this is the command line
        return 2
    return outcome if isinstance(outcome, int) else 0


def _root() -> None:
    """Research and education only, not for primary diagnosis."""


def _mistake_sentence(error: Exception) -> str:
    """What nobody foresaw, written down as places in the program."""
    from app.support.faults import fault_of, write_fault

    file, fault = user_paths().faults_file, fault_of(error)
    if write_fault(file, fault):
        return text("error.ui.unexpected", kind=fault.kind, place=fault.place, file=file)
    return text("error.ui.unexpected_unkept", kind=fault.kind, place=fault.place)


def _system_sentence(error: OSError) -> str:
    """With the file, where the system named one: what fails while it is written has no name."""
    reason = error.strerror or str(error)
    if error.filename is None:
        return text("cli.system_error_unnamed", reason=reason)
    return text("cli.system_error", reason=reason, file=error.filename)


def _usage_sentence(error: Exception) -> str | None:
    """The words of a wrong usage; typer vendors click, so the type is told by its two attributes."""
    if getattr(error, "exit_code", None) == 2 and hasattr(error, "format_message"):
        return f"overread: {error.format_message() or text('cli.which_command')}"
    return None


def _refuse(sentence: str) -> int:
    line = " ".join(sentence.splitlines())  # a file's name may hold a line break
    print(f"overread: {line}", file=sys.stderr)  # noqa: T201 - this is the command line
    return 1
