"""Coded concepts (value, scheme, meaning) as PS3.3 section 8.8 writes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One coded concept; scheme is a PS3.16 coding scheme designator such as SCT, DCM, UCUM."""

    value: str
    scheme: str
    meaning: str


# Units, UCUM.
MILLIMETER = Code("mm", "UCUM", "millimeter")
MILLILITER = Code("mL", "UCUM", "milliliter")
PERCENT = Code("%", "UCUM", "percent")
HOUNSFIELD = Code("[hnsf'U]", "UCUM", "Hounsfield unit")
NO_UNITS = Code("1", "UCUM", "no units")
