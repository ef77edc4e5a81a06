"""The picture that a person decides on: the image as its window shows it, with boxes round found letters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.export.burn import shown_frame
from app.export.looks import Asked, Box
from app.export.pixel_gate import read_image, stored_frame

if TYPE_CHECKING:
    from pydicom import Dataset

BOX_COLOUR = (255, 176, 0)
FRAME_COLOUR = (90, 90, 90)
SHEET_PX = 1100  # width of a contact sheet
LEAST_PX = 120  # of a small picture on it

Picture = NDArray[np.uint8]


class FramesToSee:
    """Frames of one file, decoded one by one as they are wanted: a loop of hundreds need not lie in memory."""

    def __init__(self, file: Path, boxes: Sequence[Box] = ()) -> None:
        """Raises ExportRefusedError where the file cannot be read."""
        self._data: Dataset = read_image(file)
        self._boxes = tuple(boxes)

    def frame(self, number: int) -> Picture:
        """(rows, columns, 3) with the boxes of the detector; counted from 0. Raises ExportRefusedError."""
        return boxed(shown_frame(self._data, stored_frame(self._data, number)), self._boxes)


def boxed(picture: Picture, boxes: Sequence[Box]) -> Picture:
    """The picture with a line round each box."""
    from PIL import Image, ImageDraw

    canvas = Image.fromarray(picture)
    pen = ImageDraw.Draw(canvas)
    for top, left, bottom, right in boxes:
        pen.rectangle((left - 1, top - 1, right, bottom), outline=BOX_COLOUR, width=2)
    return np.asarray(canvas)


def preview(asked: Asked) -> Picture:
    """(rows, columns, 3); of a file with many frames those that nobody may skip, below each other in their order."""
    frames = FramesToSee(asked.file, asked.boxes)
    return np.concatenate([frames.frame(number) for number in sorted(asked.must_see)], axis=0)


def contact_sheet(frames: Sequence[Picture], marked: Sequence[int] = ()) -> Picture:
    """All frames small, with their numbers from 1; those that are marked in the colour of boxes."""
    from PIL import Image, ImageDraw

    rows, columns = frames[0].shape[:2]
    across = min(max(1, int(np.ceil(np.sqrt(len(frames))))), SHEET_PX // LEAST_PX)
    wide = SHEET_PX // across
    high = max(1, round(wide * rows / columns))
    sheet = Image.new("RGB", (across * wide, -(-len(frames) // across) * high))
    pen = ImageDraw.Draw(sheet)
    for number, frame in enumerate(frames):
        left, top = number % across * wide, number // across * high
        sheet.paste(Image.fromarray(frame).resize((wide, high)), (left, top))
        colour = BOX_COLOUR if number in marked else FRAME_COLOUR
        pen.rectangle((left, top, left + wide - 1, top + high - 1), outline=colour, width=2)
        pen.text((left + 5, top + 4), str(number + 1), fill=BOX_COLOUR)
    return np.asarray(sheet)
