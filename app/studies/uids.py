"""Identifiers that become names of files and folders: checked once, wherever they come from."""

from __future__ import annotations

import re

_UID = re.compile(r"[0-9]+(\.[0-9]+)*")


def is_sane_uid(uid: str) -> bool:
    """Digits and dots, 1 to 64 (PS3.5 section 9): fit to be a file name."""
    return 0 < len(uid) <= 64 and _UID.fullmatch(uid) is not None
