"""Load and save settings as TOML; a save is whole or not at all."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from pathlib import Path

from app.settings.schema import SHUT, Settings, from_table
from app.support.toml_words import quoted
from app.support.whole_files import write_whole

FILE_NAME = "settings.toml"


def load_settings(folder: Path) -> tuple[Settings, tuple[str, ...]]:
    """Settings of a folder and the names of unusable entries; a missing file gives the defaults.

    A broken file gives the defaults too, but shows no AI results before the reader's own look: what the site had set
    is not known.
    """
    file = folder / FILE_NAME
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(), ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Settings(**SHUT), (FILE_NAME,)
    return from_table(table)


def save_settings(folder: Path, settings: Settings) -> None:
    """Whole or not at all. Raises OSError."""
    lines = [f"{name} = {quoted(value)}\n" for name, value in asdict(settings).items()]
    write_whole(folder / FILE_NAME, "".join(lines))
