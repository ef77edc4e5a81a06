"""Coded concepts that exports use, in one table.

Concepts that no public scheme is known to hold are private, scheme 99OVERREAD. The assessment codes stay private
until the codes of IHE AI Result Assessment are confirmed; then only this file changes.
"""

from __future__ import annotations

import hashlib

from app.domain.codes import Code
from app.domain.finding import Finding, Judgement, Quantity, RejectReason, Verdict
from app.domain.measure_codes import PRIVATE_SCHEME
from app.export.collect import is_modified
from app.export.structures import Structure, category_of, named
from app.export.words import code_text

PRIVATE_SCHEME_NAME = "Overread private concepts"
MEANING_LENGTH = 64  # LO, PS3.5 section 6.2
VALUE_LENGTH = 16  # SH

ASSESSMENT = Code("assessment", PRIVATE_SCHEME, "Assessment of AI result")
ACCEPTED = Code("accepted", PRIVATE_SCHEME, "Accepted")
MODIFIED = Code("modified", PRIVATE_SCHEME, "Modified")
REJECTED = Code("rejected", PRIVATE_SCHEME, "Rejected")
REJECT_REASON = Code("reject-reason", PRIVATE_SCHEME, "Reason for rejection")
SCORE = Code("score", PRIVATE_SCHEME, "Score given by the algorithm")
THRESHOLD = Code("threshold", PRIVATE_SCHEME, "Threshold of the score")

TARGET = Code("target", PRIVATE_SCHEME, "Target pathology of the algorithm")
ABSENT = Code("272519000", "SCT", "Absent")  # CID 240

AI_RESULT = Code("ai-result", PRIVATE_SCHEME, "AI result for this finding")
AI_ABSENT = Code("ai-absent", PRIVATE_SCHEME, "Absent: marked by a reader only")

COMMENT = Code("121106", "DCM", "Comment")
ABNORMAL_STRUCTURE = Code("49755003", "SCT", "Morphologically Abnormal Structure")
FINDING = Code("404684003", "SCT", "Finding")

SITES = {
    "lung": Code("39607008", "SCT", "Lung"),
    "lungs": Code("39607008", "SCT", "Lung"),
    "breast": Code("76752008", "SCT", "Breast"),
    "chest": Code("816094009", "SCT", "Chest"),
    "thorax": Code("816094009", "SCT", "Chest"),
    "heart": Code("80891009", "SCT", "Heart"),
}
SIDES = {
    "left": Code("7771000", "SCT", "Left"),
    "right": Code("24028007", "SCT", "Right"),
    "both": Code("51440002", "SCT", "Right and left"),
}
QUANTITIES = {
    "volume": Code("118565006", "SCT", "Volume"),
    "volume_ml": Code("118565006", "SCT", "Volume"),
    "diameter": Code("81827009", "SCT", "Diameter"),
    "diameter_mm": Code("81827009", "SCT", "Diameter"),
}
_PROCEDURES = {
    "CT": Code("25045-6", "LN", "CT unspecified body region"),
    "CR": Code("43468-8", "LN", "XR unspecified body region"),
    "DX": Code("43468-8", "LN", "XR unspecified body region"),
    "RF": Code("43468-8", "LN", "XR unspecified body region"),
    "MR": Code("25056-3", "LN", "MRI unspecified body region"),
}
_ANY_PROCEDURE = Code("363679005", "SCT", "Imaging procedure")


def procedure_of(modality: str) -> Code:
    """The imaging procedure that is reported on: never the algorithm."""
    return _PROCEDURES.get(modality, _ANY_PROCEDURE)


def private(kind: str, key: str, meaning: str) -> Code:
    """A private code for a key or a reader's own words; the same key and words give the same code."""
    value = key if 0 < len(key) <= VALUE_LENGTH and key.isascii() else ""
    digest = hashlib.sha256(f"{kind}/{key}/{meaning}".encode("utf-8", "surrogatepass")).hexdigest()
    return Code(
        value or f"{kind[:3]}-{digest[:12]}", PRIVATE_SCHEME, (meaning or key or kind)[:MEANING_LENGTH]
    )


def finding_code(judgement: Judgement) -> Code:
    """What was found: the model's code, unless the reader gave it another name; a private one for unknown words."""
    known = finding_structure(judgement)
    if known is not None:
        return known.code
    finding = judgement.finding
    if judgement.label and judgement.label != finding.label:
        return private("label", "", judgement.label)
    return private("finding", finding.key, finding.label)


def finding_structure(judgement: Judgement) -> Structure | None:
    """What was found, of which category and on which side; None where neither code nor words say it."""
    finding = judgement.finding
    is_renamed = bool(judgement.label) and judgement.label != finding.label
    by_words = named(judgement.shown_label)
    if is_renamed or finding.code is None:
        return by_words
    side = by_words.side if by_words is not None else None
    return Structure(finding.code, category_of(finding.code) or ABNORMAL_STRUCTURE, side)


def site_code(finding: Finding) -> Code | None:
    """Where it lies, or None where the model does not say."""
    plain = finding.site.strip().lower()
    if not plain:
        return None
    for side in ("left ", "right ", "left_", "right_"):
        plain = plain.removeprefix(side)
    known = named(plain)
    return SITES.get(plain) or (known.code if known else private("site", plain, finding.site))


def side_code(finding: Finding) -> Code | None:
    """Laterality of the site, or None where it does not apply."""
    return SIDES.get(finding.side.strip().lower())


def quantity_code(quantity: Quantity) -> Code:
    """The concept of a measurement."""
    known = quantity.concept or QUANTITIES.get(quantity.key)
    return known or private("quantity", quantity.key, quantity_words(quantity.key))


def quantity_words(key: str) -> str:
    """The shown name of a measurement; its key in plain words where no text has it."""
    words = code_text(f"quantity.{key}")
    return key.replace("_", " ") if words == f"quantity.{key}" else words


def assessment_code(judgement: Judgement) -> Code:
    """What the reader said of the model's finding."""
    if judgement.verdict is Verdict.REJECTED:
        return REJECTED
    return MODIFIED if is_modified(judgement) else ACCEPTED


def reason_code(reason: RejectReason) -> Code:
    """Why a finding was rejected."""
    return private("reason", reason.value, code_text(f"reject.{reason.value}"))
