"""Options of the Basic Profile that an export of images may use (PS3.15 E.3), and their codes."""

from __future__ import annotations

from enum import Enum


class Option(Enum):
    """An option by its word on the command line."""

    PATIENT = "patient_characteristics"
    DEVICE = "device_identity"
    DATES_MODIFIED = "dates_modified"


BASIC = ("113100", "Basic Application Confidentiality Profile")
CLEAN_PIXELS = ("113101", "Clean Pixel Data Option")
CLEAN_DESCRIPTORS = ("113105", "Clean Descriptors Option")
CODES = {
    Option.PATIENT: ("113108", "Retain Patient Characteristics Option"),
    Option.DEVICE: ("113109", "Retain Device Identity Option"),
    Option.DATES_MODIFIED: ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
}

# Columns of table E.1-1 for these options, as far as images carry the attributes.
KEPT = {
    Option.PATIENT: (
        "PatientSex",
        "PatientAge",
        "PatientSize",
        "PatientWeight",
        "PatientSexNeutered",
        "PregnancyStatus",
        "SmokingStatus",
    ),
    Option.DEVICE: (
        "DeviceSerialNumber",
        "StationName",
        "DetectorID",
        "GantryID",
        "PlateID",
        "CassetteID",
        "GeneratorID",
        "DeviceDescription",
        "DeviceLabel",
        "SourceSerialNumber",
    ),
    Option.DATES_MODIFIED: (),
}
