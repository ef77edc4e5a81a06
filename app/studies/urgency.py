"""How soon a frame or file is wanted; everything that decodes or fetches keeps this order."""

from __future__ import annotations

from enum import IntEnum


class Urgency(IntEnum):
    """Lower comes first."""

    INTERACTION = 0  # what the reader looks at now
    THUMBNAIL = 1
    NEIGHBOUR = 2  # the rest of what hangs, nearest first, in the direction of scrolling
    PREFETCH = 3  # series and priors that do not hang yet; stands still while the reader works
