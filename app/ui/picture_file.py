"""Pictures of the window as files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QPixmap

from app.domain.errors import OverreadError
from app.support.whole_files import write_whole


def write_picture(picture: QPixmap, path: Path) -> None:
    """Whole or not at all: a picture that ends half-way would still open in some programs.

    The suffix says the kind. Raises OverreadError if it cannot be written.
    """
    made = QByteArray()
    stream = QBuffer(made)
    stream.open(QIODevice.OpenModeFlag.WriteOnly)
    kind = path.suffix.removeprefix(".").lower()
    reason = "" if picture.save(stream, kind) else path.suffix or "no suffix"
    try:
        if not reason:
            write_whole(path, bytes(made.data()))
    except OSError as error:
        reason = error.strerror or str(error)
    if reason:
        raise OverreadError("error.ui.picture_unwritten", file=path.name, reason=reason)
