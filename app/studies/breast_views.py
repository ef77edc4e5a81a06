"""Which side and view a mammogram is: where its plain elements do not say, from its view code or frame anatomy."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import StudyUnreadableError
from app.domain.study import Instance
from app.studies.slow_headers import damage, first_item, read_dataset

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# View codes of mammography (PS3.16 CID 4014), SNOMED-RT beside SNOMED CT.
VIEW_OF_CODE = {
    "R-10242": "CC", "399162004": "CC",
    "R-10226": "MLO", "399368009": "MLO",
    "R-10224": "ML", "399260004": "ML",
    "R-10228": "LM", "399352003": "LM",
    "R-10230": "LMO", "399099002": "LMO",
    "R-10244": "FB", "399192009": "FB",
}  # fmt: skip
VIEWS = frozenset({*VIEW_OF_CODE.values(), "XCCL", "XCCM", "XCC", "CV", "AT"})


def with_breast_view(instance: Instance) -> Instance:
    """The instance with laterality and view position, as far as the file says them anywhere.

    Curated collections put the view in place of the two letters of Patient Orientation, which then says no direction.
    """
    laterality, view = instance.laterality.strip().upper(), instance.view_position.strip().upper()
    told = instance.patient_orientation
    if not view and len(told) == 1 and told[0].upper() in VIEWS:
        view = told[0].upper()
    if not (laterality and view):
        of_file, coded = _coded(instance.path)
        laterality, view = laterality or of_file, view or coded
    if (laterality, view) == (instance.laterality, instance.view_position):
        return instance
    return replace(instance, laterality=laterality, view_position=view)


@lru_cache(maxsize=512)
def _coded(path: Path) -> tuple[str, str]:
    try:
        dataset = read_dataset(path)
    except (StudyUnreadableError, OSError):
        return "", ""
    try:
        return _laterality(dataset), _view(dataset)
    except damage():
        return "", ""


def _view(dataset: Dataset) -> str:
    code = first_item(dataset, "ViewCodeSequence")
    return VIEW_OF_CODE.get(str(code.get("CodeValue", "")).strip(), "") if code is not None else ""


def _laterality(dataset: Dataset) -> str:
    """Of the frames, where all share it."""
    shared = first_item(dataset, "SharedFunctionalGroupsSequence")
    anatomy = first_item(shared, "FrameAnatomySequence") if shared is not None else None
    told = str(anatomy.get("FrameLaterality", "")).strip().upper() if anatomy is not None else ""
    return told if told in {"L", "R"} else ""
