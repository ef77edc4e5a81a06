"""Key profiles: `resources/keymaps/<profile>.toml` says which keys call which action, and which mouse goes with it.

A profile may start from another one (`base`) and then lists only what differs. `[keys]` holds at all times;
`[mode.<name>]` comes on top while the window is in that mode.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keymap:
    """Action id -> keys as Qt writes them, for all times and per mode; mouse names a profile of the viewers."""

    profile_id: str
    title: str
    mouse: str
    keys: Mapping[str, Keys]
    modes: Mapping[str, Mapping[str, Keys]] = field(default_factory=dict)
    drags: Mapping[str, str] = field(
        default_factory=dict
    )  # "shift+left" -> tool, where the mouse profile differs
    wheel: Mapping[str, str] = field(default_factory=dict)  # "ctrl" -> scroll, zoom, slab

    def keys_of(self, action_id: str, mode: str = "") -> Keys:
        """Keys of an action in a mode; a key that the mode claims for itself is taken from all other actions."""
        claimed = self.modes.get(mode, {})
        if action_id in claimed:
            return claimed[action_id]
        taken = {key for keys in claimed.values() for key in keys}
        return tuple(key for key in self.keys.get(action_id, ()) if key not in taken)


def profiles(folder: Path) -> tuple[str, ...]:
    """Ids of all profiles in a folder, Standard first."""
    found = sorted(file.stem for file in folder.glob("*.toml"))
    return tuple(sorted(found, key=lambda name: name != "standard"))


def load_keymap(folder: Path, profile_id: str) -> Keymap:
    """One profile with what it inherits; an unknown id gives Standard."""
    file = folder / f"{profile_id}.toml"
    if not file.is_file():
        file = folder / "standard.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    base = load_keymap(folder, str(table["base"])) if "base" in table else None
    return Keymap(
        profile_id=file.stem,
        title=str(table["title"]),
        mouse=str(table["mouse"]),
        keys={**(base.keys if base else {}), **_keys(table.get("keys", {}))},
        modes={**(base.modes if base else {}), **{m: _keys(t) for m, t in table.get("mode", {}).items()}},
        drags={name: str(value) for name, value in table.get("drags", {}).items()},
        wheel={name: str(value) for name, value in table.get("wheel", {}).items()},
    )


def _keys(table: dict[str, Any]) -> dict[str, Keys]:
    return {name: (value,) if isinstance(value, str) else tuple(value) for name, value in table.items()}
