"""One dataclass field is one setting: its type, its range, and the text key that explains it."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field, fields
from typing import Any

NAME_CHARACTERS = 64
MEMORY_PERCENT = 50
MEMORY_PERCENT_RANGE = (10, 90)
COPIES_GIB = 50
COPIES_GIB_RANGE = (1, 100_000)


def _own_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no login name on this system
        return ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Text keys are `settings.<field>`.

    reader_name: written beside every verdict. key_profile: a file of `resources/keymaps`. last_folder: where the
    dialog to open a folder starts. extra_model_folders: searched for packages besides the user's own.
    memory_percent: share of the memory available at the start that decoded pictures may take.
    copies_gib: how much studies fetched from servers may take on this disk; those used longest ago go first.
    """

    reader_name: str = field(default_factory=_own_name)
    key_profile: str = "standard"
    last_folder: str = ""
    extra_model_folders: tuple[str, ...] = ()
    memory_percent: int = MEMORY_PERCENT
    copies_gib: int = COPIES_GIB


_RANGES = {"memory_percent": MEMORY_PERCENT_RANGE, "copies_gib": COPIES_GIB_RANGE}


def from_table(table: dict[str, object]) -> tuple[Settings, tuple[str, ...]]:
    """Settings of a table as read from a file, and the names of entries that were not usable."""
    usable: dict[str, Any] = {}  # checked one by one below
    refused = []
    known = {f.name for f in fields(Settings)}
    for name, value in table.items():
        checked = _checked(name, value) if name in known else None
        if checked is None:
            refused.append(name)
        else:
            usable[name] = checked
    return Settings(**usable), tuple(refused)


def _checked(name: str, value: object) -> str | int | tuple[str, ...] | None:
    if name in _RANGES:
        low, high = _RANGES[name]
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return min(max(value, low), high) if is_number and isinstance(value, int) else None
    if name == "extra_model_folders":
        good = isinstance(value, list | tuple) and all(isinstance(part, str) for part in value)
        return tuple(str(part) for part in value) if good and isinstance(value, list | tuple) else None
    if not isinstance(value, str):
        return None
    return value[:NAME_CHARACTERS].strip() if name == "reader_name" else value
