"""DICOM segmentations of accepted regions, and of masks that readers drew: binary, or as one label map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.domain.errors import ExportRefusedError
from app.domain.finding import Judgement
from app.export import codes
from app.export.dicom_object import (
    common_arguments,
    concept,
    encoding,
    finish,
    line,
    save,
    valid_uid,
)
from app.export.mask_objects import MASK_STEM, check_masks, write_masks
from app.export.own import is_own
from app.export.seg_read import read_voxels
from app.export.segments import SegmentFile, plan_segments
from app.export.sides import put_side
from app.export.sr_document import seg_series_uid
from app.export.stand_ins import name_sources, source_headers
from app.export.types import NOTICE, ExportSet, StudyExport, Written
from app.support.i18n import text

if TYPE_CHECKING:
    from pydicom import Dataset

SERIES_NUMBER = 9300
BINARY, LABELMAP = "BINARY", "LABELMAP"
_STEMS = {BINARY: "seg", LABELMAP: "seg_labelmap"}


def write_segments(export_set: ExportSet, folder: Path, *, kind: str = BINARY) -> Written:
    """One file per label map that holds an accepted region. kind: BINARY or LABELMAP (PS3.3 C.8.20.2)."""
    files: list[str] = []
    remarks: list[str] = []
    findings = 0
    for study in export_set.studies:
        planned, unseen = plan_segments(export_set, study)
        remarks += unseen
        for plan in planned:
            name = f"{_STEMS[kind]}_{len(files) + 1:04d}.dcm"
            with encoding(name):
                save(build(export_set, study, plan, len(files) + 1, kind), folder / name)
            files.append(name)
            findings += len(plan.judgements)
    masks, segments, unfilled = write_masks(export_set, folder) if kind == BINARY else ((), 0, [])
    remarks += unfilled
    if not files and not masks and not remarks:
        remarks.append(text("export.remark.no_regions"))
    return Written((*files, *masks), findings + segments, tuple(remarks))


def check_segments(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read each file again and compare every voxel."""
    masks = [name for name in written.files if name.startswith(MASK_STEM)]
    if masks:
        check_masks(export_set, folder, masks)
    plans = (plan for study in export_set.studies for plan in plan_segments(export_set, study)[0])
    for name, plan in zip((name for name in written.files if name not in masks), plans, strict=True):
        if not np.array_equal(read_voxels(folder / name, plan.stack), plan.voxels):
            raise ExportRefusedError("error.export.differs", file=name)


def build(
    export_set: ExportSet, study: StudyExport, plan: SegmentFile, number: int, kind: str = BINARY
) -> Dataset:
    """The segmentation object of one plan."""
    from highdicom.seg import Segmentation

    made = Segmentation(
        source_images=source_headers(study, plan.series, plan.stack, plan.slice_mm),
        pixel_array=plan.voxels,
        segmentation_type=kind,
        segment_descriptions=[
            _describe(plan, judgement, n) for n, judgement in enumerate(plan.judgements, start=1)
        ],
        series_instance_uid=seg_series_uid(export_set, study),
        series_number=SERIES_NUMBER,
        sop_instance_uid=plan.sop_instance_uid
        if kind == BINARY
        else export_set.new_uid(kind, plan.sop_instance_uid),
        instance_number=number,
        content_description=NOTICE,
        content_label="AI_REGIONS",
        **common_arguments(export_set, plan.result, "AI regions"),
    )
    for item in made.SegmentSequence:
        number = int(item.SegmentNumber)
        if number:  # 0 is the background of a label map
            known = codes.finding_structure(plan.judgements[number - 1])
            put_side(item, known.side if known is not None else None)
    name_sources(made, plan.stack)
    finish(made, export_set)
    return made


def _describe(
    plan: SegmentFile, judgement: Judgement, number: int
) -> Any:  # Any: highdicom's SegmentDescription
    from highdicom.seg import SegmentDescription

    site = codes.site_code(judgement.finding)
    known = codes.finding_structure(judgement)
    category = known.category if known is not None else codes.ABNORMAL_STRUCTURE
    return SegmentDescription(
        segment_number=number,
        segment_label=line(judgement.shown_label),
        segmented_property_category=concept(category),
        segmented_property_type=concept(codes.finding_code(judgement)),
        tracking_uid=valid_uid(judgement.finding.finding_id),
        tracking_id=line(judgement.shown_label),
        anatomic_regions=[concept(site)] if site else None,
        **_drawn_by(plan),
    )


def _drawn_by(plan: SegmentFile) -> dict[str, Any]:
    """Who drew it: the model, or by hand a reader (Any: highdicom's own types)."""
    from highdicom import AlgorithmIdentificationSequence
    from pydicom.sr.codedict import codes as standard

    if is_own(plan.result):
        return {"algorithm_type": "MANUAL"}
    package = plan.result.package
    return {
        "algorithm_type": "AUTOMATIC",
        "algorithm_identification": AlgorithmIdentificationSequence(
            name=line(package.name),
            family=standard.DCM.ArtificialIntelligence,
            version=line(package.version),
            parameters={"sha256": line(package.sha256)},
        ),
    }
