"""Processes that a hostile file has taken over: they answer with a pickle that does something when it is read."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from pathlib import Path


class Opens:
    """Makes a folder where it is unpickled."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.folder,)


def volume(there: Connection, path: Path, _claims: object) -> None:
    """In place of the reader of volume files."""
    there.send(Opens(f"{path}.opened"))


def pages(line: Connection) -> None:
    """In place of the drawer of PDF pages; the document names the folder."""
    document = line.recv()[0]
    line.send(Opens(document[5:].split(b"\n")[0].decode()))
