from __future__ import annotations

from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from app.analysis.plain_images import read_plain_image
from app.domain.errors import PixelsUnreadableError
from app.domain.geometry import index_to_lps
from app.domain.volume import RemarkKind, Space
from app.support.i18n import explain

RAMP = np.arange(12, dtype=np.uint16).reshape(3, 4) * 1000


def test_a_png_keeps_its_sixteen_bits_and_has_no_place_in_a_patient(tmp_path: Path) -> None:
    file = tmp_path / "film.png"
    file.write_bytes(imagecodecs.png_encode(RAMP))
    volume = read_plain_image(file)
    assert np.array_equal(volume.pixels[0], RAMP)
    assert volume.space is Space.IMAGE
    assert [remark.kind for remark in volume.remarks] == [RemarkKind.NO_SPACING]
    assert index_to_lps(volume.affine, (0, 2, 3)).tolist() == [3.0, 2.0, 0.0]


def test_colour_becomes_grey_by_luma(tmp_path: Path) -> None:
    file = tmp_path / "film.png"
    file.write_bytes(imagecodecs.png_encode(np.full((4, 4, 3), (200, 100, 50), np.uint8)))
    assert read_plain_image(file).pixels.tolist() == [[[124] * 4] * 4]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "error.plain_image.no_image"),
        (b"no image at all", "error.plain_image.no_image"),
        (imagecodecs.png_encode(RAMP)[:40], "error.plain_image.no_image"),
        (b"\xff\xd8\xff\xe0 cut", "error.plain_image.no_image"),
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\x7f" * 8, "error.plain_image.too_large"),
        (None, "error.plain_image.missing"),
    ],
)
def test_a_broken_image_is_one_plain_sentence(tmp_path: Path, content: bytes | None, key: str) -> None:
    file = tmp_path / "film.jpg"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(PixelsUnreadableError) as caught:
        read_plain_image(file)
    assert caught.value.key == key
    assert "film.jpg" in explain(caught.value)
