"""What is printed never fails for a sign that the terminal or the pipe has no code for."""

from __future__ import annotations

import codecs
import io
import sys

_NAME = "overread-escaped"


def print_whatever_comes() -> None:
    """A sign without a code on standard output is written as JSON writes it, so that `--json` stays JSON."""
    codecs.register_error(_NAME, _escaped)
    if isinstance(sys.stdout, io.TextIOWrapper):  # none where nobody listens
        sys.stdout.reconfigure(errors=_NAME)


def _escaped(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = (signs[at : at + 2].hex() for at in range(0, len(signs), 2))
    return "".join(f"\\u{pair}" for pair in pairs), error.end
