"""The table of `resources/help/decoding.md`, made from `expected.csv`.

After a change of the data: `python -m tests.support.decoding_page` writes the table anew.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from app.support.i18n import catalogue
from tests.support.decoding_expected import Row, read_rows

PAGE = Path(__file__).resolve().parents[2] / "resources" / "help" / "decoding.md"
BEGIN, END = "<!-- table begins -->", "<!-- table ends -->"
NEWER = {  # not in pydicom's dictionary of transfer syntaxes yet, or not in every version of it
    "": "none stated",
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
    "1.2.840.113619.5.2": "a maker's own, for example 1.2.840.113619.5.2",
}
NAMES = {"original": "the original", "pydicom": "pydicom", "dcmtk": "dcmtk", "SimpleITK": "SimpleITK"}


def table(rows: tuple[Row, ...]) -> str:
    """One line for each row of the data but those of like outcome, which share a line."""
    lines = ["| Transfer syntax | Object | Outcome |", "|---|---|---|"]
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        shared[syntax_name(row.syntax), outcome_words(row)].append(object_words(row))
    for (syntax, outcome), objects in sorted(shared.items()):
        lines.append(f"| {syntax} | {', '.join(dict.fromkeys(objects))} | {outcome} |")
    return "\n".join(lines)


def syntax_name(uid: str) -> str:
    """As the standard calls it."""
    from pydicom.uid import UID

    return NEWER.get(uid) or UID(uid).name


def object_words(row: Row) -> str:
    """What was decoded, in words; a single file by its name."""
    kind, _, name = row.material.partition(" ")
    if kind == "made":
        return f"made for the test: {name}"
    if kind == "file":
        return f"{row.object} ({name.rsplit('/', 1)[-1]})"
    return row.object + {"headers": " without pixels", "wg04": " (WG04)"}.get(kind, "")


def outcome_words(row: Row) -> str:
    """What comes of it and how that is known."""
    if row.outcome == "refused":
        return "refused: " + re.sub(r"\{\w+\}", "…", catalogue("en")[row.against])
    others = " and ".join(NAMES[name] for name in row.against.split("+"))
    return f"decoded; equal to {others}" if not row.within else f"decoded; within {row.within:g} of {others}"


def written(page: str) -> str:
    """The table that stands in the page."""
    return page.split(BEGIN, 1)[1].split(END, 1)[0].strip()


def main() -> None:
    """Put the table into the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN, 1)[0], page.split(END, 1)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{table(read_rows())}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
