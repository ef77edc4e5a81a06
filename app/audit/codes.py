"""Codes of audit messages: those of PS3.16 CID 400 to 405, and ours for what DICOM has no code for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

OURS = "99OVERREAD"


@dataclass(frozen=True, slots=True)
class Code:
    """A coded value (PS3.15 A.5.1)."""

    value: str
    system: str
    meaning: str


class EventKind(Enum):
    """What happened. The value is its code."""

    APPLICATION = Code("110100", "DCM", "Application Activity")
    AUDIT_USED = Code("110101", "DCM", "Audit Log Used")
    ACCESSED = Code("110103", "DCM", "DICOM Instances Accessed")
    TRANSFERRED = Code("110104", "DCM", "DICOM Instances Transferred")
    EXPORT = Code("110106", "DCM", "Export")
    IMPORT = Code("110107", "DCM", "Import")
    QUERY = Code("110112", "DCM", "Query")
    ALERT = Code("110113", "DCM", "Security Alert")
    AUTHENTICATION = Code("110114", "DCM", "User Authentication")
    PRESENTED = Code("AI_PRESENTED", OURS, "AI result presented")
    JUDGED = Code("VERDICT", OURS, "Verdict of a reader")
    RECORDED = Code("RECORDED", OURS, "Entry of the journal")
    QUALITY = Code("QUALITY", OURS, "Quality assurance of AI results and readers")


START = Code("110120", "DCM", "Application Start")
STOP = Code("110121", "DCM", "Application Stop")
LOGIN = Code("110122", "DCM", "Login")
APPLICATION = Code("110150", "DCM", "Application")
DESTINATION = Code("110152", "DCM", "Destination Role ID")
SOURCE = Code("110153", "DCM", "Source Role ID")
STUDY_UID = Code("110180", "DCM", "Study Instance UID")
PATIENT_NUMBER = Code("2", "RFC-3881", "Patient Number")
SEARCH = Code("10", "RFC-3881", "Search Criteria")
WORKSTATION = Code("1", "DCM", "End-user display device")


class Action(Enum):
    """Create, read, update, delete, execute."""

    CREATE = "C"
    READ = "R"
    UPDATE = "U"
    DELETE = "D"
    EXECUTE = "E"


class Outcome(Enum):
    """0 success, 4 minor, 8 serious, 12 major failure."""

    SUCCESS = "0"
    MINOR = "4"
    SERIOUS = "8"
    MAJOR = "12"
