"""The tables of `resources/help/conformance.md` that say what the program negotiates: read from the program itself.

python -m tests.support.conformance_page     writes them anew
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydicom.uid import UID

from app.export.options import BASIC, CLEAN_DESCRIPTORS, CLEAN_PIXELS, CODES
from app.studies.objects.read import readers
from app.studies.remote.dimse_contexts import EVERY_SYNTAX, USUAL_CLASSES

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "resources" / "help" / "conformance.md"


# Younger than pydicom's dictionary.
NAMES = {
    "1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation Storage",
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
}


def name_of(uid: str) -> str:
    """What the standard calls a UID; the UID itself where nobody knows it."""
    return NAMES.get(uid) or str(UID(uid).name)


def named(uid: str) -> str:
    """A row of a UID and its name."""
    return f"| {name_of(uid).removesuffix(' Storage')} | `{uid}` |"


def objects() -> str:
    """Objects that are no images and are shown as what they are."""
    return "\n".join(["| object | SOP class |", "|---|---|", *(named(uid) for uid in sorted(readers()))])


def asked() -> str:
    """What C-GET asks for where a server does not tell."""
    return "\n".join(["| object | SOP class |", "|---|---|", *(named(uid) for uid in USUAL_CLASSES)])


def syntaxes() -> str:
    """What is proposed and accepted."""
    return "\n".join(["| transfer syntax | UID |", "|---|---|", *(named(uid) for uid in EVERY_SYNTAX)])


def options() -> str:
    """Profile and options as they are written into (0012,0064)."""
    listed = (BASIC, CLEAN_PIXELS, CLEAN_DESCRIPTORS, *CODES.values())
    return "\n".join(
        ["| code (DCM) | meaning |", "|---|---|", *(f"| {code} | {words} |" for code, words in listed)]
    )


TABLES: dict[str, Callable[[], str]] = {
    "objects": objects,
    "asked": asked,
    "syntaxes": syntaxes,
    "options": options,
}


def page(present: str) -> str:
    """The page with its tables as they must be now."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name}: made from the program -->", f"<!-- end of {name} -->"
        before, rest = present.split(begin, maxsplit=1)
        present = f"{before}{begin}\n{table()}\n{end}{rest.split(end, maxsplit=1)[1]}"
    return present


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
