"""Both themes can be read: every pair of words and ground that is used, and the signs that nobody reads."""

from __future__ import annotations

import re

import pytest

from app.ui import theme
from app.ui.palette import DARK, HIGH_CONTRAST, PALETTES, SIGNS, WORDS, Palette, contrast

WORDS_PAIRS = [(word, ground) for word, grounds in WORDS for ground in grounds]
SIGN_PAIRS = [(sign, ground) for sign, grounds in SIGNS for ground in grounds]


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#ff0000", "#ff0000") == 1


@pytest.mark.parametrize(("word", "ground"), WORDS_PAIRS)
@pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))
def test_words_stand_out(palette: Palette, word: str, ground: str) -> None:
    assert contrast(getattr(palette, word), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize(("sign", "ground"), SIGN_PAIRS)
@pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))
def test_signs_stand_out(palette: Palette, sign: str, ground: str) -> None:
    assert contrast(getattr(palette, sign), getattr(palette, ground)) >= 3


def test_high_contrast_is_higher() -> None:
    assert contrast(HIGH_CONTRAST.text, HIGH_CONTRAST.panel) == pytest.approx(21)
    for ground in ("window", "panel", "field"):
        assert contrast(HIGH_CONTRAST.edge, getattr(HIGH_CONTRAST, ground)) >= 7, (
            "what can be pressed has an edge"
        )
        assert contrast(HIGH_CONTRAST.quiet, getattr(HIGH_CONTRAST, ground)) >= 7


def test_every_colour_of_the_style_sheet_is_one_of_the_palette() -> None:
    loose = set(re.findall(r"#[0-9a-fA-F]{6}", theme._SHEET)) - {"#000000"}
    assert not loose, "a colour outside the palette is checked by nobody"
    assert theme.style_sheet(DARK) != theme.style_sheet(HIGH_CONTRAST)
