"""A model package and the process it runs in, for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from app.cli.asking import ask_on_terminal
from app.context import AppContext, build_context
from app.domain.volume import Progress
from app.support.i18n import text
from app.workflows.run_model import PROVIDERS, Session

Package = Annotated[
    str, typer.Argument(help="Folder of a model package, or the name of a shipped or installed one.")
]
Cpu = Annotated[bool, typer.Option("--cpu", help="Do not ask for a graphics card.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@contextmanager
def model_session(
    package: str, *, cpu: bool, quiet: bool, runs: bool = False
) -> Iterator[tuple[AppContext, Session]]:
    """The package, checked, and a client that is closed at the end. Raises ModelRefusedError.

    runs: for reading, so a paused package or one that fails its golden test is refused; and stop rules are applied.
    """
    from app.analysis.packages import open_package
    from app.workflows.fitness import apply_stop_rules, fit_to_run

    ctx = build_context()
    ctx.ask_secret = ask_on_terminal
    try:
        bundle = open_package(package, ctx.model_folders)
        providers = PROVIDERS[-1:] if cpu else PROVIDERS
        if runs:
            fit_to_run(ctx, bundle, providers)
        with _progress(quiet=quiet) as progress:
            yield ctx, Session(ctx.client, bundle, providers, progress)
        if runs:
            why = apply_stop_rules(ctx, bundle)
            typer.echo(text("cli.run.paused", package=bundle.key, why=why), err=True) if why else None
    finally:
        ctx.close()


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Progress | None]:
    """A bar on stderr, and none where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    with Bar(console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share, note: bar.update(task, completed=share, description=note[:40])
