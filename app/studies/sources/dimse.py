"""Servers that speak DIMSE, by the name of a connection: `dimse:NAME`, or `dimse:NAME/STUDY` for one study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import StudyUnreadableError
from app.studies.source_types import Source, SourceKind, Surroundings

if TYPE_CHECKING:
    from app.settings.connections import Connection

SCHEME = "dimse"


def _accepts(place: str) -> bool:
    return place.startswith(f"{SCHEME}:") and len(place) > len(SCHEME) + 1


def _connect(place: str, around: Surroundings) -> Source:
    """Raises SettingRefusedError where there is no such connection. Nothing is sent yet."""
    from app.studies.remote.dimse_source import DimseSource

    name, _, study = place.partition(":")[2].partition("/")
    return DimseSource(_connection(name, around), around.cache, study)


def _connection(name: str, around: Surroundings) -> Connection:
    from app.settings.connections import load_connections

    if around.settings_file is None:
        raise StudyUnreadableError("error.source.unknown_place", place=name[:64])
    return load_connections(around.settings_file).find(name, SCHEME)


SOURCE = SourceKind(SCHEME, 20, _accepts, _connect)
