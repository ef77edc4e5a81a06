"""Words that the views draw by themselves, in the reader's language."""

from __future__ import annotations

from dataclasses import fields

from app.support.i18n import template
from viewers.viewer_text import ViewerText
from viewers.volume_words import VolumeText

Words = str | tuple[tuple[str, str], ...]


def viewer_text() -> ViewerText:
    """Templates, not sentences: the view fills in what only it knows."""
    return ViewerText(**_said(ViewerText(), "viewer"))  # type: ignore[arg-type]  # each field gets its own kind


def volume_text() -> VolumeText:
    """The same for a 3D view."""
    return VolumeText(**_said(VolumeText(), "volume_view"))  # type: ignore[arg-type]  # each field gets its own kind


def _said(plain: ViewerText | VolumeText, prefix: str) -> dict[str, Words]:
    said: dict[str, Words] = {}
    for field in fields(plain):
        english: Words = getattr(plain, field.name)
        key = f"{prefix}.{field.name}"
        if isinstance(english, str):
            said[field.name] = template(key) or english
        else:
            said[field.name] = tuple((name, template(f"{key}.{name}") or words) for name, words in english)
    return said
