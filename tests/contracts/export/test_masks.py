"""Masks of readers leave as DICOM segmentations that come back voxel by voxel, with whose they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from highdicom.seg import segread
from pydicom import dcmread

from app.context import AppContext
from app.domain.errors import ExportRefusedError
from app.domain.masks import MaskBlock, MaskHead, MaskSource, Segment, grid_of
from app.domain.objects import SegmentationObject
from app.domain.study import Study
from app.domain.volume import Space
from app.state.events import StudiesListed, StudyOpened
from app.studies.display_sets import display_sets
from app.studies.objects.read import read_object
from app.workflows import masks as deeds
from app.workflows.export import export_reading
from app.workflows.review import reading_of
from tests.support.dicom_tools import iod_errors
from tests.support.ui import context_in, write_ct

RED, BLUE = (213, 94, 0), (0, 114, 178)
SHAPE = (12, 64, 64)


@pytest.fixture
def made(tmp_path: Path) -> tuple[AppContext, Study]:
    study = write_ct(tmp_path / "ct")
    ctx = context_in(tmp_path)
    ctx.store.apply(StudiesListed((study,)))
    ctx.store.apply(StudyOpened(study.study_instance_uid))
    return ctx, study


def head(study: Study, source: MaskSource | None = None) -> MaskHead:
    one = display_sets(study)[0]
    assert one.affine is not None
    return MaskHead(
        "2.25.77",
        study.study_instance_uid,
        one.series.series_instance_uid,
        one.display_set_id,
        one.frame_of_reference_uid,
        Space.PATIENT,
        "Mask 1",
        grid_of(SHAPE, one.affine),
        source,
    )


def ball(number: int, center: tuple[int, int, int], radius: float) -> MaskBlock:
    i, j, k = np.indices(SHAPE)
    away = (5 * (i - center[0])) ** 2 + (2 * (j - center[1])) ** 2 + (2 * (k - center[2])) ** 2
    return MaskBlock(number, (0, 0, 0), away <= radius**2)


def exported(made: tuple[AppContext, Study], target: Path, *, identified: bool = True) -> list[Path]:
    ctx, study = made
    reading = reading_of(ctx.journal, study.study_instance_uid)
    report = export_reading(reading, study, ["seg"], target, identified=identified, paths=ctx.paths)
    return [file for file in report.files if file.suffix == ".dcm"]


def voxels(file: Path, study: Study) -> dict[str, np.typing.NDArray[np.bool_]]:
    seg = segread(file)
    stack = sorted(study.series[0].instances, key=lambda one: (one.position_lps_mm or (0, 0, 0))[2])
    frames = seg.get_pixels_by_source_instance(
        [one.sop_instance_uid for one in stack], assert_missing_frames_are_empty=True
    )
    labels = [item.SegmentLabel for item in seg.SegmentSequence]
    return {str(label): frames[..., number] > 0 for number, label in enumerate(labels)}


KNOWN = {
    "Left lung": ("39607008", "91723000", "7771000"),
    "Heart": ("80891009", "91723000", ""),
    "Consolidation": ("95436008", "49755003", ""),
    "Эмфизема": ("87433001", "49755003", ""),
    "Pectoral muscle": ("60005003", "91723000", ""),
    "Whatever this is": ("85756007", "85756007", ""),
}


def test_segments_say_what_they_are_and_are_read_so(made: tuple[AppContext, Study], tmp_path: Path) -> None:
    """Property category, type and side by the segment's name; tissue only where nothing is known."""
    ctx, study = made
    segments = tuple(Segment(n, name, RED) for n, name in enumerate(KNOWN, start=1))
    blocks = tuple(ball(one.number, (6, 6 + 8 * one.number, 6 + 8 * one.number), 4.0) for one in segments)
    deeds.begin_copy(ctx, head(study), segments, blocks)
    (file,) = exported(made, tmp_path / "out")
    assert iod_errors(file) == []
    seg = read_object(file)
    assert isinstance(seg, SegmentationObject)
    told = {}
    for one in seg.segments:
        assert one.property_type is not None
        assert one.category is not None
        side = one.property_modifiers[0].value if one.property_modifiers else ""
        told[one.label] = (one.property_type.value, one.category.value, side)
    assert told == KNOWN


