"""What this product is for, and what not."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtWidgets import QWidget

from app.support.i18n import text
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import label


class AboutSheet(Sheet):
    """A page of plain words."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, text("ui.about.title"), (560, 320))
        self.body.addWidget(label(text("ui.about.version", version=_version()), "quiet"))
        self.body.addWidget(label(text("ui.about.words"), wraps=True))
        self.body.addWidget(label(text("ui.about.not_primary"), "warning", wraps=True))
        self.body.addStretch(1)


def _version() -> str:
    try:
        return version("overread")
    except PackageNotFoundError:
        return "0.1.0"
