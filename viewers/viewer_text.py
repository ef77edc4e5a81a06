"""Every word that a view of slices or planes writes by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ViewerText:
    """Every word a view draws by itself; the app hands in another language."""

    loading: str = "Loading image {wanted}"
    loading_stale: str = "Loading image {wanted}: still showing image {shown}"
    flipped: str = "FLIPPED"
    rotated: str = "ROTATED {degrees}°"
    inverted: str = "INVERTED"
    no_scale: str = "no scale: pixel spacing unknown"
    not_outline: str = "attention map, not a lesion outline"
    not_primary: str = "not for primary diagnosis"
    heat_grid: str = "interpolated from a grid of {grid}"
    heat_elsewhere: str = "heat hidden: it is not in the space of this picture"
    hidden: str = "AI marks and heat are hidden"
    marks_elsewhere: str = "marks hidden: they are not in the space of this picture"
    no_mpr: str = (
        "This picture has no position in the patient, so no planes can be cut from it. Use the stack view."
    )
    overlays_off: str = "the picture's own overlays are hidden"
    ground_off: str = "background as stored, not black"
    shutter_off: str = "the picture's own shutter is off"
    no_colour_mpr: str = "Planes cannot be cut from colour pictures. Use the stack view."
    slab: str = "{mode} slab, {mm} mm"
    slab_modes: tuple[tuple[str, str], ...] = (("mip", "MIP"), ("minip", "MinIP"), ("mean", "mean"))
    slab_middle: str = "marks, heat and values: middle of the slab"
    slab_through: str = "outlines and heat: all through the slab; values: its middle"
    glass: str = "picture alone, {factor} times"
    slab_reduced: str = "reduced while it moves"
    more_regions: str = "and {count} more"
    not_drawn: str = (
        "This view could not be drawn whole, so it is blank. Show the series again or another one."
    )
    decimal: str = "."
    millimeter: str = "mm"

    def number(self, plain: str) -> str:
        """A number as Python writes it, with the language's own mark before its decimals."""
        return plain.replace(".", self.decimal)
