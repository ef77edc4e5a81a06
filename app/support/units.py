"""Units of UCUM as people write them; files keep the codes."""

from __future__ import annotations

from app.support.i18n import text

_TRANSLATED = {
    "mm": "mm",
    "mm2": "mm2",
    "cm2": "cm2",
    "mL": "ml",
    "ml": "ml",
    "{pixels}": "px",
}  # UCUM: our key
_PLAIN = {"1": "", "{no units}": "", "deg": "°", "[hnsf'U]": "HU"}


def unit_words(code: str) -> str:
    """The unit of a UCUM code as it stands beside a number; '' for numbers without one, an unknown code as it is."""
    return text(f"unit.{_TRANSLATED[code]}") if code in _TRANSLATED else _PLAIN.get(code, code)
