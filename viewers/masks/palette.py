"""Colours for segments that the colour-blind can tell apart as well, as far as there can be so many."""

from __future__ import annotations

import colorsys

Color = tuple[int, int, int]

# After Okabe and Ito, without black and grey, which are the picture's own.
FIRST: tuple[Color, ...] = (
    (86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167), (240, 228, 66), (213, 94, 0), (0, 114, 178),
)  # fmt: skip
_SHADES = (1.0, 0.62, 0.84, 0.48)  # lightness tells those apart whose hue is the same
_TINTS = (1.0, 1.0, 0.55, 0.7)


def color_of(number: int) -> Color:
    """The colour of the segment with this number, from 1: seven hues first, then their darker and paler shades."""
    place = max(number - 1, 0)
    red, green, blue = FIRST[place % len(FIRST)]
    turn = (place // len(FIRST)) % len(_SHADES)
    hue, lightness, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    hue += 0.035 * (place // (len(FIRST) * len(_SHADES)))
    made = colorsys.hls_to_rgb(hue % 1.0, min(lightness * _SHADES[turn], 0.9), saturation * _TINTS[turn])
    return round(made[0] * 255), round(made[1] * 255), round(made[2] * 255)
