"""What a cell of a table may hold, so that a spreadsheet runs nothing."""

from __future__ import annotations

from app.export.rows import Cell

# What a spreadsheet takes for a formula at the start of a cell (OWASP: CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: Cell) -> Cell:
    """Text that a spreadsheet would run gets an apostrophe in front; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
