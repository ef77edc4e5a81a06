"""Help pages name the tests that show each row: those tests exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "page", sorted((ROOT / "resources" / "help").glob("*.md")), ids=lambda page: page.stem
)
def test_tests_that_a_page_names_exist(page: Path) -> None:
    named = re.findall(r"`(tests/[\w/.]+\.py)`", page.read_text(encoding="utf-8"))
    assert not [name for name in named if not (ROOT / name).is_file()]
