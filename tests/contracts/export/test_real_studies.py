"""SR and SEG on real series: upright, tilted gantry, and a real radiograph's file; two other readers agree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from app.domain.finding import Finding, Judgement, MapRef, Place, PlaceKind, Reading, Verdict
from app.domain.geometry import index_to_lps
from app.domain.study import Study
from app.domain.volume import Space
from app.export.stacks import height_mm, image_affine
from app.studies.scan import scan
from app.support.paths import UserPaths
from app.workflows.export import export_reading
from tests.support.dicom_tools import dsrdump, iod_errors
from tests.support.export import save_map, stack_in
from tests.support.findings import nodule, result_of
from tests.support.shared import shared_dir

RESULT = "2.25.4242"


def evenly_spaced(study: Study) -> Study:
    """The largest series, as far as its slices keep one distance (the tilted head changes it at the skull base)."""
    series = max(study.series, key=lambda series: len(series.instances))
    ordered = stack_in(study, series, result_of())
    steps = np.diff([height_mm(image) for image in ordered])
    changes = np.flatnonzero(np.abs(steps - steps[0]) > 0.05)
    kept = ordered[: changes[0] + 1] if len(changes) else ordered
    return replace(study, series=(replace(series, instances=tuple(image.instance for image in kept)),))


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["ct_chest_lungdx_A0002", "ct_gantry_tilt_ge"])
def test_regions_of_a_real_series_come_back_voxel_by_voxel(folder: str, tmp_path: Path) -> None:
    study = evenly_spaced(scan([shared_dir("data", folder)]).studies[0])
    (series,) = study.series
    plain = result_of(
        result=RESULT,
        study=study.study_instance_uid,
        series_instance_uids=(series.series_instance_uid,),
        frame_of_reference_uid=series.frame_of_reference_uid,
        maps=(MapRef("regions", "labels", "regions.npz", "Regions"),),
    )
    stack = stack_in(study, series, plain)
    affine = image_affine(stack[0], Space.PATIENT)
    span = np.subtract(stack[-1].position_lps_mm, stack[0].position_lps_mm)  # type: ignore[arg-type]  # both are there
    affine[:3, 0] = span / (len(stack) - 1)
    labels = np.zeros((len(stack), stack[0].rows, stack[0].columns), np.uint8)
    labels[2:9, 100:180, 90:220] = 1
    labels[5:12, 200:260, 120:160] = 2
    paths = UserPaths(tmp_path / "data", tmp_path / "cache", tmp_path / "settings")
    save_map(paths, RESULT, "regions.npz", labels, affine)
    findings = tuple(region(n, tuple(index_to_lps(affine, (7, 150, 150)).tolist())) for n in (1, 2))
    judged = tuple(Judgement(finding, Verdict.ACCEPTED, None, "a", "") for finding in findings)
    reading = Reading(study.study_instance_uid, (replace(plain, findings=findings),), judged)
    report = export_reading(reading, study, ["sr", "seg"], tmp_path / "out", paths=paths, identified=True)

    seg = dcmread(next(file for file in report.files if file.name.startswith("seg_")))
    order = [image.sop_instance_uid for image in stack]
    found = np.zeros_like(labels)
    frames = seg.pixel_array.reshape(-1, seg.Rows, seg.Columns)
    for frame, groups in zip(frames, seg.PerFrameFunctionalGroupsSequence, strict=True):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        found[order.index(source)][frame > 0] = number
    np.testing.assert_array_equal(found, labels)
    for file in report.files:
        if file.suffix == ".dcm":
            assert iod_errors(file) == []
    words = dsrdump(next(file for file in report.files if file.name.startswith("sr_")))
    assert 'Tracking Unique Identifier")="2.25.9901"' in words


def region(label: int, center: tuple[float, float, float]) -> Finding:
    place = Place(PlaceKind.REGION, Space.PATIENT, center, label_map="regions", label=label)
    return replace(nodule(label, result=RESULT, place=place), finding_id=f"2.25.990{label}")
