"""What comes with something that is dropped on the window: files, folders, archives, addresses."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QUrl

ADDRESSES = ("http://", "https://", "dicomweb:", "dimse:")
LONGEST = 4096


def places_of(mime: QMimeData) -> tuple[str, ...]:
    """Paths and addresses, each once; empty where nothing of that kind was dropped."""
    found = [_place(url) for url in mime.urls()] if mime.hasUrls() else []
    if not found and mime.hasText():
        found = [line.strip() for line in mime.text()[:LONGEST].splitlines() if _is_address(line.strip())]
    return tuple(dict.fromkeys(place for place in found if place))


def _place(url: QUrl) -> str:
    if url.isLocalFile():
        return url.toLocalFile()
    words = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
    return words if _is_address(words) else ""


def _is_address(words: str) -> bool:
    return words.casefold().startswith(ADDRESSES) and len(words) < LONGEST and " " not in words
