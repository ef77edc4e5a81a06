"""The only way to pixels that leave: whoever asks gets them cleared by rule and, where the rule asks, by a person.

PS3.15 E.3.1 leaves burned-in identity to whoever exports. Ultrasound, secondary captures, angiography, fluoroscopy,
photographs, digitised film and whatever says that it has annotations burned in need a look of a person; so does any
other image in which letters are found. Nothing here can be told to skip that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ExportRefusedError
from app.export.burned_in import text_boxes
from app.export.looks import Asked, Box, Decided, Look, Looks, file_sha256
from app.support.held.doors import open_file
from app.support.i18n import text

if TYPE_CHECKING:
    from pydicom import Dataset

# Modalities whose consoles write names into the picture, and those that are pictures of something else.
WRITTEN_ON = frozenset(
    {"US", "IVUS", "XA", "RF", "SC", "OT", "ES", "XC", "GM", "HC", "DG", "ECG", "OPT", "PX", "IO"}
)
_SLICES = frozenset({"CT", "MR", "PT", "NM"})
_CAPTURE_CLASSES = "1.2.840.10008.5.1.4.1.1.7"  # Secondary Capture and its multi-frame kinds
_MOST_FRAMES = 24  # of one file that are searched, spread evenly; a console writes on every frame


@dataclass(slots=True)
class PixelGate:
    """Looks of people, and what was found in files already. identified: identity stays, so nothing is asked.

    left_out: files that stay here whatever is in them, such as those that nobody could look at.
    """

    looks: Looks = field(default_factory=dict)
    identified: bool = False
    left_out: frozenset[Path] = frozenset()
    _asked: dict[Path, Asked | None] = field(default_factory=dict)

    def question(self, file: Path) -> Asked | None:
        """Why a person must look at a file, or None. Raises ExportRefusedError where its pixels cannot be read."""
        if self.identified:
            return None
        if file not in self._asked:
            self._asked[file] = _question(file)
        return self._asked[file]

    def check(self, files: Iterable[Path]) -> None:
        """Raise ExportRefusedError if any file still waits for its look."""
        waiting = [
            asked
            for file in files
            if file not in self.left_out and (asked := self.question(file)) and asked.sha256 not in self.looks
        ]
        if waiting:
            reason = text(waiting[0].reason_key)
            raise ExportRefusedError("error.looks.needed", count=len(waiting), reason=reason)

    def look(self, file: Path) -> Look | None:
        """What a person decided on a file that needed it; None for one that did not. Raises as `check`."""
        self.check([file])
        asked = self.question(file)
        return self.looks[asked.sha256] if asked else None

    def looked_at(self) -> tuple[tuple[Asked, Look], ...]:
        """What was asked about and decided, as far as anybody wanted to know."""
        asked = (one for one in self._asked.values() if one is not None)
        return tuple((one, self.looks[one.sha256]) for one in asked if one.sha256 in self.looks)

    def leaves(self, file: Path) -> bool:
        """Whether the image may leave at all."""
        if file in self.left_out:
            return False
        look = self.look(file)
        return look is None or look.decided is not Decided.LEAVE_OUT


def read_image(file: Path) -> Dataset:
    """A whole file. Raises ExportRefusedError if it cannot be read."""
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    try:
        with open_file(file) as opened:
            return dcmread(opened)
    except (OSError, InvalidDicomError, ValueError, KeyError, AttributeError) as error:
        raise ExportRefusedError("error.export.image_gone", folder=file.parent.name) from error


def stored_pixels(data: Dataset) -> NDArray[Any]:
    """Pixels as stored, (frames, rows, columns[, 3]). Raises ExportRefusedError where they cannot be decoded."""
    from pydicom.pixels.utils import pixel_array

    try:
        pixels: NDArray[Any] = pixel_array(data, raw=False)
    except Exception as error:
        raise ExportRefusedError("error.export.image_pixels", reason=type(error).__name__) from error
    frames = int(data.get("NumberOfFrames", 1) or 1)
    return pixels if frames > 1 else pixels[None]


def stored_frame(data: Dataset, number: int) -> NDArray[Any]:
    """One frame as stored, (rows, columns[, 3]), from 0. Raises ExportRefusedError where it cannot be decoded."""
    from pydicom.pixels.utils import pixel_array

    try:
        frame: NDArray[Any] = pixel_array(data, raw=False, index=number)
    except Exception as error:
        raise ExportRefusedError("error.export.image_pixels", reason=type(error).__name__) from error
    return frame


def blank(pixels: NDArray[Any], boxes: Iterable[Box], photometric: str) -> NDArray[Any]:
    """The same pixels with these boxes at the darkest level that is in them."""
    made = pixels.copy()
    dark = pixels.max() if photometric == "MONOCHROME1" else pixels.min()
    for top, left, bottom, right in boxes:
        made[:, top:bottom, left:right] = dark
    return made


def reason_of(data: Dataset) -> str:
    """Text key of the rule that asks for a look; empty where only found letters would."""
    if str(data.get("BurnedInAnnotation", "")).strip().upper() not in ("", "NO"):
        return "looks.reason.says_so"
    if str(data.get("SOPClassUID", "")).startswith(_CAPTURE_CLASSES):
        return "looks.reason.capture"
    if str(data.get("Modality", "")) in WRITTEN_ON:
        return "looks.reason.modality"
    if str(data.get("ConversionType", "")).strip() or "FilmScanner" in str(data.get("ImageType", "")):
        return "looks.reason.film"
    return "" if data.get("Modality") else "looks.reason.modality"


def _question(file: Path) -> Asked | None:
    data = read_image(file)
    reason = reason_of(data)
    found: dict[int, tuple[Box, ...]] = {}
    count = 1
    if "PixelData" in data:
        frames = stored_pixels(data)
        count = len(frames)
        step = max(1, count // _MOST_FRAMES)
        found = {number: _letters_in(frames[number], data) for number in range(0, count, step)}
    boxes = tuple(sorted({box for some in found.values() for box in some}))
    if not reason and not boxes:
        return None
    text_on = tuple(number for number, some in found.items() if some)
    return Asked(file, file_sha256(file), reason or "looks.reason.letters", boxes, count, text_on)


def _letters_in(frame: NDArray[Any], data: Dataset) -> tuple[Box, ...]:
    if str(data.get("Modality", "")) in _SLICES and "ORIGINAL" in data.get("ImageType", ()):
        return text_boxes(frame, only_brightest=True)
    return text_boxes(_shown(frame, data))


def _shown(frame: NDArray[Any], data: Dataset) -> NDArray[Any]:
    """Values as a window shows them: outliers, such as padding far below air, must not flatten the letters."""
    plain = frame.astype(np.float32)
    padding = data.get("PixelPaddingValue")
    inside = plain[plain != float(padding)] if isinstance(padding, int) else plain
    if not inside.size:
        return plain
    low, high = np.percentile(inside, (0.5, 99.9))
    top = max(float(high), float(inside.max()) if data.get("BitsStored", 16) == 8 else float(high))
    return np.clip(plain, float(low), top)
