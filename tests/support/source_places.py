"""The tiny made study behind every kind of source: how each place is built, and who answers its questions."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.studies.source_chain import connect
from app.studies.source_types import Source, Surroundings
from tests.support import places


@dataclass(frozen=True)
class Given:
    """Files of the study as they were made, and a folder of the test's own."""

    files: Sequence[Path]
    folder: Path
    around: Surroundings


Build = Callable[[Given], Source]


def _folder(given: Given) -> Source:
    return connect(given.folder / "in", given.around)


def _disc(given: Given) -> Path:
    """A file-set written by pydicom, its names as an ISO 9660 mount without translation shows them."""
    from pydicom.fileset import FileSet

    target = given.folder / "disc"
    with warnings.catch_warnings():  # pydicom leaves its temporary folders to the collector
        warnings.simplefilter("ignore", ResourceWarning)
        made = FileSet()
        for file in given.files:
            made.add(file)
        made.write(target)
        del made
        gc.collect()
    for path in sorted(target.rglob("*"), reverse=True):
        if path.is_file() and path.name != "DICOMDIR":
            path.rename(path.with_name(f"{path.name.lower()};1"))
        elif path.is_dir():
            path.rename(path.with_name(path.name.lower()))
    return target


def _disc_folder(given: Given) -> Source:
    return connect(_disc(given), given.around)


def _disc_file(given: Given) -> Source:
    return connect(_disc(given) / "DICOMDIR", given.around)


def _zip(given: Given) -> Source:
    return connect(places.zip_of(given.folder / "in", given.folder / "a.zip"), given.around)


def _zipped_disc(given: Given) -> Source:
    return connect(places.zip_of(_disc(given), given.folder / "disc.zip"), given.around)


def _locked_zip(given: Given) -> Source:
    return connect(places.locked_zip_of(given.folder / "in", given.folder / "b.zip"), given.around)


def _tar(given: Given) -> Source:
    return connect(places.tar_of(given.folder / "in", given.folder / "a.tar"), given.around)


def _tgz(given: Given) -> Source:
    return connect(places.tar_of(given.folder / "in", given.folder / "a.tgz"), given.around)


LOCAL: dict[str, Build] = {
    "folder": _folder,
    "disc-folder": _disc_folder,
    "disc-file": _disc_file,
    "zip": _zip,
    "zipped-disc": _zipped_disc,
    "locked-zip": _locked_zip,
    "tar": _tar,
    "tgz": _tgz,
}
