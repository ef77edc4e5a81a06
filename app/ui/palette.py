"""Colours of the window as data, one set for each theme. Text has at least 4.5:1 against its ground, edges 3:1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as #rrggbb.

    window, panel, field, raised, hover: grounds. line: between things; edge: around what can be pressed or typed in.
    faint: text of what cannot be used now. chosen: ground of a selection. alarm: a ground for white words.
    """

    window: str = "#2a2b2d"
    panel: str = "#303133"
    field: str = "#222325"
    raised: str = "#3b3d40"
    hover: str = "#484b4f"
    line: str = "#45474a"
    edge: str = "#45474a"
    text: str = "#ececec"
    quiet: str = "#b4b7ba"
    faint: str = "#a9acaf"
    accent: str = "#5aa9e6"
    chosen: str = "#2f4b63"
    warning: str = "#ffc83c"
    alarm: str = "#a3261b"
    on_alarm: str = "#ffffff"
    on_warning: str = "#1c1c1c"
    warned: str = "#46401f"
    noted: str = "#233847"
    asked: str = "#3a3527"
    tip: str = "#f4f1e0"
    on_tip: str = "#1c1c1c"
    keys: str = "#ffd97a"
    knob: str = "#d8dadc"
    bar: str = "#33658a"
    seam: str = "#1c1d1e"
    frame: str = "#242527"
    stranger: str = "#ff5a45"


DARK = Palette()
HIGH_CONTRAST = Palette(
    window="#000000",
    panel="#000000",
    field="#000000",
    raised="#101010",
    hover="#2a2a2a",
    line="#8c8c8c",
    edge="#ffffff",
    text="#ffffff",
    quiet="#ffffff",
    faint="#b8b8b8",
    accent="#ffe14d",
    chosen="#0a3d7a",
    warning="#ffd400",
    alarm="#8f0000",
    warned="#2b2500",
    noted="#001f3f",
    asked="#2b2500",
    tip="#ffffff",
    on_tip="#000000",
    keys="#ffe14d",
    knob="#ffffff",
    bar="#0a5cb8",
    seam="#8c8c8c",
    frame="#3c3c3c",
    stranger="#ff6b57",
)
PALETTES: Mapping[str, Palette] = {"dark": DARK, "high_contrast": HIGH_CONTRAST}

GROUNDS = ("window", "panel", "field", "raised", "hover", "chosen", "warned", "noted", "asked")
# Words and the grounds they stand on: each pair is checked.
WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("text", GROUNDS),
    ("quiet", ("window", "panel", "field", "chosen", "frame")),
    ("faint", ("window", "panel", "field", "raised")),
    ("warning", ("window", "panel", "field", "warned", "asked", "chosen")),
    ("accent", ("window", "panel", "field")),
    ("keys", ("window", "panel")),
    ("on_warning", ("warning",)),
    ("on_alarm", ("alarm",)),
    ("on_tip", ("tip",)),
    ("text", ("bar",)),
)
# What must be told apart without being read: focus, the active viewport, marks of a slider.
SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("accent", ("window", "panel", "field", "raised", "chosen", "frame")),
    ("stranger", ("frame", "window")),
    ("knob", ("panel", "window")),
)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    parts = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
