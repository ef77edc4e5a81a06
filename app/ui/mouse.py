"""A keymap's mouse: a profile of the viewers with the drags and wheel turns that the keymap names otherwise."""

from __future__ import annotations

from dataclasses import replace

from app.domain.measure_codes import MEASURE_TOOLS
from app.settings.keymap import Keymap
from app.support.i18n import text
from viewers.mouse_profiles import ACTIVE, PROFILES, STANDARD, Binding, Button, Modifier, MouseProfile

BUTTONS = (Button.LEFT, Button.MIDDLE, Button.RIGHT, Button.BOTH)
MODIFIERS = tuple(Modifier)
TOOLS = (ACTIVE, "window", "zoom", "pan", "scroll", "crosshair", "region", "glass", *MEASURE_TOOLS)
WHEEL = ("scroll", "zoom", "slab")


def name_of(button: Button, modifier: Modifier) -> str:
    """How a keymap writes a drag: "left", "shift+right"."""
    return button.value if modifier is Modifier.PLAIN else f"{modifier.value}+{button.value}"


def mouse_of(keymap: Keymap) -> MouseProfile:
    """What is written wrongly is left as the profile has it."""
    base = PROFILES.get(keymap.mouse, STANDARD)
    drags: dict[Binding, str] = dict(base.drags)
    for button in (*BUTTONS, Button.NONE):
        for modifier in MODIFIERS:
            wanted = keymap.drags.get(name_of(button, modifier))
            if wanted is not None and (wanted in TOOLS or not wanted):
                drags[button, modifier] = wanted
    wheel = dict(base.wheel)
    for modifier in MODIFIERS:
        wanted = keymap.wheel.get(modifier.value)
        if wanted is not None and (wanted in WHEEL or not wanted):
            wheel[modifier] = wanted
    return replace(base, drags=drags, wheel=wheel)


def tool_words(tool: str | None) -> str:
    """What a drag does, in words."""
    if not tool:
        return "–"
    return text("ui.keys.active") if tool == ACTIVE else text(f"action.tool.{tool}").lower()


def drag_words(button: Button, modifier: Modifier) -> str:
    """Which drag, in words."""
    said = text(f"hands.button.{button.value}")
    return (
        said if modifier is Modifier.PLAIN else f"{text(f'hands.modifier.{modifier.value}')}+{said.lower()}"
    )
