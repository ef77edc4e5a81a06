"""Folders that nobody but their owner gets into."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o700


def shut(folder: Path) -> None:
    """Shut a folder that is there to others; one that is not there is not made: to look is not to keep."""
    if folder.is_dir():
        make_private(folder)


def make_private(folder: Path) -> None:
    """Make a folder, or shut one that is there to others. On Windows the user's profile is shut by the system.

    What cannot be shut, as on a read-only disk, is left: whoever writes there says what is wrong.
    """
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        if os.name != "nt" and folder.stat().st_mode & 0o077:
            folder.chmod(OWNER_ONLY)
