"""Codes of what people and models call things: what a segment is (PS3.16 CID 7150), by its words or its code."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from app.domain.codes import Code
from app.support.paths import resource_dir

CATEGORIES = {
    "anatomy": Code("91723000", "SCT", "Anatomical Structure"),
    "tissue": Code("85756007", "SCT", "Tissue"),
    "abnormal": Code("49755003", "SCT", "Morphologically Abnormal Structure"),
}
LEFT, RIGHT, BOTH = (
    Code("7771000", "SCT", "Left"),
    Code("24028007", "SCT", "Right"),
    Code("51440002", "SCT", "Right and left"),
)
_SIDES = (
    (re.compile(r"\b(left|лев\w{1,3})\b"), LEFT),
    (re.compile(r"\b(right|прав\w{1,3})\b"), RIGHT),
    (re.compile(r"\b(both|обе|оба|обоих)\b"), BOTH),
)


@dataclass(frozen=True, slots=True)
class Structure:
    """What something is, of which category, and on which side where its words say so."""

    code: Code
    category: Code
    side: Code | None = None


@cache
def _table() -> tuple[dict[str, Structure], dict[tuple[str, str], Structure]]:
    file = resource_dir() / "codes" / "structures.toml"
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["structure"]
    by_words: dict[str, Structure] = {}
    by_code: dict[tuple[str, str], Structure] = {}
    for row in rows:
        one = Structure(Code(*row["code"]), CATEGORIES[row["category"]])
        by_code[one.code.value, one.code.scheme] = one
        by_words |= dict.fromkeys(row["words"], one)
    return by_words, by_code


def named(words: str) -> Structure | None:
    """What these words call; sides, numbers behind and signs between do not count. None where nobody can say."""
    plain = re.sub(r"[\s_\-,.()]+", " ", words.lower().replace("ё", "е")).strip()
    plain = re.sub(r"\s*#?\d+$", "", plain)
    sides = [code for pattern, code in _SIDES if pattern.search(plain)]
    for pattern, _ in _SIDES:
        plain = pattern.sub(" ", plain)
    found = _table()[0].get(" ".join(plain.split()))
    if found is None or len(sides) > 1:
        return found
    return Structure(found.code, found.category, sides[0] if sides else None)


def category_of(code: Code) -> Code | None:
    """The category of a code that the table has; None for another."""
    found = _table()[1].get((code.value, code.scheme))
    return found.category if found is not None else None
