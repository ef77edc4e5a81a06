"""Outlines and a legend burned into a picture of a source image, for people without a viewer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ExportRefusedError
from app.domain.source_image import SourceImage
from app.export.outlines import Drawing
from app.export.pixel_gate import PixelGate, blank, read_image, stored_frame
from app.export.types import StudyExport
from app.export.wording import caption
from app.export.words import file_text, notice_words

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont
    from pydicom import Dataset

LEAST_SIDE = 512  # smaller images are shown larger, in whole steps, so that words can be read
LINE_COLOUR = (255, 176, 0)  # amber: seen on grey by readers with any colour vision
_EDGE = (0, 0, 0)
_PAPER, _INK = (16, 16, 16), (255, 255, 255)
_FONT_PX = 16
_OPPOSITE = {"L": "R", "R": "L", "A": "P", "P": "A", "H": "F", "F": "H"}


def burned(
    study: StudyExport, drawn: Sequence[Drawing], gate: PixelGate, more: Sequence[str] = ()
) -> NDArray[np.uint8] | None:
    """The frame of the drawings with their lines and a legend below it, (rows, columns, 3).

    None where a person decided that the image stays here. All drawings are of one frame. Raises ExportRefusedError.
    """
    legend = (*dict.fromkeys(caption(one.judgement, one.result) for one in drawn), *more)
    return _page(study, drawn[0].image, drawn, legend, gate)


def unmarked(
    study: StudyExport, image: SourceImage, gate: PixelGate, words: Sequence[str]
) -> NDArray[np.uint8] | None:
    """A frame on which nothing is drawn, (rows, columns, 3), with words below it. None and errors as `burned`."""
    return _page(study, image, (), words, gate)


def _page(
    study: StudyExport,
    image: SourceImage,
    drawn: Sequence[Drawing],
    words: Sequence[str],
    gate: PixelGate,
) -> NDArray[np.uint8] | None:
    file = study.image_files.get(image.sop_instance_uid)
    if file is None:
        raise ExportRefusedError("error.export.image_gone", folder="-")
    if not gate.leaves(file):
        return None
    grey = _picture(file, image.frame, gate)
    scale = max(1, -(-LEAST_SIDE // min(grey.shape[:2])))
    shown = np.repeat(np.repeat(grey, scale, axis=0), scale, axis=1)
    letters = side_letters(image)
    sideless = () if letters else (file_text("export.caption.no_side"),)
    legend = (*sideless, *words, notice_words())
    return _with_legend(_lettered(_with_lines(shown, drawn, scale), letters), legend)


def side_letters(image: SourceImage) -> tuple[str, str, str, str] | tuple[()]:
    """Where left, top, right and bottom of a picture point to in the patient; empty where its file does not say."""
    if image.orientation:
        along, down = _letter(image.orientation[:3]), _letter(image.orientation[3:])
    elif len(image.patient_orientation) == 2 and all(image.patient_orientation):
        along, down = image.patient_orientation[0][:1], image.patient_orientation[1][:1]
    else:
        return ()
    return (_OPPOSITE.get(along, ""), _OPPOSITE.get(down, ""), along, down)


def _letter(cosines: Sequence[float]) -> str:
    axis = int(np.argmax(np.abs(cosines)))
    return ("LR", "PA", "HF")[axis][cosines[axis] < 0]


def _lettered(canvas: Any, letters: tuple[str, ...]) -> Any:  # Any: Pillow's image
    from PIL import ImageDraw

    pen, font = ImageDraw.Draw(canvas), _font(max(20, canvas.width // 30))
    wide, high, edge = canvas.width, canvas.height, 6
    places = (
        ((edge, high // 2), "lm"),
        ((wide // 2, edge), "ma"),
        ((wide - edge, high // 2), "rm"),
        ((wide // 2, high - edge), "md"),
    )
    for letter, (place, anchor) in zip(letters, places, strict=False):
        pen.text(place, letter, fill=_INK, font=font, anchor=anchor, stroke_width=2, stroke_fill=_EDGE)
    return canvas


def _picture(file: Path, frame: int, gate: PixelGate) -> NDArray[np.uint8]:
    """The frame in the file's own window, in colour. Blanked boxes are black."""
    look = gate.look(file)
    data = read_image(file)
    count = int(data.get("NumberOfFrames", 1) or 1)
    stored = stored_frame(data, min(max(frame, 1), count) - 1)[None]
    boxes = look.boxes if look else ()
    return shown_frame(data, blank(stored, boxes, str(data.PhotometricInterpretation))[0])


def shown_frame(data: Dataset, chosen: NDArray[Any]) -> NDArray[np.uint8]:
    """One stored frame of a file in its own window, (rows, columns, 3). For eyes inside: what leaves asks the gate."""
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

    if chosen.ndim == 3:
        colour: NDArray[np.uint8] = chosen.astype(np.uint8)
        return colour
    values = np.asarray(apply_voi_lut(apply_modality_lut(chosen, data), data), dtype=np.float64)
    low, high = float(values.min()), float(values.max())
    grey = (values - low) / (high - low) * 255 if high > low else np.zeros_like(values)
    if data.PhotometricInterpretation == "MONOCHROME1":
        grey = 255 - grey
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def _with_lines(
    picture: NDArray[np.uint8], drawn: Sequence[Drawing], scale: int
) -> Any:  # Any: Pillow's image
    from PIL import Image, ImageDraw

    canvas = Image.fromarray(picture)
    pen = ImageDraw.Draw(canvas)
    width = max(2, min(picture.shape[:2]) // 300)
    for colour, wide in ((_EDGE, width + 2), (LINE_COLOUR, width)):
        for one in drawn:
            for line in one.lines:
                points = [(float(column) * scale, float(row) * scale) for column, row in line]
                if len(points) == 1:
                    (x, y), reach = points[0], 6 * width
                    pen.line([(x - reach, y), (x + reach, y)], fill=colour, width=wide)
                    pen.line([(x, y - reach), (x, y + reach)], fill=colour, width=wide)
                else:
                    pen.line(points, fill=colour, width=wide, joint="curve")
    return canvas


def _with_legend(canvas: Any, legend: Sequence[str]) -> NDArray[np.uint8]:  # Any: Pillow's image
    """The legend on a strip below: it never covers what it speaks of, and no word is cut off."""
    from PIL import Image, ImageDraw

    font = _font(max(_FONT_PX, canvas.width // 60))
    lines = [part for words in legend for part in _wrapped(words, font, canvas.width - 16)]
    step = int(font.size * 1.35)
    whole = Image.new("RGB", (canvas.width, canvas.height + step * len(lines) + 12), _PAPER)
    whole.paste(canvas, (0, 0))
    pen = ImageDraw.Draw(whole)
    for number, words in enumerate(lines):
        pen.text((8, canvas.height + 6 + number * step), words, fill=_INK, font=font)
    made: NDArray[np.uint8] = np.asarray(whole)
    return made


def _wrapped(words: str, font: FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _font(size: int) -> FreeTypeFont:
    """A face with Cyrillic letters that is there on every system."""
    import matplotlib as mpl
    from PIL import ImageFont

    return ImageFont.truetype(str(Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")), size)
