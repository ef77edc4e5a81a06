"""What nobody foresaw, as one sentence for the reader; where it happened is for the log."""

from __future__ import annotations

from pathlib import Path

from app.domain.errors import OverreadError

MISTAKE = "error.job.unexpected"


def in_words(error: Exception, what: str) -> OverreadError:
    """A failure for the reader; what: a file or a kind of work, as the sentence names it."""
    if isinstance(error, MemoryError):
        return OverreadError("error.job.memory", kind=what)
    if isinstance(error, OSError) and error.strerror:
        file = Path(str(error.filename)).name if error.filename else "-"
        return OverreadError("error.job.system", kind=what, reason=error.strerror, file=file)
    return OverreadError(MISTAKE, kind=what, reason=type(error).__name__)
