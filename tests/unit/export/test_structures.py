"""What segments and findings are called gets its code: SNOMED CT and DICOM, never "tissue" where more is known."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from pydicom.sr.codedict import codes

from app.domain.codes import Code
from app.export.structures import CATEGORIES, LEFT, RIGHT, category_of, named
from app.support.paths import resource_dir

ROWS: list[dict[str, Any]] = tomllib.loads(
    (resource_dir() / "codes" / "structures.toml").read_text(encoding="utf-8")
)["structure"]
# Not in pydicom's dictionary, as no context group of PS3.16 names them.
OTHERS = {"95436008", "87433001", "46621007", "233604007"}


def in_dictionary() -> dict[tuple[str, str], set[str]]:
    """Meanings of each code: keywords may share one."""
    found: dict[tuple[str, str], set[str]] = {}
    for scheme in ("SCT", "DCM"):
        for keyword in getattr(codes, scheme).dir():
            one = getattr(getattr(codes, scheme), keyword)
            found.setdefault((one.value, scheme), set()).add(one.meaning.lower())
    return found


def test_every_code_is_in_the_dictionary_under_this_meaning() -> None:
    known = in_dictionary()
    for row in ROWS:
        value, scheme, meaning = row["code"]
        assert value in OTHERS or meaning.lower() in known.get((value, scheme), set()), row
    for one in CATEGORIES.values():
        assert one.meaning.lower() in known[one.value, one.scheme]


def test_no_word_is_two_things() -> None:
    words = [word for row in ROWS for word in row["words"]]
    assert len(words) == len(set(words))
    assert all(word == word.lower().replace("ё", "е") for word in words)


@pytest.mark.parametrize(
    ("words", "value", "category", "side"),
    [
        ("Lung", "39607008", "anatomy", None),
        ("left_lung", "39607008", "anatomy", LEFT),
        ("Правое лёгкое", "39607008", "anatomy", RIGHT),
        ("Left upper lobe", "45653009", "anatomy", LEFT),
        ("Heart", "80891009", "anatomy", None),
        ("Nodule 3", "27925004", "abnormal", None),
        ("Узелок №2", None, "", None),
        ("узелок 2", "27925004", "abnormal", None),
        ("Consolidation", "95436008", "abnormal", None),
        ("Эмфизема лёгких", "87433001", "abnormal", None),
        ("Breast", "76752008", "anatomy", None),
        ("Pectoral muscle", "60005003", "anatomy", None),
        ("something else", None, "", None),
        ("", None, "", None),
    ],
)
def test_words_of_both_languages(words: str, value: str | None, category: str, side: Code | None) -> None:
    found = named(words)
    if value is None:
        assert found is None
        return
    assert found is not None
    assert (found.code.value, found.category, found.side) == (value, CATEGORIES[category], side)
    assert category_of(found.code) == found.category
