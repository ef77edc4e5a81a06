"""A report as PDF: Qt lays out the same HTML that the sheet shows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QSizeF
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from app.support.whole_files import write_whole

MARGIN_MM = 18.0
_DOTS_PER_INCH = 300


def write_pdf(html: str, file: Path, title: str) -> None:
    """Write A4 pages, whole or not at all. Raises OSError if they cannot be written. title must not name anybody."""
    made = QByteArray()
    pages = QBuffer(made)
    pages.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(pages)
    writer.setTitle(title)
    writer.setCreator("Overread")
    writer.setResolution(_DOTS_PER_INCH)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.setDefaultFont(QFont("sans-serif", 11))
    document.documentLayout().setPaintDevice(writer)
    document.setHtml(html)
    page = writer.pageLayout().paintRectPixels(_DOTS_PER_INCH)
    document.setPageSize(QSizeF(page.width(), page.height()))
    document.print_(writer)
    pages.close()
    write_whole(file, bytes(made.data()))  # Qt itself says nothing where the disk is full
