"""The table of `resources/help/decoding.md`, made from the rows that the tests run."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from app.support.i18n import catalogue
from tests.support.decoding_expected import Row, read_rows

PAGE = Path(__file__).resolve().parents[2] / "resources" / "help" / "decoding.md"
BEGIN, END = "<!-- rows: made from the table that the tests run -->", "<!-- end of rows -->"
NEWER = {  # than pydicom's own list
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
    "1.2.840.113619.5.2": "Implicit VR Big Endian, private of one maker",
}
WORDS = {
    "original": "its uncompressed original",
    "pydicom": "pydicom",
    "dcmtk": "dcmtk",
    "SimpleITK": "SimpleITK",
}


def table() -> str:
    """One line for each transfer syntax and object: what comes of it, and how that is known."""
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in read_rows():
        grouped[name_of(row.syntax), row.object].append(row)
    lines = ["| transfer syntax | object | outcome | compared with, or refused with |", "|---|---|---|---|"]
    for (syntax, kind), rows in sorted(grouped.items()):
        for outcome in ("decoded", "refused"):
            told = sorted({_said(row) for row in rows if row.outcome == outcome})
            if told:
                lines.append(f"| {syntax} | {kind} | {outcome} | {'; '.join(told)} |")
    return "\n".join(lines)


def name_of(syntax: str) -> str:
    """The syntax in words, with its UID."""
    from pydicom.uid import UID

    if not syntax:
        return "none stated"
    name = NEWER.get(syntax) or UID(syntax).name
    return f"{name} ({syntax.removeprefix('1.2.840.10008.')})"


def _said(row: Row) -> str:
    if row.outcome == "refused":
        return f"“{catalogue('en')[row.against]}”"
    against = ", ".join(WORDS.get(one, one) for one in row.against.split("+"))
    within = "equal" if row.within == 0 else f"within {row.within:g} stored values"
    return f"{within}: {against}"


def page_with_table(page: str) -> str:
    """The page with its rows as they should be now."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{table()}\n{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
