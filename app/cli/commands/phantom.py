"""`overread phantom`: write a made-up chest study for trying, teaching and testing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.support.i18n import text


def register(tree: typer.Typer) -> None:
    """Add the command."""
    tree.command("phantom", help=text("phantom.help"))(phantom)


def phantom(  # noqa: PLR0913, PLR0917 - one parameter for each option
    out: Annotated[Path, typer.Argument(help=text("phantom.option.out"))],
    slices: Annotated[int, typer.Option(min=1, max=2000, help=text("phantom.option.slices"))] = 200,
    size: Annotated[int, typer.Option(min=16, max=2048, help=text("phantom.option.size"))] = 512,
    seed: Annotated[int, typer.Option(min=0, help=text("phantom.option.seed"))] = 2026,
    tilt: Annotated[float, typer.Option(min=-30, max=30, help=text("phantom.option.tilt"))] = 0.0,
    healthy: Annotated[bool, typer.Option("--healthy", help=text("phantom.option.healthy"))] = False,
    radiograph: Annotated[bool, typer.Option(help=text("phantom.option.radiograph"))] = True,
) -> None:
    """Write the study and say where its truth lies."""
    from app.phantom.spec import PhantomSpec, covering_spec
    from app.phantom.study import write_phantom_study

    if (slices, size) == (200, 512):
        spec = PhantomSpec(seed=seed, tilt_deg=tilt, healthy=healthy)
    else:
        spec = covering_spec(slices, size, size, seed=seed, tilt_deg=tilt, healthy=healthy)
    truth = write_phantom_study(out, spec, radiograph=radiograph)
    typer.echo(text("phantom.done", folder=out, truth=truth.name))
