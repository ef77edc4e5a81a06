"""Load and save settings as TOML; a save is whole or not at all."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import asdict
from pathlib import Path

from app.settings.schema import Settings, from_table

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
    """Write beside the old file, then take its place."""
    folder.mkdir(parents=True, exist_ok=True)
    # A JSON string or list of strings is a TOML one as well.
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in asdict(settings).items()]
    draft = folder / f"{FILE_NAME}.{os.getpid()}.part"
    with draft.open("w", encoding="utf-8") as stream:
        stream.writelines(lines)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(folder / FILE_NAME)
