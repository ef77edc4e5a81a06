"""Made-up pictures with words burned in, as consoles and digitisers leave them, and grounds without any."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

WORDS = (
    "IVANOVA ANNA", "12.06.1958", "Doe^Jane", "ID 778899", "Иванова А.И.", "Smith, John 45Y", "2019-03-17 08:15",
    "City Hospital No 7", "M 061Y", "DOB 03/12/1944", "Acc 0042-7711", "Зильберштейн",
)  # fmt: skip
FACES = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSansMono",
    "DejaVuSerif",
    "DejaVuSans-Oblique",
    "DejaVuSansMono-Bold",
)
GROUNDS = ("black", "speckle", "film", "tissue")


@dataclass(frozen=True, slots=True, eq=False)
class Burned:
    """A picture of 8 bits and where its ink is."""

    picture: NDArray[np.uint8]
    ink: NDArray[np.bool_]
    ground: str


def ground(kind: str, shape: tuple[int, int], draws: np.random.Generator) -> NDArray[np.float64]:
    """0 to 1: nothing, an ultrasound sector, a digitised film, or tissue at several scales."""
    if kind == "black":
        return np.zeros(shape)
    if kind == "speckle":
        speckle = gaussian_filter(draws.gamma(2, 1, shape), 1.5)
        down, along = np.mgrid[: shape[0], : shape[1]]
        sector = ((along / shape[1] - 0.5) / 0.35) ** 2 + ((down / shape[0] - 0.55) / 0.4) ** 2 < 1
        shown: NDArray[np.float64] = np.where(sector, 0.6 * (speckle - speckle.min()) / np.ptp(speckle), 0.0)
        return shown
    if kind == "film":
        soft = gaussian_filter(draws.normal(size=shape), 30)
        film: NDArray[np.float64] = 0.1 + 0.6 * (soft - soft.min()) / np.ptp(soft)
        return film + draws.normal(0, 0.01, shape)
    mixed = sum(
        (gaussian_filter(draws.normal(size=shape), size) * size for size in (2, 5, 12)), np.zeros(shape)
    )
    made: NDArray[np.float64] = 0.7 * (mixed - mixed.min()) / np.ptp(mixed)
    return made


def burned(number: int, seed: int = 0) -> Burned:
    """One picture of the set; the same number makes the same picture."""
    draws = np.random.default_rng([seed, number])
    kind = GROUNDS[number % len(GROUNDS)]
    shape = (int(draws.integers(240, 420)), int(draws.integers(360, 560)))
    face = FACES[int(draws.integers(len(FACES)))]
    file = Path(mpl.get_data_path(), "fonts", "ttf", f"{face}.ttf")
    font = ImageFont.truetype(str(file), int(draws.integers(10, 30)))
    words = WORDS[int(draws.integers(len(WORDS)))]
    sheet = Image.new("L", shape[::-1], 0)
    pen = ImageDraw.Draw(sheet)
    _, _, right, bottom = pen.textbbox((0, 0), words, font=font)
    x = int(draws.integers(4, max(5, int(shape[1] - right - 4))))
    y = int(draws.integers(4, max(5, int(shape[0] - bottom - 4))))
    pen.text((x, y), words, font=font, fill=255)
    ink = np.asarray(sheet, dtype=np.float64) / 255
    level = 0.0 if kind == "film" and draws.random() < 0.5 else float(draws.uniform(0.85, 1.0))
    picture = ground(kind, shape, draws) * (1 - ink) + level * ink
    return Burned((np.clip(picture, 0, 1) * 255).astype(np.uint8), ink > 0.5, kind)
