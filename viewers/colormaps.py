"""Perceptually uniform colour tables that stay readable with a colour vision deficiency.

Eighteen published control points each, straight lines between them. cividis: Nunez, Anderton and Renslow, PLoS ONE
13(7) e0199239 (2018). viridis: van der Walt and Smith (2015), CC0.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

# fmt: off
_POINTS = {
    "cividis": (
        (0, 34, 78), (0, 45, 104), (22, 55, 112), (46, 65, 109), (63, 76, 108), (78, 86, 108), (92, 97, 110),
        (105, 107, 113), (118, 118, 118), (131, 129, 121), (146, 140, 120), (160, 152, 117), (175, 164, 113),
        (191, 176, 107), (207, 189, 98), (223, 202, 87), (240, 216, 70), (254, 232, 56),
    ),
    "viridis": (
        (68, 1, 84), (72, 23, 105), (71, 42, 122), (67, 61, 132), (61, 78, 138), (53, 94, 141), (46, 109, 142),
        (41, 123, 142), (35, 137, 142), (31, 151, 139), (33, 165, 133), (46, 179, 124), (70, 192, 111),
        (101, 203, 94), (137, 213, 72), (176, 221, 47), (216, 226, 25), (253, 231, 37),
    ),
}
# fmt: on


HOT_IRON = "hot_iron"


def false_color_names() -> tuple[str, ...]:
    """Tables that may stand in place of grey."""
    return (HOT_IRON, *_POINTS)


@cache
def false_colors(name: str) -> NDArray[np.uint8]:
    """256 colours (256, 3) in place of grey; the first is black, for what is no image is black too.

    hot_iron: the palette of PS3.6 B.1, red then green then blue, each rising to its end. Raises ValueError for others
    than `false_color_names()`.
    """
    if name == HOT_IRON:
        steps = np.arange(256)
        channels = [
            np.clip(2 * steps, 0, 255),
            np.clip(2 * (steps - 128), 0, 255),
            np.clip(4 * (steps - 192), 0, 255),
        ]
        made = np.stack(channels, axis=1).astype(np.uint8)
    else:
        made = table(name)
    made[0] = 0
    made.setflags(write=False)
    return made


def names() -> tuple[str, ...]:
    """All tables there are."""
    return tuple(_POINTS)


def table(name: str) -> NDArray[np.uint8]:
    """256 colours (256, 3), dark to light. Raises ValueError for a name that is not in `names()`."""
    if name not in _POINTS:
        raise ValueError(f"no colour table {name!r}; there are {', '.join(_POINTS)}")
    points = np.array(_POINTS[name], dtype=np.float64)
    places = np.linspace(0, 255, len(points))
    channels = [np.interp(np.arange(256), places, points[:, channel]) for channel in range(3)]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8)
