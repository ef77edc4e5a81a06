"""What the patient of the CT lies on."""

from __future__ import annotations

from app.phantom.shapes import Solid, box_around, box_field, grown

EVERYWHERE = box_around((0, 0, 0), 2000.0)


def table() -> list[Solid]:
    """The couch under a lying patient: a thin shell of carbon round foam."""
    shell = box_field((0, 132, 0), (170, 9, 1000), 8.0)
    return [Solid("couch", shell, EVERYWHERE, -250.0), Solid("foam", grown(shell, -2.0), EVERYWHERE, -920.0)]
