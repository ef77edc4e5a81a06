"""Where a series was made, as its files say: for figures by site and scanner, never for identity."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.study import Series
from app.support.held.doors import open_file

_WANTED = {
    "site": "InstitutionName",
    "maker": "Manufacturer",
    "model": "ManufacturerModelName",
    "software": "SoftwareVersions",
    "protocol": "ProtocolName",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What the first readable file of a series says; empty where it says nothing."""

    site: str = ""
    maker: str = ""
    model: str = ""
    software: str = ""
    protocol: str = ""


def machine_of(series: Series) -> Machine:
    """Read one header without its pixels; an empty answer where no file can be read."""
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    for instance in series.instances[:1]:
        try:
            with open_file(instance.path) as file:
                wanted = [*_WANTED.values(), "SpecificCharacterSet"]
                header = dcmread(file, stop_before_pixels=True, specific_tags=wanted)
            return Machine(**{name: _words(header.get(keyword)) for name, keyword in _WANTED.items()})
        except (OSError, InvalidDicomError, ValueError, KeyError, AttributeError):
            break  # on a drive that is gone, or no DICOM file
    return Machine()


def _words(value: object) -> str:
    if value is None:
        return ""
    parts = value if not isinstance(value, str) and hasattr(value, "__iter__") else [value]
    return " ".join(" ".join(str(part) for part in parts).split())
