"""Load and save settings as TOML; a save is whole or not at all."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict
from pathlib import Path

from app.settings.schema import Settings, from_table
from app.support.whole_files import write_whole

FILE_NAME = "settings.toml"


def load_settings(folder: Path) -> tuple[Settings, tuple[str, ...]]:
    """Settings of a folder and the names of unusable entries; a missing or broken file gives the defaults."""
    file = folder / FILE_NAME
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(), ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Settings(), (FILE_NAME,)
    return from_table(table)


def save_settings(folder: Path, settings: Settings) -> None:
    """Whole or not at all. Raises OSError."""
    # A JSON string or list of strings is a TOML one as well.
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in asdict(settings).items()]
    write_whole(folder / FILE_NAME, "".join(lines))
