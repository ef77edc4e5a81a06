"""Words that are written into files: English whatever the window speaks, so that a finding makes one file anywhere.

What goes to people together with a report is written in the report's language, see `written_in`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app.support.i18n import FALLBACK_LANGUAGE, text_with
from app.support.languages import decimal_words, useful_digits
from app.support.reasons import reason_words
from app.support.titles import package_words

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


def file_reason(key: str, facts: Iterable[tuple[str, str]]) -> str:
    """Why a run did not apply or failed, as it goes into a file."""
    return reason_words(key, facts, _written.get())


def file_package_words(words: str) -> str:
    """What a shipped package says, in the language of the file; another's words as they stand."""
    return package_words(words, _written.get())


def file_number(value: float) -> str:
    """A score or threshold with two decimals and the language's own mark before them."""
    return decimal_words(f"{value:.2f}", _written.get())


def useful_number(value: float) -> str:
    """A measured number with the digits that a reader can use."""
    return decimal_words(useful_digits(value), _written.get())


def code_text(key: str, **facts: object) -> str:
    """The meaning of a code of ours: English always, for programs compare them."""
    return text_with(key, facts, language=FALLBACK_LANGUAGE)


def notice_words() -> str:
    """That nobody may diagnose from this; in English it is `types.NOTICE`."""
    return file_text("export.notice")
