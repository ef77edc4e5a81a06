"""Whether an input is what a model was made for; asked before any computing (RQ-08)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from inference.errors import Problem
from inference.image import spacing_of
from inference.manifest import Manifest
from inference.types import ModelInput

_CODES = ("sop_class_uid", "modality", "photometric")
_IF_TOLD = ("body_part", "view_position")
# Digital X-ray, mammography and intra-oral images as the detector gave them (PS3.4 B.5): grey that nobody reads.
_FOR_PROCESSING = frozenset(f"1.2.840.10008.5.1.4.1.1.1.{kind}.1" for kind in ("1", "2", "3"))


def why_not(manifest: Manifest, given: ModelInput) -> Problem | None:
    """The first reason why the package is not for this input, or None."""
    return next(_reasons(manifest, given), None)


def unchecked(manifest: Manifest, attributes: Mapping[str, str]) -> tuple[str, ...]:
    """Which conditions of the package the file says nothing of: they were taken to hold, not found to."""
    rules, bounds = manifest.viewer.applicability, manifest.viewer.regulatory.age_range
    names = [name for name in _IF_TOLD if getattr(rules, name) and not attributes.get(name)]
    return (*names, *(["age"] if bounds is not None and not attributes.get("patient_age_years") else ()))


def _reasons(manifest: Manifest, given: ModelInput) -> Iterator[Problem]:
    rules = manifest.viewer.applicability
    sop_class = given.attributes.get("sop_class_uid", "")
    if sop_class in _FOR_PROCESSING and sop_class not in rules.sop_class_uids:
        yield Problem("model.not_applicable.for_processing")
    for name in (*_CODES, *_IF_TOLD):
        allowed = getattr(rules, f"{name}s" if name == "sop_class_uid" else name)
        found = given.attributes.get(name, "")
        if allowed and found not in allowed and (found or name in _CODES):
            facts = {"what": name.replace("_", " "), "found": found or "-", "allowed": ", ".join(allowed)}
            yield Problem("model.not_applicable.attribute", facts)
    yield from _space(manifest, given)
    yield from _slices(manifest, given)
    yield from _age(manifest, given)


def _space(manifest: Manifest, given: ModelInput) -> Iterator[Problem]:
    rules = manifest.viewer.applicability
    if rules.needs_patient_space and not given.in_patient:
        yield Problem("model.not_applicable.no_position")
    if rules.needs_spacing and not given.spacing_known:
        yield Problem("model.not_applicable.no_spacing")
    if rules.plane:
        found = plane_of(given) if given.in_patient else "-"
        if found not in rules.plane:
            facts = {"what": "plane", "found": found, "allowed": ", ".join(rules.plane)}
            yield Problem("model.not_applicable.attribute", facts)
    between, *pixel = spacing_of(given.affine)
    if rules.spacing_mm is not None and given.spacing_known:
        low, high = rules.spacing_mm
        if not low <= min(pixel) <= max(pixel) <= high:
            facts = {"found": f"{max(pixel):.2f}", "low": f"{low:g}", "high": f"{high:g}"}
            yield Problem("model.not_applicable.pixel_spacing", facts)
    if rules.slice_spacing_mm_max is not None and between > rules.slice_spacing_mm_max:
        facts = {"found": f"{between:.2f}", "high": f"{rules.slice_spacing_mm_max:g}"}
        yield Problem("model.not_applicable.slice_spacing", facts)
    thickness = _number(given.attributes.get("slice_thickness_mm", ""))
    limit = rules.slice_thickness_mm_max
    if limit is not None and thickness is not None and thickness > limit:
        yield Problem(
            "model.not_applicable.slice_thickness", {"found": f"{thickness:g}", "high": f"{limit:g}"}
        )


def plane_of(given: ModelInput) -> str:
    """The plane of the body that the slices are nearest to, by their normal (LPS: x across, y front to back, z up)."""
    rows, columns = given.affine[:3, 1], given.affine[:3, 2]
    normal = np.abs(np.cross(rows, columns))
    return ("sagittal", "coronal", "axial")[int(np.argmax(normal))]


def _slices(manifest: Manifest, given: ModelInput) -> Iterator[Problem]:
    rules, found = manifest.viewer.applicability, given.pixels.shape[0]
    low, high = rules.min_slices or 1, rules.max_slices
    if high is None and found < low:
        yield Problem("model.not_applicable.few_slices", {"found": str(found), "low": str(low)})
    elif high is not None and not low <= found <= high:
        facts = {"found": str(found), "low": str(low), "high": str(high)}
        yield Problem("model.not_applicable.slices", facts)


def _age(manifest: Manifest, given: ModelInput) -> Iterator[Problem]:
    bounds = manifest.viewer.regulatory.age_range
    age = _number(given.attributes.get("patient_age_years", ""))
    if bounds is not None and age is not None and not bounds[0] <= age <= bounds[1]:
        facts = {"found": f"{age:g}", "low": str(bounds[0]), "high": str(bounds[1])}
        yield Problem("model.not_applicable.age", facts)


def _number(words: str) -> float | None:
    try:
        return float(words)
    except ValueError:
        return None
