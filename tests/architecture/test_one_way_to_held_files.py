"""Images may be encrypted copies: whoever opens one goes through `app.support.held.doors` (RQ-63)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAST_IT = re.compile(
    r"dcmread\((?:path|instance\.path|header\.path|\w+_file\(\w+\))[,)]|(?:path|\.path)\.open\(\"rb\""
)
# Archives, directories of discs and volume files are the user's own; in `slow_decode` the branch before asks;
# `seg_read` reads back what was just exported.
ALLOWED = {
    "untar.py",
    "unzip.py",
    "file_set.py",
    "disc.py",
    "archive.py",
    "volume_claims.py",
    "nifti_values.py",
    "slow_decode.py",
    "seg_read.py",
}


@pytest.mark.parametrize("room", ["studies", "export", "analysis", "ui"])
def test_images_are_opened_through_the_doors(room: str) -> None:
    past = [
        f"{file.relative_to(ROOT)}: {found.group()}"
        for file in sorted((ROOT / "app" / room).rglob("*.py"))
        if file.name not in ALLOWED
        for found in PAST_IT.finditer(file.read_text(encoding="utf-8"))
    ]
    assert not past
