"""Pixels with a place: what every view, model and measurement works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.display import VoiFunction

Pixels = NDArray[Any]  # int8 to int32, uint8 to uint32, float32: whatever the file stores
Affine = NDArray[np.float64]


class Space(Enum):
    """Where an affine leads: into the patient (LPS mm), or only into the plane of a projection image."""

    PATIENT = "patient"
    IMAGE = "image"


class RemarkKind(Enum):
    """What the truth badge of a view has to say about a picture."""

    LOADING = "loading"
    LOSSY_SOURCE = "lossy_source"
    MISSING_SLICES = "missing_slices"
    UNEVEN_SPACING = "uneven_spacing"
    DUPLICATE_SLICES = "duplicate_slices"
    TILT = "tilt"
    MIXED_ORIENTATION = "mixed_orientation"
    NO_POSITION = "no_position"
    NO_SPACING = "no_spacing"
    SPACING_AT_DETECTOR = "spacing_at_detector"
    SPACING_OF_REGION = "spacing_of_region"
    SPACING_AT_SCANNER = "spacing_at_scanner"
    SPACING_MAGNIFIED = "spacing_magnified"
    SPACING_GEOMETRY = "spacing_geometry"
    SPACING_FIDUCIAL = "spacing_fiducial"
    SPACING_CALIBRATED = "spacing_calibrated"
    SPACING_UNSAID = "spacing_unsaid"
    UNREADABLE_FRAMES = "unreadable_frames"
    REFORMATTED = "reformatted"
    VOI_LUT_NOT_APPLIED = "voi_lut_not_applied"
    VOLUME_FILE = "volume_file"
    TWO_PLACES = "two_places"
    LOST_VALUES = "lost_values"
    SHUTTER_NOT_APPLIED = "shutter_not_applied"
    OVERLAYS_NOT_SHOWN = "overlays_not_shown"
    INVERSION_DOUBTFUL = "inversion_doubtful"
    COLOURS_NOT_APPLIED = "colours_not_applied"
    STRAYING_SLICES = "straying_slices"
    PHASES_BY_ORDER = "phases_by_order"
    EVEN_GRID = "even_grid"
    INK_OF_ANOTHER_SERIES = "ink_of_another_series"
    PRESENTATION_IN_PART = "presentation_in_part"
    BREAST_SIDE_DOUBTFUL = "breast_side_doubtful"
    BREAST_SIDE_UNCHECKED = "breast_side_unchecked"
    NO_BREAST_SIDE = "no_breast_side"
    THICK_SLICES = "thick_slices"
    ORIENTATION_DOUBTFUL = "orientation_doubtful"


@dataclass(frozen=True, slots=True)
class Remark:
    """One fact that a reader must know about a picture: text key `remark.<kind>` with these facts."""

    kind: RemarkKind
    facts: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class FrameRef:
    """One frame of one instance; frame counts from 1 as in DICOM."""

    sop_instance_uid: str
    frame: int = 1


@dataclass(frozen=True, slots=True)
class Window:
    """VOI window (0028,1050) and (0028,1051) in modality values."""

    center: float
    width: float
    explanation: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """A stack of parallel slices, or one projection image as a stack of one.

    pixels: shape (slices, rows, columns) or (slices, rows, columns, 3) for colour, stored type; modality
    value = pixel * slope + intercept. affine: 4x4, (slice, row, column) -> LPS mm, or -> mm in the plane where
    space is IMAGE (then x grows with columns, y with rows, and nothing may place it in a patient).
    inverted: MONOCHROME1, so the smallest value is shown white.
    padding: stored value of pixels that are no part of the image, or None; padding_range: from which to which.
    voi_function: how a window makes grey (PS3.3 C.11.2.1.3).
    is_resampled: the slices are planes of an even grid between those of the files; frames then name the nearest one.
    """

    pixels: Pixels
    affine: Affine
    slope: float
    intercept: float
    unit: str
    space: Space
    frames: tuple[FrameRef, ...]
    study_instance_uid: str
    series_instance_uid: str
    frame_of_reference_uid: str
    modality: str
    inverted: bool = False
    padding: int | None = None
    windows: tuple[Window, ...] = ()
    remarks: tuple[Remark, ...] = ()
    padding_range: tuple[int, int] | None = None
    voi_function: VoiFunction = "LINEAR"
    is_resampled: bool = False

    def values(self, index: int) -> NDArray[np.float32]:
        """Modality values (HU in CT) of one slice, computed on read-out."""
        stored: NDArray[np.float32] = self.pixels[index].astype(np.float32)
        return stored * np.float32(self.slope) + np.float32(self.intercept)


Progress = Callable[[float, str], None]


class Cancelled(Exception):  # noqa: N818 - a result of the user's wish, not an error
    """Raised inside long work when its token was cancelled."""


@dataclass(slots=True)
class CancelToken:
    """Asked by long work between files, slices, tiles; set from any thread."""

    _asked: bool = field(default=False)

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._asked = True

    @property
    def cancelled(self) -> bool:
        """True once somebody asked."""
        return self._asked

    def check(self) -> None:
        """Raise Cancelled if somebody asked."""
        if self._asked:
            raise Cancelled
