"""Passwords asked on the terminal: never echoed, never an option, which others on the machine could see."""

from __future__ import annotations

import getpass
import sys

from app.studies.source_types import SecretKind
from app.support.i18n import text_with


def ask_on_terminal(kind: SecretKind, target: str) -> str | None:
    """What is typed, None for nothing, and None at once where nobody sits at a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    try:
        given = getpass.getpass(text_with(f"cli.secret.{kind.value}", {"target": target}), stream=sys.stderr)
    except (EOFError, KeyboardInterrupt):
        return None
    return given or None