def test_a_mask_by_hand_comes_back_voxel_by_voxel(made: tuple[AppContext, Study], tmp_path: Path) -> None:
    ctx, study = made
    deeds.begin(ctx, head(study), Segment(1, "Nodule", RED))
    mask = reading_of(ctx.journal, study.study_instance_uid).segmentations[0]
    deeds.add_segment(ctx, mask, "Vessel", BLUE)
    first, second, rest = ball(1, (5, 20, 20), 14.0), ball(2, (6, 40, 40), 9.0), ball(1, (5, 20, 20), 4.0)
    for number, one in enumerate((first, second, rest)):  # the last one is erased again
        deeds.keep(ctx, head(study), (one,), what="brush", group=str(number), ends=True, noted=lambda _: None)
    (file,) = exported(made, tmp_path / "out")
    found = voxels(file, study)
    assert np.array_equal(found["Nodule"], first.voxels & ~rest.voxels)
    assert np.array_equal(found["Vessel"], second.voxels)
    items = dcmread(file).SegmentSequence
    assert [item.SegmentAlgorithmType for item in items] == ["MANUAL", "MANUAL"]
    assert all(len(item.RecommendedDisplayCIELabValue) == 3 for item in items)


def test_an_edited_copy_says_whose_it_was(made: tuple[AppContext, Study], tmp_path: Path) -> None:
    ctx, study = made
    source = MaskSource("lung 2.3: nodules", "r1", "m", "", "lung", "2.3", "ab" * 32)
    deeds.begin_copy(ctx, head(study, source), (Segment(1, "Nodule", RED),), (ball(1, (5, 20, 20), 14.0),))
    (file,) = exported(made, tmp_path / "out")
    item = dcmread(file).SegmentSequence[0]
    assert item.SegmentAlgorithmType == "SEMIAUTOMATIC"
    assert item.SegmentationAlgorithmIdentificationSequence[0].AlgorithmName == "lung"
    assert item.SegmentationAlgorithmIdentificationSequence[0].AlgorithmVersion == "2.3"
    assert "Edited by a reader" in item.SegmentDescription


def test_segments_that_overlap_go_to_two_objects(made: tuple[AppContext, Study], tmp_path: Path) -> None:
    ctx, study = made
    segments = (Segment(1, "Lung", RED), Segment(2, "Nodule", BLUE), Segment(3, "Empty", BLUE))
    blocks = (ball(1, (5, 20, 20), 30.0), ball(2, (5, 20, 20), 8.0))
    deeds.begin_copy(ctx, head(study), segments, blocks)
    files = exported(made, tmp_path / "out")
    found: dict[str, np.typing.NDArray[np.bool_]] = {}
    for file in files:
        found |= voxels(file, study)
    assert len(files) == 2
    assert set(found) == {"Lung", "Nodule"}
    assert np.array_equal(found["Nodule"], blocks[1].voxels)
    assert np.array_equal(found["Lung"], blocks[0].voxels)


def test_without_identity_no_name_leaves(made: tuple[AppContext, Study], tmp_path: Path) -> None:
    ctx, study = made
    segment = Segment(1, "Nodule of DOE", RED)
    deeds.begin_copy(ctx, head(study), (segment,), (ball(1, (5, 20, 20), 14.0),))
    (file,) = exported(made, tmp_path / "out", identified=False)
    content = file.read_bytes()
    for secret in (
        b"DOE",
        b"JANE",
        study.study_instance_uid.encode(),
        head(study).series_instance_uid.encode(),
    ):
        assert secret not in content
    assert len(segread(file).SegmentSequence) == 1


def test_missing_images_or_changes_refuse_in_words(made: tuple[AppContext, Study], tmp_path: Path) -> None:
    ctx, study = made
    deeds.begin_copy(ctx, head(study), (Segment(1, "Nodule", RED),), (ball(1, (5, 20, 20), 14.0),))
    reading = reading_of(ctx.journal, study.study_instance_uid)
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(reading, None, ["seg"], tmp_path / "a", identified=True, paths=ctx.paths)
    assert refused.value.key == "error.export.mask_no_images"
