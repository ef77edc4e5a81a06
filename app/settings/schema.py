"""One dataclass field is one setting: its type, its range, and the text key that explains it."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field, fields
from typing import Any

NAME_CHARACTERS = 64
MEMORY_PERCENT = 50
MEMORY_PERCENT_RANGE = (10, 90)
MUST_JUDGE_RANGE = (-100, 100)
COPIES_GIB = 50
COPIES_GIB_RANGE = (1, 100_000)
PROTECTIONS = ("encrypted", "plain")
WINDOW_DRAGS = ("brighter", "level")
FIRST_TOOLS = ("window", "scroll")  # scroll is what IHE Basic Image Review asks for


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
    copies_protection: "encrypted", or "plain" where the reader switched it off; anything else is not understood and
    encrypts. copies_key_file: a file of at least 32 bytes that holds the key in place of the keychain.
    theme: "dark" or "high_contrast".
    hands: "asked" once the reader was asked where keys and mouse come from.
    language: "system" or a folder of `resources/locale`; holds from the next start.
    monitor_scales: what the reader measured of each screen, as "screen=pixels per mm" (`app.settings.monitors`).
    window_drag: what dragging up does: "brighter" or "level". first_tool: on the left button at start.
    role: reader, trainee, tutor or qa. display_policy: when AI results are shown: shown, on_request or read_first.
    display_policy_by_package: exceptions for single model packages, as "package=policy". What of these is not
    understood shows nothing before the reader's own look (RQ-17: fails closed).
    must_judge_above: a finding whose score lies at least so many hundredths above the model's threshold must not stay
    without a verdict when a study is called read.
    """

    reader_name: str = field(default_factory=_own_name)
    key_profile: str = "standard"
    last_folder: str = ""
    extra_model_folders: tuple[str, ...] = ()
    memory_percent: int = MEMORY_PERCENT
    copies_gib: int = COPIES_GIB
    copies_protection: str = "encrypted"
    copies_key_file: str = ""
    theme: str = "dark"
    hands: str = ""
    language: str = "system"
    role: str = "reader"
    display_policy: str = "shown"
    display_policy_by_package: tuple[str, ...] = ()
    monitor_scales: tuple[str, ...] = ()
    window_drag: str = "brighter"
    first_tool: str = "window"
    must_judge_above: int = 0


SHUT: dict[str, Any] = {"role": "trainee", "display_policy": "read_first"}
"""What holds where the file says something that is not understood."""
LISTS = frozenset({"extra_model_folders", "display_policy_by_package", "monitor_scales"})
_RANGES = {
    "memory_percent": MEMORY_PERCENT_RANGE,
    "copies_gib": COPIES_GIB_RANGE,
    "must_judge_above": MUST_JUDGE_RANGE,
}


def from_table(table: dict[str, object]) -> tuple[Settings, tuple[str, ...]]:
    """Settings of a table as read from a file, and the names of entries that were not usable."""
    usable: dict[str, Any] = {}  # checked one by one below
    refused = []
    known = {f.name for f in fields(Settings)}
    for name, value in table.items():
        checked = _checked(name, value) if name in known else None
        if checked is None:
            refused.append(name)
            usable.update({name: SHUT[name]} if name in SHUT else {})
            usable.update({"display_policy": SHUT["display_policy"]} if "display_policy" in name else {})
        else:
            usable[name] = checked
    return Settings(**usable), tuple(refused)


def _checked(name: str, value: object) -> str | int | tuple[str, ...] | None:
    if name in _RANGES:
        low, high = _RANGES[name]
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return min(max(value, low), high) if is_number and isinstance(value, int) else None
    if name in LISTS:
        good = isinstance(value, list | tuple) and all(isinstance(part, str) for part in value)
        return tuple(str(part) for part in value) if good and isinstance(value, list | tuple) else None
    if not isinstance(value, str):
        return None
    return value[:NAME_CHARACTERS].strip() if name == "reader_name" else value
