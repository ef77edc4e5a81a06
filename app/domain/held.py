"""What is wrong with a copy that this program keeps encrypted."""

from __future__ import annotations

import errno

from app.domain.errors import OverreadError


class HeldFileError(OverreadError, OSError):
    """A kept copy that was altered, cut short, or whose key is gone. Whoever expects a failing disc hears of it too.

    `errno` is set, as of a disc's own failure: parsers of damaged files must not take it for a damaged file.
    """

    def __init__(self, key: str, **facts: object) -> None:
        OverreadError.__init__(self, key, **facts)
        self.errno = errno.EBADMSG
        self.strerror = key

    def __str__(self) -> str:
        return OverreadError.__str__(self)
