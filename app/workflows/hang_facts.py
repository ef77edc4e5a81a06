"""What hanging protocols may ask of a study: worked out from headers alone, before any pixel is read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.domain.study import Instance, Study
from app.domain.volume import Space
from app.hanging.facts import Case, Fact, SetFacts, StudyFacts
from app.studies.display_sets import DisplaySet

# A plane counts as axial, coronal or sagittal up to this angle from it (ours: gantries tilt to 30 degrees).
NEAREST_COSINE = float(np.cos(np.deg2rad(35)))
_PLANES = ("sagittal", "coronal", "axial")


def case_of(
    study: Study, sets: Sequence[DisplaySet], priors: Sequence[tuple[Study, Sequence[DisplaySet]]] = ()
) -> Case:
    """The study to hang and the earlier ones of its patient, the latest first."""
    earlier = tuple(_study_facts(one, of_it, 0) for one, of_it in priors)
    return Case(_study_facts(study, sets, len(earlier)), earlier)


def priors_of(study: Study, known: Sequence[Study]) -> tuple[Study, ...]:
    """Earlier studies of the same patient, the latest first.

    The same patient is one who agrees in ID, issuer, name and birth date; who has no ID or no name has no priors: to
    put a stranger's picture beside a patient's is worse than none.
    """
    who = study.patient
    if not (who.patient_id and who.name and study.date):
        return ()

    def is_prior(one: Study) -> bool:
        same = (one.patient.patient_id, one.patient.issuer, one.patient.birth_date)
        return (
            one.study_instance_uid != study.study_instance_uid
            and same == (who.patient_id, who.issuer, who.birth_date)
            and one.patient.name.casefold() == who.name.casefold()
            and bool(one.date)
            and (one.date, one.time) < (study.date, study.time)
        )

    return tuple(sorted(filter(is_prior, known), key=lambda one: (one.date, one.time), reverse=True))


def plane_of(display_set: DisplaySet) -> str:
    """`axial`, `coronal`, `sagittal` or `oblique` by the slices' normal; `projection` where nothing is placed."""
    if display_set.space is not Space.PATIENT:
        return "projection"
    affine = display_set.affines[0]
    normal = np.abs(np.cross(affine[:3, 2], affine[:3, 1]))
    length = float(np.linalg.norm(normal))
    if length == 0:
        return "projection"
    axis = int(np.argmax(normal))
    return _PLANES[axis] if normal[axis] / length >= NEAREST_COSINE else "oblique"


def _study_facts(study: Study, sets: Sequence[DisplaySet], priors: int) -> StudyFacts:
    told = " ".join([study.description, *(one.description for one in study.series)])
    parts = tuple(sorted({one.body_part for one in study.series if one.body_part}))
    values: dict[str, Fact] = {
        "modality": study.modalities,
        "body_part": parts,
        "description": told,
        "words": " ".join([told, *parts]),
        "sets": float(len(sets)),
        "priors": float(priors),
    }
    age = _years(study.patient_age)
    if age is not None:
        values["age_years"] = age
    return StudyFacts(study.study_instance_uid, values, tuple(_set_facts(one) for one in sets))


def _set_facts(one: DisplaySet) -> SetFacts:
    instance = one.frames[0].instance
    values: dict[str, Fact] = {
        "modality": one.series.modality,
        "body_part": one.series.body_part,
        "description": f"{one.series.description} {one.title}",
        "words": f"{one.series.description} {one.title} {one.series.body_part}",
        "plane": plane_of(one),
        "laterality": instance.laterality.strip().upper(),
        "view": _view(instance),
        "images": float(len(one.frames)),
        "volumetric": one.volumetric,
        "localizer": "LOCALIZER" in instance.image_type,
        "colour": one.is_colour,
        "multiframe": instance.frames > 1,
        "rows": float(one.rows),
        "columns": float(one.columns),
    }
    if instance.slice_thickness_mm is not None:
        values["thickness_mm"] = instance.slice_thickness_mm
    if one.series.number is not None:
        values["number"] = float(one.series.number)
    return SetFacts(one.study_instance_uid, one.display_set_id, values)


def _view(instance: Instance) -> str:
    """View position in the short words of radiographs (PA, LL, CC, MLO); a lateral is a lateral on either side."""
    told = instance.view_position.strip().upper()
    return "LAT" if told in {"LL", "RL", "LATERAL", "LAT"} else told


def _years(age: str) -> float | None:
    """Age String (PS3.5 6.2): 061Y, 018M, 003W, 021D."""
    number, unit = age[:-1], age[-1:].upper()
    per_year = {"Y": 1.0, "M": 12.0, "W": 52.18, "D": 365.25}.get(unit)
    return int(number) / per_year if per_year and number.isdigit() else None
