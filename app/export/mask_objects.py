"""Masks of readers as DICOM segmentations: who drew them, and whose they were if they were copied."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.domain.errors import ExportRefusedError
from app.domain.finding import PackageRef
from app.domain.masks import MaskSource, Segment
from app.export import codes
from app.export.dicom_object import (
    algorithm_equipment,
    concept,
    encoding,
    finish,
    line,
    own_arguments,
    person_name,
    save,
    valid_uid,
)
from app.export.mask_segments import MaskFile, plan_masks
from app.export.seg_read import read_voxels
from app.export.sides import put_side
from app.export.stand_ins import name_sources, source_headers
from app.export.structures import CATEGORIES, Structure, named
from app.export.types import NOTICE, ExportSet, StudyExport

if TYPE_CHECKING:
    from pydicom import Dataset

SERIES_NUMBER = 9310
MASK_STEM = "mask"
# What is said of a segment of which nobody has said what it is (CID 7150 and 7166 of PS3.16 hold it).
UNKNOWN = Structure(CATEGORIES["tissue"], CATEGORIES["tissue"])


def write_masks(export_set: ExportSet, folder: Path) -> tuple[list[str], int, list[str]]:
    """(names of the files, segments in them, remarks): one file per mask, more where segments overlap."""
    files: list[str] = []
    remarks: list[str] = []
    segments = 0
    for study in export_set.studies:
        planned, unseen = plan_masks(export_set, study)
        remarks += unseen
        for plan in planned:
            name = f"{MASK_STEM}_{len(files) + 1:04d}.dcm"
            with encoding(name):
                save(build(export_set, study, plan, len(files) + 1), folder / name)
            files.append(name)
            segments += len(plan.segments)
    return files, segments, remarks


def check_masks(export_set: ExportSet, folder: Path, files: Sequence[str]) -> None:
    """Read each file again and compare every voxel. Raises ExportRefusedError."""
    plans = (plan for study in export_set.studies for plan in plan_masks(export_set, study)[0])
    for name, plan in zip(files, plans, strict=True):
        if not np.array_equal(read_voxels(folder / name, plan.stack), plan.voxels):
            raise ExportRefusedError("error.export.differs", file=name)


def build(export_set: ExportSet, study: StudyExport, plan: MaskFile, number: int) -> Dataset:
    """The segmentation object of one plan."""
    from highdicom.seg import Segmentation

    source, reader = plan.mask.head.source, plan.mask.reader
    arguments = own_arguments(export_set, "Edited copy" if source else "Mask by hand")
    if source is not None and source.package_name:
        arguments["contributing_equipment"] = [algorithm_equipment(_package(source))]
    if reader:
        arguments["content_creator_name"] = person_name(reader)
    made = Segmentation(
        source_images=source_headers(study, plan.series, plan.stack, plan.slice_mm),
        pixel_array=plan.voxels,
        segmentation_type="BINARY",
        segment_descriptions=[
            _describe(plan, one, n, structure_of(study, one)) for n, one in enumerate(plan.segments, start=1)
        ],
        series_instance_uid=export_set.new_uid("masks", study.reading.study_instance_uid),
        series_number=SERIES_NUMBER,
        sop_instance_uid=plan.sop_instance_uid,
        instance_number=number,
        content_description=NOTICE,
        content_label="READER_MASKS",
        **arguments,
    )
    for item, segment in zip(made.SegmentSequence, plan.segments, strict=True):
        put_side(item, structure_of(study, segment).side)
        if source is not None:
            item.SegmentDescription = line(f"Edited by a reader, copied from {source.words}", 1024)
    name_sources(made, plan.stack)
    finish(made, export_set)
    return made


def structure_of(study: StudyExport, segment: Segment) -> Structure:
    """What a segment is: as the model's finding says that it began as, else by its name, else tissue."""
    judgement = study.reading.judgement(segment.finding_id) if segment.finding_id else None
    as_found = judgement is not None and segment.label in (judgement.finding.label, judgement.shown_label)
    known = codes.finding_structure(judgement) if judgement is not None and as_found else None
    return known or named(segment.label) or UNKNOWN


def _package(source: MaskSource) -> PackageRef:
    return PackageRef(source.package_name, source.package_version, source.package_sha256, "")


def _describe(
    plan: MaskFile, segment: Segment, number: int, what: Structure
) -> Any:  # Any: highdicom's SegmentDescription
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.color import CIELabColor
    from highdicom.seg import SegmentDescription
    from pydicom.sr.codedict import codes as standard

    head = plan.mask.head
    source = head.source
    algorithm = None
    if (
        source is not None
    ):  # whatever made it, a hand has since changed it: PS3.3 C.8.20.4.2 calls that SEMIAUTOMATIC
        algorithm = AlgorithmIdentificationSequence(
            name=line(source.package_name or source.words),
            family=standard.DCM.ArtificialIntelligence
            if source.package_name
            else standard.DCM.ManualProcessing,
            version=line(source.package_version or "unknown"),
        )
    return SegmentDescription(
        segment_number=number,
        segment_label=line(segment.label),
        segmented_property_category=concept(what.category),
        segmented_property_type=concept(what.code),
        algorithm_type="SEMIAUTOMATIC" if source is not None else "MANUAL",
        algorithm_identification=algorithm,
        tracking_uid=valid_uid(f"{head.segmentation_id}/{segment.number}"),
        tracking_id=line(f"{head.title} {segment.number}"),
        display_color=CIELabColor.from_rgb(*segment.color),
    )
