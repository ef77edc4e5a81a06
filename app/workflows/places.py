"""What a source may use, for the window and for commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import StudyUnreadableError
from app.studies.source_types import AskSecret, Heard, KnownFile, Surroundings, nobody_answers
from app.support.path_words import is_sound
from app.support.paths import UserPaths
from app.workflows.held import lay_for

if TYPE_CHECKING:
    from app.studies.scan import ScanReport

Place = str | Path


def surroundings(
    paths: UserPaths, ask_secret: AskSecret = nobody_answers, known: KnownFile | None = None
) -> Surroundings:
    """Of one user, whose copies go through their vaults from now on."""
    lay_for(paths)
    return Surroundings(paths.cache, paths.settings, ask_secret, known)


def surroundings_of(ctx: AppContext) -> Surroundings:
    """Of a context, with what its index remembers."""
    return surroundings(ctx.paths, ctx.ask_secret or nobody_answers, ctx.index.known_file())


def open_or_refuse(places: Sequence[Place], around: Surroundings, heard: Heard | None = None) -> ScanReport:
    """Everything in some places. Raises StudyUnreadableError if not one study of them can be used."""
    from app.studies.scan import refuse_if_nothing
    from app.studies.source_chain import open_places

    report = open_places(places, around, heard)
    refuse_if_nothing(report, Path(places[0]))
    return report


def short_name(place: Place) -> str:
    """A place as a title: the name of a file or folder, an address without what it may hold of secrets."""
    from app.studies.source_chain import plain_place

    words = str(place)
    return plain_place(words) if "://" in words else Path(words).name or words


def folder_to_return_to(places: Sequence[Place]) -> str:
    """Where the dialog to open starts next time; '' for an address."""
    first = Path(places[0])
    if not first.exists():
        return ""
    folder = first if first.is_dir() else first.parent
    return str(next(one for one in (folder, *folder.parents, Path()) if is_sound(one)))


def check_place(place: str) -> str:
    """A place as the command line takes it: paths made absolute. Raises StudyUnreadableError where nothing is there."""
    from app.studies.source_chain import connect

    if Path(place).exists():
        return str(Path(place).resolve())
    try:
        connect(place, Surroundings(Path()))
    except StudyUnreadableError as error:
        if error.key == "error.study.missing_path":
            raise StudyUnreadableError("error.ui.no_such_path", path=place) from error
        raise
    return place
