"""A volume becomes what a model may see: pixels, their place, and attributes that name nobody."""

from __future__ import annotations

import re

from app.analysis.upright import upright
from app.domain.study import Instance, Series, Study
from app.domain.volume import RemarkKind, Space, Volume
from inference.types import ModelInput

_AGE = re.compile(r"(\d{3})([DWMY])")  # AS, PS3.5 table 6.2-1
_DAYS = {"D": 1.0, "W": 7.0, "M": 30.4375, "Y": 365.25}


def to_model_input(volume: Volume, study: Study | None = None, series: Series | None = None) -> ModelInput:
    """Hand over the pixels as they are stored, a film as it hangs; nothing is copied. Raises ValueError for colour."""
    if volume.pixels.ndim != 3:
        raise ValueError("a model input has one value per voxel")
    first = None if series is None else _first_used(series, volume)
    stored = ModelInput(
        pixels=volume.pixels,
        affine=volume.affine,
        slope=volume.slope,
        intercept=volume.intercept,
        inverted=volume.inverted,
        padding=volume.padding,
        in_patient=volume.space is Space.PATIENT,
        spacing_known=all(remark.kind is not RemarkKind.NO_SPACING for remark in volume.remarks),
        attributes=attributes(study, series, volume),
    )
    return upright(stored, first.patient_orientation) if first is not None else stored


def attributes(
    study: Study | None, series: Series | None, volume: Volume | None = None, used: Instance | None = None
) -> dict[str, str]:
    """What applicability rules may ask for; what is not known is left out, never guessed.

    used: the instance that speaks for the series; without one, that of the volume's first frame.
    """
    found: dict[str, str] = {}
    if volume is not None:
        found["modality"] = volume.modality
        found["photometric"] = "MONOCHROME1" if volume.inverted else "MONOCHROME2"
    if series is not None:
        found.update(_of_series(series, used or _first_used(series, volume)))
    age = None if study is None else age_in_years(study)
    if age is not None:
        found["patient_age_years"] = f"{age:.1f}"
    return {name: value for name, value in found.items() if value}


def age_in_years(study: Study) -> float | None:
    """Patient's Age (0010,1010) where written, else from the dates of birth and study; None if neither will do."""
    written = _AGE.fullmatch(study.patient_age.strip())
    if written:
        return float(written[1]) * _DAYS[written[2]] / _DAYS["Y"]
    born, seen = study.patient.birth_date.strip(), study.date.strip()
    if not (re.fullmatch(r"\d{8}", born) and re.fullmatch(r"\d{8}", seen)) or seen < born:
        return None
    years = int(seen[:4]) - int(born[:4])
    return float(years - (seen[4:] < born[4:]))


def _first_used(series: Series, volume: Volume | None) -> Instance | None:
    """The instance of the volume's first frame, so that a scout beside the scan does not speak for it."""
    if volume is not None and volume.frames:
        wanted = volume.frames[0].sop_instance_uid
        for instance in series.instances:
            if instance.sop_instance_uid == wanted:
                return instance
    return series.instances[0] if series.instances else None


def _lateral(modality: str, orientation: tuple[str, ...]) -> str:
    """A film whose rows or columns run to the front or the back is no frontal one, though it names no view."""
    runs = {one.strip().upper()[:1] for one in orientation}
    return "LATERAL" if modality != "MG" and len(orientation) == 2 and runs & {"A", "P"} else ""


def _of_series(series: Series, instance: Instance | None) -> dict[str, str]:
    found = {"modality": series.modality, "body_part": series.body_part}
    if instance is None:
        return found
    thickness = instance.slice_thickness_mm
    return {
        **found,
        "view_position": instance.view_position or _lateral(found["modality"], instance.patient_orientation),
        "photometric": instance.photometric,
        "sop_class_uid": instance.sop_class_uid,
        "laterality": instance.laterality,
        "slice_thickness_mm": "" if thickness is None else f"{thickness:g}",
    }
