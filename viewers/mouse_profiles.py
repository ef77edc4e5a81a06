"""Which button does what, as data; the keys that go with it are the app's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

ACTIVE = "active"  # stands for the tool that the reader chose


class Button(Enum):
    """A mouse button; NONE is moving without one."""

    NONE = "none"
    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"
    BOTH = "both"


class Modifier(Enum):
    """The key held; several at once count as PLAIN unless a profile says otherwise."""

    PLAIN = "plain"
    SHIFT = "shift"
    CTRL = "ctrl"
    ALT = "alt"


Binding = tuple[Button, Modifier]


@dataclass(frozen=True, slots=True)
class MouseProfile:
    """Drags and wheel turns of one profile: (button, modifier) -> tool id, modifier -> "scroll", "zoom" or "slab".

    A drag that is not listed with its modifier is the one without: tools then read Shift as fine, Ctrl as coarse.
    """

    profile_id: str
    title: str
    drags: Mapping[Binding, str] = field(default_factory=dict)
    wheel: Mapping[Modifier, str] = field(default_factory=dict)
    start_tool: str = "window"

    def tool_for(self, button: Button, modifier: Modifier, active: str) -> str | None:
        """Tool id of a drag, or None where this profile gives none."""
        plain = None if button is Button.NONE else self.drags.get((button, Modifier.PLAIN))
        found = self.drags.get((button, modifier), plain)
        return active if found == ACTIVE else found

    def wheel_for(self, modifier: Modifier) -> str | None:
        """What the wheel does."""
        return self.wheel.get(modifier, self.wheel.get(Modifier.PLAIN))


_WHEEL = {Modifier.PLAIN: "scroll", Modifier.CTRL: "zoom", Modifier.ALT: "slab"}
_FOLLOW = {(Button.NONE, Modifier.SHIFT): "crosshair", (Button.BOTH, Modifier.PLAIN): "scroll"}


def _profile(profile_id: str, title: str, left: str, middle: str, right: str) -> MouseProfile:
    plain = Modifier.PLAIN
    drags = {(Button.LEFT, plain): left, (Button.MIDDLE, plain): middle, (Button.RIGHT, plain): right}
    return MouseProfile(profile_id, title, {**drags, **_FOLLOW}, _WHEEL)


STANDARD = _profile("standard", "Standard", ACTIVE, "pan", "zoom")
_CLASSIC = _profile("classic_pacs", "Classic PACS", "scroll", "window", "zoom")
_MITK_PACS = MouseProfile(
    "mitk_pacs",
    "MITK-PACS",
    {
        (Button.LEFT, Modifier.PLAIN): ACTIVE,
        (Button.MIDDLE, Modifier.PLAIN): "scroll",
        (Button.RIGHT, Modifier.PLAIN): "window",
        (Button.RIGHT, Modifier.CTRL): "zoom",
        (Button.RIGHT, Modifier.SHIFT): "pan",
        **_FOLLOW,
    },
    _WHEEL,
)
_SLICER = MouseProfile(
    "slicer",
    "Slicer",
    {
        (Button.LEFT, Modifier.PLAIN): ACTIVE,
        (Button.LEFT, Modifier.SHIFT): "pan",
        (Button.MIDDLE, Modifier.PLAIN): "pan",
        (Button.RIGHT, Modifier.PLAIN): "zoom",
        **_FOLLOW,
    },
    _WHEEL,
    start_tool="crosshair",
)
_ONE_BUTTON = MouseProfile(
    "one_button",
    "One button or trackpad",
    {
        (Button.LEFT, Modifier.PLAIN): ACTIVE,
        (Button.LEFT, Modifier.SHIFT): "pan",
        (Button.LEFT, Modifier.CTRL): "zoom",
        (Button.LEFT, Modifier.ALT): "scroll",
        (Button.NONE, Modifier.SHIFT): "crosshair",
    },
    _WHEEL,
)

PROFILES: Mapping[str, MouseProfile] = {
    profile.profile_id: profile for profile in (STANDARD, _CLASSIC, _MITK_PACS, _SLICER, _ONE_BUTTON)
}
