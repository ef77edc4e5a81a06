"""DICOM segmentation of accepted regions: binary, on the grid of the source images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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
from app.export.headers import header_of
from app.export.segments import SegmentFile, plan_segments
from app.export.sr_document import seg_series_uid
from app.export.types import NOTICE, Exporter, ExportSet, StudyExport, Written
from app.support.i18n import text

if TYPE_CHECKING:
    from pydicom import Dataset

SERIES_NUMBER = 9300


def write(export_set: ExportSet, folder: Path) -> Written:
    """One file per label map that holds an accepted region."""
    files: list[str] = []
    remarks: list[str] = []
    findings = 0
    for study in export_set.studies:
        planned, unseen = plan_segments(export_set, study)
        remarks += unseen
        for plan in planned:
            name = f"seg_{len(files) + 1:04d}.dcm"
            with encoding(name):
                save(build(export_set, study, plan, len(files) + 1), folder / name)
            files.append(name)
            findings += len(plan.judgements)
    if not files and not remarks:
        remarks.append(text("export.remark.no_regions"))
    return Written(tuple(files), findings, tuple(remarks))


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read each file again and compare every voxel."""
    plans = [plan for study in export_set.studies for plan in plan_segments(export_set, study)[0]]
    for name, plan in zip(written.files, plans, strict=True):
        if not np.array_equal(read_voxels(folder / name, plan), plan.voxels):
            raise ExportRefusedError("error.export.differs", file=name)


def build(export_set: ExportSet, study: StudyExport, plan: SegmentFile, number: int) -> Dataset:
    """The segmentation object of one plan."""
    from highdicom.seg import Segmentation

    made = Segmentation(
        source_images=_source_headers(study, plan),
        pixel_array=plan.voxels,
        segmentation_type="BINARY",
        segment_descriptions=[
            _describe(plan, judgement, n) for n, judgement in enumerate(plan.judgements, start=1)
        ],
        series_instance_uid=seg_series_uid(export_set, study),
        series_number=SERIES_NUMBER,
        sop_instance_uid=plan.sop_instance_uid,
        instance_number=number,
        content_description=NOTICE,
        content_label="AI_REGIONS",
        **common_arguments(export_set, plan.result, "AI regions"),
    )
    finish(made, export_set)
    return made


def read_voxels(file: Path, plan: SegmentFile) -> NDArray[np.uint8]:
    """The segments of a written file on the plan's images: n where segment n lies, as in the plan."""
    from highdicom.seg import segread

    segmentation = segread(file)
    stacked = segmentation.get_pixels_by_source_instance(
        [image.sop_instance_uid for image in plan.stack], assert_missing_frames_are_empty=True
    )
    voxels = np.zeros(plan.voxels.shape, dtype=np.uint8)
    for number in range(1, len(plan.judgements) + 1):
        voxels[stacked[..., number - 1] > 0] = number
    return voxels


def _source_headers(study: StudyExport, plan: SegmentFile) -> list[Dataset]:
    """Headers of the images; thickness is that of the voxels written, as the source's own is not the regions'."""
    headers = [header_of(study, plan.series, image) for image in plan.stack]
    for header in headers:
        header.SliceThickness = float(f"{plan.slice_mm:.10g}")
    return headers


def _describe(
    plan: SegmentFile, judgement: Judgement, number: int
) -> Any:  # Any: highdicom's SegmentDescription
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.seg import SegmentDescription
    from pydicom.sr.codedict import codes as standard

    package, site = plan.result.package, codes.site_code(judgement.finding)
    return SegmentDescription(
        segment_number=number,
        segment_label=line(judgement.shown_label),
        segmented_property_category=concept(codes.ABNORMAL_STRUCTURE),
        segmented_property_type=concept(codes.finding_code(judgement)),
        algorithm_type="AUTOMATIC",
        algorithm_identification=AlgorithmIdentificationSequence(
            name=line(package.name),
            family=standard.DCM.ArtificialIntelligence,
            version=line(package.version),
            parameters={"sha256": line(package.sha256)},
        ),
        tracking_uid=valid_uid(judgement.finding.finding_id),
        tracking_id=line(judgement.shown_label),
        anatomic_regions=[concept(site)] if site else None,
    )


EXPORTER = Exporter("seg", "export.format.seg", ".dcm", assessment=False, write=write, check=check)
