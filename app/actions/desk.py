"""What actions may ask of the window in front of the reader; `app.ui` gives an object of this shape."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from app.actions.findings_panel_desk import FindingsPanelDesk
from app.actions.looks_desk import CineDesk, LooksDesk
from app.actions.mammography_desk import MammographyDesk
from app.actions.pointing_desk import PointingDesk
from app.actions.window_desk import ZonesDesk


class PictureView(Protocol):
    """The active viewport, as far as keys change it."""

    def scroll_by(self, images: int) -> None:
        """Images onwards (or back)."""
        ...

    def scroll_to_end(self, *, last: bool) -> None:
        """First or last image."""
        ...

    def use_preset(self, number: int) -> None:
        """Window preset 1 to 9; 0 is the picture's own window."""
        ...

    def use_own(self, number: int) -> None:
        """One of the file's own VOI tables and windows, counted from 1; 0 is the next of them."""
        ...

    def toggle_overlays(self) -> None:
        """Show or hide the overlays that came with the picture."""
        ...

    def toggle_shutter(self) -> None:
        """Open or close the shutter that came with the picture."""
        ...

    def turn(self, quarter_turns: int) -> None:
        """Clockwise."""
        ...

    def flip(self, *, horizontal: bool) -> None:
        """Mirror left and right, or top and bottom."""
        ...

    def invert(self) -> None:
        """Swap black and white."""
        ...

    def zoom(self, factor: float) -> None:
        """Larger than 1 enlarges, about the centre."""
        ...

    def next_slab(self) -> None:
        """Another way of bringing a thick slab onto the plane; nothing where there is no volume."""
        ...

    def slab_by(self, steps: int) -> None:
        """So many steps thicker; below zero thinner."""
        ...

    def fit(self) -> None:
        """The whole picture."""
        ...

    def reset(self) -> None:
        """As when it was opened: fitted, not flipped, not turned, its own window."""
        ...


class HangingDesk(Protocol):
    """Hanging protocols in the window."""

    def step(self, step: int) -> None:
        """The next or previous screen of the protocol that hangs."""
        ...

    def next_protocol(self) -> None:
        """The next protocol that fits the study."""
        ...

    def mammograms(self) -> None:
        """Right and left, CC and MLO, back to back."""
        ...

    @property
    def mammography(self) -> MammographyDesk:
        """Mammograms on the screen."""
        ...

    def remember(self) -> None:
        """A protocol of the reader's own from the present screen."""
        ...


class KeyImagesDesk(Protocol):
    """Images that the reader marks."""

    def toggle(self) -> None:
        """Mark the shown image, or take its mark away."""
        ...

    def step(self, step: int) -> None:
        """Go to the next or previous marked one."""
        ...


class OwnFindingsDesk(Protocol):
    """Findings that the reader marks."""

    def mark(self) -> None:
        """Under the pointer, or where the chosen measurement lies."""
        ...


class SolidsDesk(Protocol):
    """3D pictures, all together."""

    def next_preset(self) -> None:
        """Another way of colouring."""
        ...

    def toggle_cropping(self) -> None:
        """The box with its handles."""
        ...

    def toggle_cut(self) -> None:
        """A plane through the crosshair."""
        ...

    def whole(self) -> None:
        """Nothing cropped or cut."""
        ...


class MasksDesk(Protocol):
    """Correcting masks."""

    def toggle(self) -> None:
        """Correct the mask of the active series, a new one if it has none; or leave it."""
        ...

    def reshape(self, what: str) -> None:
        """The chosen segment as a whole: "between", "largest", "small"."""
        ...

    def add(self) -> None:
        """One more segment."""
        ...


class Desk(Protocol):
    """The window, as far as actions reach it."""

    @property
    def looks(self) -> LooksDesk:
        """How the active picture is drawn."""
        ...

    @property
    def view(self) -> PictureView | None:
        """The picture in the active viewport, if there is one."""
        ...

    def ask_folder(self) -> Path | None:
        """A folder of the reader's choice."""
        ...

    def ask_files(self) -> tuple[Path, ...]:
        """Files of the reader's choice."""
        ...

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Scan folders and files in the background; studies are listed as they are found."""
        ...

    def open_study(self, study_instance_uid: str) -> None:
        """Turn to a study and hang it."""
        ...

    def hang(self, display_set_id: str) -> None:
        """Show a display set of the open study in the active viewport."""
        ...

    def retry(self) -> None:
        """Try images that could not be read once more."""
        ...

    def step_series(self, step: int) -> None:
        """The next or previous series in the active viewport."""
        ...

    def toggle_planes(self) -> None:
        """Three planes of the active series and its 3D picture, or back."""
        ...

    def toggle_volume(self) -> None:
        """The active series in 3D, or back."""
        ...

    @property
    def solids(self) -> SolidsDesk:
        """3D pictures."""
        ...

    @property
    def cine(self) -> CineDesk:
        """Stacks that play."""
        ...

    @property
    def hanging(self) -> HangingDesk:
        """Hanging protocols."""
        ...

    @property
    def key_images(self) -> KeyImagesDesk:
        """Marked images."""
        ...

    @property
    def findings(self) -> FindingsPanelDesk:
        """Extents, numbers, provenance, the way back."""
        ...

    @property
    def own_findings(self) -> OwnFindingsDesk:
        """Findings of the reader's own."""
        ...

    @property
    def pointing(self) -> PointingDesk:
        """A place chosen by keys."""
        ...

    @property
    def masks(self) -> MasksDesk:
        """Masks that the reader corrects."""
        ...

    def run_model(self, package: str = "") -> None:
        """Run a package on the active series; without a name the one chosen in the panel."""
        ...

    def cancel_jobs(self, kind: str = "") -> None:
        """Stop long work of one kind, or all."""
        ...

    def edit_label(self) -> None:
        """Type another label for the selected finding."""
        ...

    def export(self) -> None:
        """Choose what leaves as files, and where to."""
        ...

    def peek(self, *, down: bool) -> None:
        """Hide everything that lies over the pictures while the key is down."""
        ...

    def say(self, sentence: str) -> None:
        """One plain sentence in the message area."""
        ...

    def show(self, what: str) -> None:
        """A list that is no part of the reading: "palette", "keys", "settings", "about"."""
        ...

    @property
    def zones(self) -> ZonesDesk:
        """Zones in windows of their own."""
        ...

    def next_panel(self) -> None:
        """Move the keyboard to the next panel."""
        ...

    def dismiss(self) -> None:
        """Cancel the gesture, else close the list, else deselect; never resets a picture."""
        ...

    def quit(self) -> None:
        """Close the window."""
        ...
