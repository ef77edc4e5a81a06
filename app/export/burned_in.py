"""Words burned into pixels, found by the shape of letters: small, of even height, side by side on a line.

A classical detector, no network: it needs no weights and says the same thing every time. It is tuned to miss little
and to be wrong now and then on the safe side: what it finds makes a person look (RQ-61), it decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.export.looks import Box

LETTER_PX = (5, 72)  # height of letters that are looked for; ours
LETTERS_IN_LINE = 3  # fewer make no name
_WIDEST = 1.9  # width of a letter against the height of its line; joined letters are split by no one
_LARGEST_SIDE = 2400  # larger pictures are looked at in steps, so that a film takes a second
_LEVELS = (0.45, 0.62, 0.74, 0.83, 0.92)  # of the picture's range
_HATS = (9, 25)  # sides of the neighbourhood in px
_ONE_INK = 0.06  # how far the ink of letters on one line may differ, of the picture's range
_CONTRAST = 0.16  # of the picture's range, between a letter and what lies round it


@dataclass(frozen=True, slots=True)
class _Letter:
    top: int
    left: int
    bottom: int
    right: int
    peak: float  # of its ink, as a share of the picture's range

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


def text_boxes(picture: NDArray[Any], *, only_brightest: bool = False) -> tuple[Box, ...]:
    """Boxes round lines of text in a picture, (rows, columns) or (rows, columns, 3), any type of number.

    only_brightest: letters of exactly the brightest value only. Slices of a scanner have structures of every shape, a
    quarter of them some like letters; words that a console burns into them have one value that nothing else has.
    """
    grey = _as_grey(picture)
    step = max(1, -(-max(grey.shape) // _LARGEST_SIDE))
    small = grey[::step, ::step]
    found: list[Box] = []
    if only_brightest:
        found += _lines(_letters((small >= 1.0).astype(np.float32), levels=(0.5,), hats=()))
    else:
        for shown in (small, 1.0 - small):  # bright letters on dark, dark letters on bright
            found += _lines(_letters(shown, _LEVELS, _HATS))
    return tuple(_scaled(box, step, grey.shape) for box in _merged(found))


def _as_grey(picture: NDArray[Any]) -> NDArray[np.float32]:
    plain = picture.astype(np.float32)
    if plain.ndim == 3:
        plain = plain.max(axis=2)  # coloured letters are bright in one channel
    low, high = float(plain.min()), float(plain.max())
    return (plain - low) / (high - low) if high > low else np.zeros_like(plain)


def _letters(shown: NDArray[np.float32], levels: tuple[float, ...], hats: tuple[int, ...]) -> list[_Letter]:
    """Connected bright spots of the size and solidity of letters.

    Burned-in words have one level, mostly the brightest: plain thresholds split them from what lies round them. Top
    hats find those that are brighter than their neighbourhood only.
    """
    low, high = LETTER_PX
    found: dict[tuple[int, int, int, int], _Letter] = {}
    masks = [(shown > level, high) for level in levels]
    masks += [(_top_hat(shown, size) > _CONTRAST, min(high, int(1.6 * size))) for size in hats]
    for mask, tallest in masks:
        for box, area in _parts(mask):
            height, width = box[2] - box[0], box[3] - box[1]
            if low <= height <= tallest and width <= _WIDEST * height and _is_ink(area, height, width):
                found[box] = _Letter(*box, float(shown[box[0] : box[2], box[1] : box[3]].max()))
    return list(found.values())


def _parts(mask: NDArray[np.bool_]) -> Iterator[tuple[tuple[int, int, int, int], int]]:
    """Box and area of each connected part."""
    from scipy.ndimage import find_objects
    from skimage import measure

    untyped: Any = measure  # scikit-image brings no types
    marked = untyped.label(mask, connectivity=2)
    areas = np.bincount(marked.ravel())
    for number, (rows, columns) in enumerate(find_objects(marked), start=1):
        if areas[number] >= LETTER_PX[0]:
            yield (rows.start, columns.start, rows.stop, columns.stop), int(areas[number])


def _top_hat(shown: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    from scipy.ndimage import grey_opening

    opened: NDArray[np.float32] = grey_opening(shown, size=(size, size), mode="nearest")
    return shown - opened


def _is_ink(area: int, height: int, width: int) -> bool:
    """Whether a part fills its box as strokes do: not a speck with holes, not a solid block."""
    filled = area / (height * width)
    return filled >= 0.15 and not (filled > 0.97 and width > height * 0.6)


def _lines(letters: list[_Letter]) -> list[Box]:
    """Letters of like height on one line with gaps of less than their height and a half; at least three of them."""
    waiting = sorted(letters, key=lambda one: (one.left, one.top))
    lines: list[list[_Letter]] = []
    for letter in waiting:
        near = [line for line in lines if _follows(letter, line[-1])]
        if near:
            max(near, key=lambda line: line[-1].right).append(letter)
        else:
            lines.append([letter])
    return [_round(line) for line in lines if len(line) >= LETTERS_IN_LINE and _is_even(line)]


def _follows(letter: _Letter, last: _Letter) -> bool:
    height = max(letter.height, last.height)
    overlap = min(letter.bottom, last.bottom) - max(letter.top, last.top)
    gap = letter.left - last.right
    like = 0.45 <= letter.height / last.height <= 2.2
    return like and overlap > 0.4 * min(letter.height, last.height) and -0.4 * height <= gap <= 1.5 * height


def _is_even(line: list[_Letter]) -> bool:
    """Letters stand on one base, have one or two heights and one ink; specks of tissue have none of these."""
    bases = np.asarray([one.bottom for one in line], dtype=np.float64)
    heights = np.asarray([one.height for one in line], dtype=np.float64)
    usual = float(np.median(heights))
    if usual < LETTER_PX[0] + 1:
        return False
    peaks = np.sort([one.peak for one in line])
    if float(peaks[-1] - peaks[len(peaks) // 4]) > _ONE_INK:
        return False
    return float(np.median(np.abs(bases - np.median(bases)))) <= max(1.0, 0.14 * usual) and float(
        np.median(np.abs(heights - usual))
    ) <= max(1.0, 0.22 * usual)


def _round(line: list[_Letter]) -> Box:
    margin = max(2, max(one.height for one in line) // 4)
    return (
        min(one.top for one in line) - margin,
        min(one.left for one in line) - margin,
        max(one.bottom for one in line) + margin,
        max(one.right for one in line) + margin,
    )


def _merged(boxes: list[Box]) -> list[Box]:
    """Boxes that overlap as one."""
    merged: list[Box] = []
    for box in sorted(boxes):
        joined = box
        while touching := [one for one in merged if _overlap(one, joined)]:
            merged = [one for one in merged if one not in touching]
            joined = _union([*touching, joined])
        merged.append(joined)
    return merged


def _union(boxes: list[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _scaled(box: Box, step: int, shape: tuple[int, ...]) -> Box:
    top, left, bottom, right = (edge * step for edge in box)
    return max(0, top), max(0, left), min(shape[0], bottom), min(shape[1], right)
