"""Every word that a 3D view writes by itself."""

from __future__ import annotations

from dataclasses import dataclass

from viewers.volume_presets import PRESETS


@dataclass(frozen=True, slots=True)
class VolumeText:
    """Every word this view writes by itself; the app hands in another language."""

    not_primary: str = "not for primary diagnosis"
    preparing: str = "preparing the volume"
    coarse: str = "half resolution: full picture follows"
    reduced: str = "drawn coarser than its slices: they are too many for 3D without a graphics card"
    cropped: str = "part of it is cut away"
    reduced_card: str = "drawn coarser than its slices: this graphics card takes no larger volume"
    no_renderer: str = "3D needs OpenGL, and this machine offers none. Slices and planes work without it."
    no_place: str = "These pictures have no position in the patient, so there is no volume to show."
    not_grey: str = "Colour pictures have no volume rendering. Use the stack view."
    not_drawn: str = (
        "This view could not be drawn whole, so it is blank. Show the series again or another one."
    )
    one_slice: str = "One slice is no volume. Use the stack view."
    no_memory: str = "There is not enough memory for 3D. Close other studies or programs, then hang it again."
    titles: tuple[tuple[str, str], ...] = tuple((one.preset_id, one.title) for one in PRESETS)

    def title(self, preset_id: str) -> str:
        """What a colouring is called."""
        return dict(self.titles)[preset_id]
