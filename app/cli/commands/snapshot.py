"""`overread snapshot`: one picture of a study as a file, with or without a display."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.asking import ask_on_terminal
from app.domain.errors import OverreadError, StudyUnreadableError
from app.support.i18n import text
from app.support.paths import UserPaths, user_paths

if TYPE_CHECKING:
    from app.domain.finding import AnalysisResult
    from app.ui.studio import Studio


class View(Enum):
    """What is drawn."""

    STACK = "stack"
    MPR = "mpr"
    VOLUME = "volume"
    MAMMO = "mammo"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Wish:
    """A snapshot as asked for; image counts from 1."""

    view: View
    image: int | None
    window: tuple[float, float] | None
    overlay: Path | None
    size: tuple[int, int]


def register(app: typer.Typer) -> None:
    """Add `snapshot`."""

    @app.command("snapshot")
    def snapshot(  # noqa: PLR0913, PLR0917 - the options of one command
        place: Annotated[str, typer.Argument(help=text("cli.snapshot.place"), metavar="PLACE")],
        out: Annotated[Path, typer.Option("--out", help="PNG file to write")],
        view: Annotated[View, typer.Option("--view", help="What to draw")] = View.STACK,
        image: Annotated[int | None, typer.Option("--slice", help="Image of the stack, from 1")] = None,
        window: Annotated[str, typer.Option("--window", help="CENTER,WIDTH in modality values")] = "",
        overlay: Annotated[Path | None, typer.Option("--overlay", help="result.json of a model run")] = None,
        size: Annotated[str, typer.Option("--size", help="WIDTHxHEIGHT in pixels")] = "1000x1000",
    ) -> None:
        """Draw one view of a study into a PNG file."""
        wish = Wish(view, image, _window(window), overlay, _size(size))
        take(place, out, wish)


def take(place: str | Path, out: Path, wish: Wish) -> None:
    """Draw and write. Raises OverreadError with what stood in the way; the user's own index and journal stay as
    they were.
    """
    from app.workflows.places import check_place

    place = check_place(str(place))
    with tempfile.TemporaryDirectory(prefix="overread-") as made:
        home = Path(made)
        paths = UserPaths(home / "data", home / "cache", home / "settings")
        result = _bring(wish.overlay, paths) if wish.overlay else None

        from app.ui.studio import Studio

        studio = Studio.of(paths)
        studio.ctx.ask_secret = ask_on_terminal
        try:
            _draw(studio, place, out, wish, result)
        finally:
            studio.close()


def _draw(studio: Studio, place: str, out: Path, wish: Wish, result: AnalysisResult | None) -> None:
    from app.state.events import InkChanged
    from app.workflows.copies import copies_in_use
    from app.workflows.places import open_or_refuse, short_name, surroundings_of

    if result is not None:
        from app.findings.events import ResultArrived

        studio.ctx.journal.append(ResultArrived(result))
    studio.open_folder(place)
    if not studio.display_sets():
        open_or_refuse([place], surroundings_of(studio.ctx))
        raise StudyUnreadableError("error.ui.nothing_to_show", path=short_name(place))
    if result is not None and studio.hang(result.series_instance_uids[0]) is None:
        raise StudyUnreadableError("error.ui.overlay_of_another", path=short_name(place))
    if result is not None:  # in mammography marks wait until they are asked for: here they are
        studio.ctx.store.apply(InkChanged(shown=True))
    with copies_in_use(user_paths().cache, studio.ctx.store.state.workspace.studies):
        _arrange(studio, wish)
        part = {View.WINDOW: "window", View.STACK: "view", View.VOLUME: "view"}.get(wish.view, "images")
        studio.wait_idle()
        studio.grab(out, wish.size, part)
    if studio.window.host.failures:
        raise OverreadError("error.ui.shown_with_trouble", sentence=studio.window.host.failures[0])


def _arrange(studio: Studio, wish: Wish) -> None:
    actions = {View.MPR: "layout.planes", View.VOLUME: "layout.volume", View.MAMMO: "layout.mammography"}
    said = len(studio.said)
    if wish.view in actions:
        studio.act(actions[wish.view])
        if len(studio.said) > said:
            raise OverreadError("error.ui.shown_with_trouble", sentence=studio.said[-1])
    studio.wait_idle()
    if wish.image is not None:
        studio.show_image(wish.image)
    if wish.window is not None:
        studio.set_window(*wish.window)


def _bring(overlay: Path, paths: UserPaths) -> AnalysisResult:
    """The result of a run with its maps, laid where the window looks for them."""
    from app.analysis.result_files import load_record

    folder = overlay.parent if overlay.is_file() else overlay
    result = load_record(folder)
    shutil.copytree(folder, paths.results / result.result_id)
    return result


def _size(words: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2,5})x(\d{2,5})", words.strip().lower())
    if not found or not (64 <= int(found[1]) <= 16384 and 64 <= int(found[2]) <= 16384):
        raise OverreadError("error.ui.bad_size", size=words)
    return int(found[1]), int(found[2])


def _window(words: str) -> tuple[float, float] | None:
    if not words:
        return None
    found = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*", words)
    if not found or float(found[2]) <= 0:
        raise OverreadError("error.ui.bad_window", window=words)
    return float(found[1]), float(found[2])
