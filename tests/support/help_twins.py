"""A help page taken apart, so that a page in another language can be held against its English twin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

POINT = re.compile(r"(?:-|\d+\.) \S")
HEADING = re.compile(r"(#+) \S")
SPAN = re.compile(r"`([^`]+)`")
NUMBER = re.compile(r"(?<![^\W\d_])\d+(?:[.,]\d+)*")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
FORMATS = "DICOM|DICOMweb|DIMSE|SR|SEG|GSPS|COCO|CSV|JSONL?|HTML|PDF|PNG|JPEG|NIfTI|ONNX|HU|AUC|FROC|TLS"
NAMES = re.compile(rf"\b(?:{FORMATS})\b")
LONG = 240  # characters; ours, as are the two shares: Russian comes out at 0.8 to 1.3 of the English
SHARES = (0.7, 1.5)
KEYS = re.compile(r"\b(?:(?:Ctrl|Alt|Shift)\+)+[A-Z0-9][A-Za-z0-9]*|\bF\d+\b|\bRQ-\d+")
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
RULE = re.compile(r"[|\s:-]+")


@dataclass(slots=True)
class Piece:
    """A run of prose, a point of a list, a row of a table or a block of code; `level` is above 0 for a heading."""

    kind: str
    level: int = 0
    columns: int = 0
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it says, in one line."""
        return " ".join(" ".join(self.lines).split())

    @property
    def shape(self) -> tuple[str, int, int]:
        """What both languages share whatever the words are; code keeps its lines."""
        return self.kind, self.level, len(self.lines) if self.kind == "code" else self.columns


def pieces(page: str) -> list[Piece]:
    """The page in order. Prose between two headings, tables or blocks is one piece, however it is parted."""
    found: list[Piece] = []
    fenced = False
    for line in page.splitlines():
        if line.startswith("```"):
            fenced = not fenced
            if fenced:
                found.append(Piece("code"))
            continue
        _place(line, found, "code" if fenced or line.startswith("    ") else _kind(line))
    return found


def _place(line: str, found: list[Piece], kind: str) -> None:
    if kind in ("heading", "row"):
        level = len(line) - len(line.lstrip("#"))
        found.append(Piece(kind, level, line.count("|") if kind == "row" else 0, [line]))
    elif line.strip():
        point = kind == "prose" and POINT.match(line)
        if not found or found[-1].kind != kind or point:
            found.append(Piece(kind))
        found[-1].lines.append(line)


def _kind(line: str) -> str:
    if HEADING.match(line):
        return "heading"
    return (
        "row" if line.startswith("|") and not RULE.fullmatch(line) else "rule" if line[:1] == "|" else "prose"
    )


def spans(text: str) -> set[str]:
    """What stands between backticks."""
    return set(SPAN.findall(text))


def marks(text: str, *, english: bool) -> set[str]:
    """Numbers, keys, requirements and formats outside backticks; numbers as a point writes them (0,5 as 0.5)."""
    bare = SPAN.sub(" ", LINK.sub(" ", text))
    plain = THOUSANDS.sub("", bare) if english else bare
    return {one.replace(",", ".") for one in NUMBER.findall(plain)} | set(
        KEYS.findall(bare) + NAMES.findall(bare)
    )


def lengths_part(english: str, other: str) -> bool:
    """Whether a long piece has a twin so much shorter or longer that something must be missing."""
    low, high = SHARES
    return len(english) > LONG and not low * len(english) <= len(other) <= high * len(english)


def unlike_spans(
    theirs: set[str], ours: set[str], english: Mapping[str, str], other: Mapping[str, str]
) -> set[str]:
    """Spans of one page that the other lacks; a word of the window may stand as the other language has it."""
    words: dict[str, set[str]] = {one: {one} for one in theirs}
    for key, value in english.items():
        if value in words:
            words[value].add(other[key])
    missing = {one for one, ways in words.items() if not ways & ours}
    return missing | (ours - set().union(*words.values()))
