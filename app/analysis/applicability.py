"""Which series a package fits, judged by headers alone: to choose before pictures are read.

The last word is inference's own, which sees the pixels and their spacing and says the reason (RQ-08).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.analysis.to_model_input import attributes
from app.domain.study import Instance, Series, Study

if TYPE_CHECKING:
    from inference.bundle import Bundle
    from inference.manifest import Applicability

ASKED_WHERE_NAMED = ("body_part", "view_position")


def fits(bundle: Bundle, study: Study | None, series: Series, frames: tuple[Instance, ...]) -> bool:
    """Whether nothing in the headers of these frames speaks against the package."""
    rules = bundle.manifest.viewer.applicability
    known = attributes(study, series, used=frames[0] if frames else None)
    return _matches(rules, known) and _counts(rules, len(frames))


def _matches(rules: Applicability, known: dict[str, str]) -> bool:
    asked = {
        "sop_class_uid": rules.sop_class_uids,
        "modality": rules.modality,
        "photometric": rules.photometric,
        "body_part": rules.body_part,
        "view_position": rules.view_position,
    }
    return all(
        _is_one_of(known.get(name, ""), allowed, name in ASKED_WHERE_NAMED) for name, allowed in asked.items()
    )


def _is_one_of(value: str, allowed: tuple[str, ...], may_be_missing: bool) -> bool:
    if not allowed or (not value and may_be_missing):
        return True
    return value.strip().upper() in {one.upper() for one in allowed}


def _counts(rules: Applicability, slices: int) -> bool:
    least = 1 if rules.min_slices is None else rules.min_slices
    return slices >= least and (rules.max_slices is None or slices <= rules.max_slices)
