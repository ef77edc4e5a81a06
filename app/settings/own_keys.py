"""Keys and mouse of the reader's own, on top of a profile: a TOML file of the same shape, also to hand on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.domain.errors import SettingRefusedError
from app.settings.keymap import Keymap, Keys, load_keymap
from app.support.paths import resource_dir
from app.support.toml_words import quoted
from app.support.whole_files import write_whole

LARGEST_FILE = 256 * 1024
_BASE = re.compile(r"[a-z0-9_]{1,40}")
_LETTER = re.compile(r"[A-Z0-9]")
# A letter alone must never do what cannot be undone by looking again.
NEVER_BY_LETTER = frozenset({"finding.reject", "finding.accept", "file.quit"})
Modes = Mapping[str, Mapping[str, Keys]]


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """What differs from a profile. drags: "shift+left" -> tool; wheel: "ctrl" -> what it does; '' is nothing."""

    base: str = "standard"
    keys: Mapping[str, Keys] = field(default_factory=dict)
    modes: Modes = field(default_factory=dict)
    drags: Mapping[str, str] = field(default_factory=dict)
    wheel: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nothing differs."""
        return not (self.keys or any(self.modes.values()) or self.drags or self.wheel)

    def with_keys(self, action_id: str, mode: str, keys: Keys | None) -> OwnKeys:
        """Other keys of an action; None: those of the profile again."""
        table = dict(self.modes.get(mode, {}) if mode else self.keys)
        if keys is None:
            table.pop(action_id, None)
        else:
            table[action_id] = keys
        return replace(self, modes={**self.modes, mode: table}) if mode else replace(self, keys=table)


def keymap_folder() -> Path:
    """Where the shipped profiles lie."""
    return resource_dir() / "keymaps"


def with_own(base: Keymap, own: OwnKeys) -> Keymap:
    """A profile with what the reader changed."""
    return replace(
        base,
        keys={**base.keys, **own.keys},
        modes={
            name: {**base.modes.get(name, {}), **own.modes.get(name, {})}
            for name in {*base.modes, *own.modes}
        },
        drags={**base.drags, **own.drags},
        wheel={**base.wheel, **own.wheel},
    )


def load_own(folder: Path, profile: str) -> tuple[OwnKeys, bool]:
    """What the reader changed of a profile; and whether there is a file that cannot be used."""
    try:
        return replace(read(_file(folder, profile)), base=profile), False
    except FileNotFoundError:
        return OwnKeys(profile), False
    except (OSError, SettingRefusedError):
        return OwnKeys(profile), True


def keymap_in_force(folder: Path, profile: str) -> Keymap:
    """The profile with what the reader changed of it."""
    return with_own(load_keymap(keymap_folder(), profile), load_own(folder, profile)[0])


def save_own(folder: Path, own: OwnKeys) -> None:
    """Whole or not at all. Raises OSError."""
    file = _file(folder, own.base)
    if own.is_empty:
        file.unlink(missing_ok=True)
    else:
        write_whole(file, as_toml(own))


def read(file: Path) -> OwnKeys:
    """Raises SettingRefusedError where the file is none of keys, OSError where it cannot be read."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise SettingRefusedError("error.hands.no_keys", file=file.name)
        return _own(tomllib.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError, RecursionError) as error:
        raise SettingRefusedError("error.hands.no_keys", file=file.name) from error


def as_toml(own: OwnKeys) -> str:
    """The file's text."""
    lines = [f"base = {quoted(own.base)}"]
    tables: list[tuple[str, Mapping[str, Any]]] = [("keys", own.keys)]
    tables += [(f"mode.{name}", table) for name, table in own.modes.items()]
    tables += [("drags", own.drags), ("wheel", own.wheel)]
    for name, table in tables:
        if table:
            lines += ["", f"[{name}]"]
            lines += [f"{quoted(key)} = {quoted(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def clash(keymap: Keymap, action_id: str, key: str, mode_of: Mapping[str, str]) -> str:
    """Which other action has a key where this one would; '' if none. mode_of: mode of each action there is."""
    mode = mode_of[action_id]
    for other, its_mode in mode_of.items():
        if other != action_id and its_mode == mode and key in keymap.keys_of(other, mode):
            return other
    return ""


def is_forbidden(action_id: str, key: str) -> bool:
    """A letter or digit alone for what must not be done by a slip."""
    return action_id in NEVER_BY_LETTER and bool(_LETTER.fullmatch(key))


def _file(folder: Path, profile: str) -> Path:
    return folder / f"keys-{profile if _BASE.fullmatch(profile) else 'standard'}.toml"


def _own(table: dict[str, Any]) -> OwnKeys:
    base = table.get("base", "standard")
    if not isinstance(base, str) or not _BASE.fullmatch(base):
        raise ValueError("no profile is named so")
    modes = table.get("mode", {})
    if not isinstance(modes, dict) or set(table) - {
        "title",
        "mouse",
        "base",
        "keys",
        "mode",
        "drags",
        "wheel",
    }:
        raise ValueError("not a file of keys")
    return OwnKeys(
        base,
        _keys(table.get("keys", {})),
        {str(name): _keys(one) for name, one in modes.items()},
        _words(table.get("drags", {})),
        _words(table.get("wheel", {})),
    )


def _keys(table: object) -> dict[str, Keys]:
    if not isinstance(table, dict):
        raise TypeError("no table")
    found: dict[str, Keys] = {}
    for name, value in table.items():
        several = [value] if isinstance(value, str) else value
        if not isinstance(several, list) or not all(isinstance(one, str) for one in several):
            raise TypeError(str(name))
        found[str(name)] = tuple(several)
    return found


def _words(table: object) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(one, str) for one in table.values()):
        raise TypeError("no table of words")
    return {str(name): value for name, value in table.items()}
