"""Connections by name: tested, searched, fetched from, sent to. For commands; the window runs the same as jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import OverreadError
from app.domain.volume import CancelToken, Progress
from app.settings.connections import Connection, load_connections
from app.studies.source_types import AskSecret, SecretKind, Source, StudyQuery
from app.support.held.doors import is_same
from app.support.paths import UserPaths
from app.support.whole_files import copy_whole
from app.workflows.places import surroundings

if TYPE_CHECKING:
    from app.studies.scan import ScanReport

_SCHEMES = ("dicomweb", "dimse")
_INCOMPLETE = frozenset(f"{scheme}.incomplete" for scheme in _SCHEMES)
_UNCONFIRMED = frozenset(f"{scheme}.{word}" for scheme in _SCHEMES for word in ("from_cache", "broke_off"))


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What a fetch brought: files in the folder, total as the server counts, sentences of what is wrong.

    is_confirmed: the server told what the study holds and was heard to the end.
    """

    folder: Path
    files: int
    total: int
    refused: tuple[tuple[str, tuple[tuple[str, object], ...]], ...]
    is_confirmed: bool = True


def connection_of(paths: UserPaths, name: str) -> Connection:
    """By name, with or without its scheme. Raises SettingRefusedError."""
    scheme, colon, rest = name.partition(":")
    known = colon and scheme in ("dicomweb", "dimse")
    return load_connections(paths.settings).find(rest if known else name, scheme if known else "")


def opened(paths: UserPaths, connection: Connection, ask: AskSecret) -> Source:
    """The connection as a source; its secret is asked for once and held for this run."""
    from app.studies.source_chain import connect

    ensure_secret(connection, ask)
    return connect(connection.place, surroundings(paths, ask))


def ensure_secret(connection: Connection, ask: AskSecret) -> None:
    """From the keyring, or from whoever is asked."""
    if connection.scheme != "dicomweb" or connection.auth == "none":
        return
    from app.studies.remote.secrets import get_secret, hold_secret

    if get_secret(connection) is None:
        kind = SecretKind.TOKEN if connection.auth == "bearer" else SecretKind.PASSWORD
        given = ask(kind, connection.name)
        if given:
            hold_secret(connection, given)


def try_connection(paths: UserPaths, connection: Connection, ask: AskSecret) -> None:
    """C-ECHO, or the smallest search. Raises what is wrong."""
    if connection.scheme == "dimse":
        from app.studies.remote.dimse_echo import echo

        echo(connection)
        return
    source = opened(paths, connection, ask)
    try:
        source.search(StudyQuery(limit=1))
    finally:
        source.close()


def fetch(
    source: Source, study_instance_uid: str, folder: Path, progress: Progress | None = None
) -> FetchReport:
    """One study into a folder, each file whole or not at all; what is there already is left as it is.

    Raises RemoteError or StudyUnreadableError where nothing came, OSError where the folder cannot be written.
    """
    report: ScanReport = source.open(study_instance_uid, None, progress, CancelToken())
    folder.mkdir(parents=True, exist_ok=True)
    remarks = [one for one in report.remarks if one[0] != "held.session"]  # these files are the caller's own
    refused = [*remarks, *((one.reason_key, one.facts) for one in report.refused)]
    instances = [one for study in report.studies for series in study.series for one in series.instances]
    there = 0
    for instance in instances:
        try:
            path = source.read(instance.sop_instance_uid)
        except OverreadError as error:
            refused.append((error.key, tuple(error.facts.items())))
            continue
        target = folder / f"{instance.sop_instance_uid}.dcm"
        if not target.exists():
            copy_whole(path, target)
        elif not is_same(path, target):
            refused.append(("connect.other", (("file", target.name),)))
            continue
        there += 1
    told = [dict(facts).get("total") for key, facts in report.remarks if key in _INCOMPLETE]
    total = next((one for one in told if isinstance(one, int)), len(instances))
    is_confirmed = not any(key in _UNCONFIRMED for key, _ in report.remarks)
    return FetchReport(folder, there, total, tuple(dict.fromkeys(refused)), is_confirmed)


def files_in(places: Sequence[Path]) -> tuple[Path, ...]:
    """Files as named, and every file of folders, in a stable order."""
    found: list[Path] = []
    for place in places:
        inside = place.is_dir()
        found += sorted(path for path in place.rglob("*") if path.is_file()) if inside else [place]
    return tuple(dict.fromkeys(found))
