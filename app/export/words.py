"""Words that are written into files: English whatever the window speaks, so that a finding makes one file anywhere.

What goes to people together with a report is written in the report's language, see `written_in`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from app.support.i18n import FALLBACK_LANGUAGE, text_with

_written = ContextVar("written", default=FALLBACK_LANGUAGE)


@contextmanager
def written_in(language: str) -> Iterator[None]:
    """Sentences of files are of this language meanwhile, in this thread; meanings of codes stay English."""
    token = _written.set(language or FALLBACK_LANGUAGE)
    try:
        yield
    finally:
        _written.reset(token)


def file_text(key: str, **facts: object) -> str:
    """The sentence of a key as it goes into a file."""
    return text_with(key, facts, language=_written.get())


def file_text_with(key: str, facts: Mapping[str, object]) -> str:
    """`file_text` for facts that lie in a mapping."""
    return text_with(key, facts, language=_written.get())


def code_text(key: str, **facts: object) -> str:
    """The meaning of a code of ours: English always, for programs compare them."""
    return text_with(key, facts, language=FALLBACK_LANGUAGE)


def notice_words() -> str:
    """That nobody may diagnose from this; in English it is `types.NOTICE`."""
    return file_text("export.notice")
