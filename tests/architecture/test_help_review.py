"""The tests that the help on judging names exist, and every requirement of its table is named in one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "resources" / "help" / "review.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)))
ROWS = re.findall(r"^\| (RQ-\d+(?:, RQ-\d+)*) [^|]*\| ([^|]+) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[f"{file}::{test}" for file, test in NAMED])
def test_what_the_page_names_exists(file: str, test: str) -> None:
    words = (ROOT / file).read_text(encoding="utf-8")
    assert not test or f"def {test}(" in words


@pytest.mark.parametrize(("requirements", "files"), ROWS, ids=[row[0] for row in ROWS])
def test_each_requirement_is_named_by_a_test(requirements: str, files: str) -> None:
    held = "\n".join(
        (ROOT / file).read_text(encoding="utf-8") for file in re.findall(r"`(tests/[^`]+)`", files)
    )
    for one in requirements.split(", "):
        assert one in held, one
