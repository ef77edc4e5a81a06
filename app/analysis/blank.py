"""Pictures on which there is nothing: no model may call them normal."""

from __future__ import annotations

from app.domain.volume import Volume


def is_blank(volume: Volume) -> bool:
    """Whether every pixel has the same value; of a picture with anything on it the first slice tells."""
    first = volume.pixels.flat[0]
    return all(bool((slice_ == first).all()) for slice_ in volume.pixels)
