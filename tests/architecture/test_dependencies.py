"""What the product may depend on."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


def pinned(name: str) -> dict[str, str]:
    """Distribution -> version of one requirements file."""
    text = (PACKAGING / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, flags=re.MULTILINE))


def test_the_product_needs_no_gpl_decoder_and_no_gdcm() -> None:
    assert not {"pylibjpeg-libjpeg", "python-gdcm", "gdcm", "torch"} & set(pinned("requirements.txt"))


def test_floors_that_close_known_holes() -> None:
    versions = {
        name: tuple(int(p) for p in v.split(".")[:3])
        for name, v in pinned("requirements.txt").items()
        if name in {"pydicom", "onnx"}
    }
    assert versions["pydicom"] >= (3, 0, 2)
    assert versions["onnx"] >= (1, 21, 0)


def test_the_two_sets_agree() -> None:
    product, tools = pinned("requirements.txt"), pinned("requirements-dev.txt")
    assert product.items() <= tools.items()


def test_every_line_is_hashed_and_names_no_index() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (PACKAGING / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "index-url" not in text
        blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
        assert all("--hash=sha256:" in block for block in blocks)
