"""What the product may depend on."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_lock_is_whole(name: str) -> None:
    """It is installed without a resolver, so what any of its libraries needs must stand in it."""
    versions = _locked_here(name)
    wanted = [(key, frozenset[str]()) for key in versions if _here(key)]
    seen = set(wanted)
    while wanted:
        key, extras = wanted.pop()
        for needed in _needs(key, extras):
            other = canonicalize_name(needed.name)
            assert other in versions, f"{name}: {key} needs {needed}"
            assert needed.specifier.contains(versions[other], prereleases=True), f"{key} needs {needed}"
            step = (other, frozenset(needed.extras))
            if step not in seen:
                seen.add(step)
                wanted.append(step)


def _locked_here(name: str) -> dict[str, str]:
    """Distribution -> version of the lines that are meant for this Python on this system."""
    text = (PACKAGING / name).read_text(encoding="utf-8")
    lines = (Requirement(line.rstrip(" \\")) for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line))
    return {
        canonicalize_name(one.name): next(iter(one.specifier)).version
        for one in lines
        if one.marker is None or one.marker.evaluate()
    }


def _here(name: str) -> bool:
    """Whether it is installed: some lines are for other systems."""
    try:
        return bool(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False


def _needs(name: str, extras: frozenset[str]) -> list[Requirement]:
    """What an installed distribution asks for on this machine, with those extras."""
    asked = [Requirement(text) for text in importlib.metadata.requires(name) or ()]
    return [
        one
        for one in asked
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    ]
