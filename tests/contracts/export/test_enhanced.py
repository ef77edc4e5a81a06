"""Segmentations and heat of enhanced multi-frame images: each voxel on its frame, each frame by its number (RQ-58)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from highdicom.seg import segread
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.uid import UID as UID_TYPE

from app.context import AppContext
from app.domain.errors import ExportRefusedError
from app.domain.finding import Judgement, Verdict
from app.domain.masks import MaskBlock, MaskHead, MaskSource, Segment, grid_of
from app.domain.objects import SegmentationObject
from app.domain.study import Study
from app.domain.volume import FrameRef, Space
from app.state.events import StudiesListed, StudyOpened
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_volume, open_path
from app.studies.objects.masks import segment_on_volume
from app.studies.objects.read import read_object
from app.ui.object_layers import layers_of
from app.ui.subject import Subject
from app.workflows import masks as deeds
from app.workflows.export import export_reading
from app.workflows.foreign import import_object
from app.workflows.review import reading_of
from tests.support.dicom_files import AXIAL
from tests.support.dicom_tools import iod_errors
from tests.support.enhanced import CORONAL, OBLIQUE, SHAPE, Placed, enhanced_file, placed_affine
from tests.support.shared import shared_dir
from tests.support.ui import context_in

UID = "1.2.826.0.1.3680043.8.498.66"
ONE, TWO = f"{UID}.1", f"{UID}.2"
Mask = NDArray[np.bool_]
REVERSED = [Placed(n) for n in reversed(range(6))]
ODD = [Placed(n) for n in (3, 0, 5, 1, 4, 2)]
PHASES = [Placed(n, phase) for n in (5, 2, 0, 1, 4, 3) for phase in (2, 1)]


def opened(folder: Path, *files: Sequence[Placed], cosines: Sequence[float] = AXIAL) -> Study:
    """One series of enhanced files, with these frames."""
    for number, frames in enumerate(files, start=1):
        enhanced_file(folder / f"{number}.dcm", frames, cosines, f"{UID}.{number}")
    return open_path(folder)[0]


def context(folder: Path, study: Study) -> AppContext:
    ctx = context_in(folder)
    ctx.store.apply(StudiesListed((study,)))
    ctx.store.apply(StudyOpened(study.study_instance_uid))
    return ctx


def head_on(one: DisplaySet, affine: NDArray[np.float64], image: FrameRef | None) -> MaskHead:
    return MaskHead(
        "2.25.77", one.study_instance_uid, one.series.series_instance_uid, one.display_set_id,
        one.frame_of_reference_uid, Space.PATIENT, "Mask 1", grid_of(SHAPE, affine), None, image,
    )  # fmt: skip


def wedge() -> Mask:
    """No slice, row or column like another, and nothing symmetric."""
    i, j, k = np.indices(SHAPE)
    made: Mask = (i >= 1) & (i <= 4) & (j > 3 + i) & (j < 9 + 2 * i) & (k > 5) & (k < 8 + j - i)
    return made


def drawn(ctx: AppContext, head: MaskHead, mask: Mask) -> None:
    segments = (Segment(1, "Nodule", (213, 94, 0)),)
    deeds.begin_copy(ctx, head, segments, (MaskBlock(1, (0, 0, 0), mask),))


def exported(ctx: AppContext, study: Study, target: Path, *, identified: bool = True) -> list[Path]:
    reading = reading_of(ctx.journal, study.study_instance_uid)
    report = export_reading(reading, study, ["seg"], target, identified=identified, paths=ctx.paths)
    return [file for file in report.files if file.suffix == ".dcm"]


def frames_in(made: Dataset) -> dict[tuple[str, int], NDArray[np.uint8]]:
    """(file, frame number) that a frame of a segmentation names -> its pixels, by pydicom alone."""
    pixels = made.pixel_array.reshape(-1, made.Rows, made.Columns)
    found = {}
    for frame, group in zip(pixels, made.PerFrameFunctionalGroupsSequence, strict=True):
        (source,) = group.DerivationImageSequence[0].SourceImageSequence
        found[str(source.ReferencedSOPInstanceUID), int(source.get("ReferencedFrameNumber", 1))] = frame
    return found


def check_segmentation(
    file: Path, mask: Mask, frames: dict[int, tuple[str, int]], cosines: Sequence[float]
) -> None:
    """frames: slice -> (file, frame number) that it is stored in."""
    made = dcmread(file)
    found = frames_in(made)
    filled = [n for n in range(SHAPE[0]) if mask[n].any()]
    assert set(found) == {frames[n] for n in filled}
    for n in filled:
        np.testing.assert_array_equal(found[frames[n]] > 0, mask[n])
    affine = placed_affine(cosines)
    for group in made.PerFrameFunctionalGroupsSequence:
        source = group.DerivationImageSequence[0].SourceImageSequence[0]
        ref = (str(source.ReferencedSOPInstanceUID), int(source.ReferencedFrameNumber))
        at = next(n for n, stored in frames.items() if stored == ref)
        np.testing.assert_allclose(
            group.PlanePositionSequence[0].ImagePositionPatient, affine[:3, 3] + at * affine[:3, 0], atol=1e-3
        )
    seg = segread(file)
    for uid in {uid for uid, _ in frames.values()}:
        here = [n for n in range(SHAPE[0]) if frames[n][0] == uid]
        theirs = seg.get_pixels_by_source_frame(
            uid, [frames[n][1] for n in here], assert_missing_frames_are_empty=True
        )
        np.testing.assert_array_equal(theirs[..., 0] > 0, mask[here])
    assert iod_errors(file) == []


@pytest.mark.parametrize("cosines", [AXIAL, CORONAL, OBLIQUE], ids=["axial", "coronal", "oblique"])
@pytest.mark.parametrize("frames", [REVERSED, ODD], ids=["reversed", "odd order"])
def test_a_mask_on_frames_comes_back_voxel_by_voxel_by_frame_number(
    tmp_path: Path, frames: list[Placed], cosines: Sequence[float]
) -> None:
    study = opened(tmp_path / "ct", frames, cosines=cosines)
    (one,) = display_sets(study)
    ctx = context(tmp_path, study)
    drawn(ctx, head_on(one, placed_affine(cosines), one.frames[0].ref), wedge())
    (file,) = exported(ctx, study, tmp_path / "out")
    stored = {placed.slice_number: (ONE, number) for number, placed in enumerate(frames, start=1)}
    check_segmentation(file, wedge(), stored, cosines)


@pytest.mark.parametrize("phase", [1, 2])
def test_of_two_phases_in_one_file_the_one_that_was_drawn_on_is_named(tmp_path: Path, phase: int) -> None:
    study = opened(tmp_path / "ct", PHASES, cosines=OBLIQUE)
    one = phase_of(study, phase)
    ctx = context(tmp_path, study)
    drawn(ctx, head_on(one, placed_affine(OBLIQUE), one.frames[0].ref), wedge())
    (file,) = exported(ctx, study, tmp_path / "out")
    stored = {p.slice_number: (ONE, n) for n, p in enumerate(PHASES, start=1) if p.phase == phase}
    check_segmentation(file, wedge(), stored, OBLIQUE)
    (source,) = dcmread(file).SourceImageSequence
    assert list(source.ReferencedFrameNumber) == sorted(number for _, number in stored.values())


def phase_of(study: Study, phase: int) -> DisplaySet:
    """The display set of a phase, by the pixels of its first image."""
    sets = display_sets(study)
    assert len(sets) == 2
    return next(one for one in sets if load_volume(one).values(0)[0, 0] == 1000 * phase)


def test_masks_on_two_files_with_gaps_each_name_their_own_frames(tmp_path: Path) -> None:
    """Slices 0, 2 and 5 in one file, 4 and 1 in another; slice 3 was never imaged."""
    study = opened(tmp_path / "ct", [Placed(5), Placed(0), Placed(2)], [Placed(4), Placed(1)])
    sets = display_sets(study)
    ctx = context(tmp_path, study)
    mask = wedge()
    for one in sets:
        head = head_on(one, placed_affine(AXIAL), one.frames[0].ref)
        drawn(ctx, replace(head, segmentation_id=f"2.25.{len(one.frames)}"), mask)
    files = exported(ctx, study, tmp_path / "out")
    stored = {5: (ONE, 1), 0: (ONE, 2), 2: (ONE, 3), 4: (TWO, 1), 1: (TWO, 2)}
    found: dict[tuple[str, int], NDArray[np.uint8]] = {}
    for file in files:
        found |= frames_in(dcmread(file))
        assert iod_errors(file) == []
    assert set(found) == {stored[n] for n in stored if mask[n].any()}
    for n in stored:
        if mask[n].any():
            np.testing.assert_array_equal(found[stored[n]] > 0, mask[n])


def test_a_mask_that_does_not_say_its_phase_is_refused_in_one_sentence(tmp_path: Path) -> None:
    study = opened(tmp_path / "ct", PHASES)
    ctx = context(tmp_path, study)
    unnamed = replace(head_on(phase_of(study, 1), placed_affine(AXIAL), None), display_set_id="another#7")
    drawn(ctx, unnamed, wedge())
    with pytest.raises(ExportRefusedError) as refused:
        exported(ctx, study, tmp_path / "out")
    assert refused.value.key == "error.export.mask_which_images"


def test_a_mask_on_frames_that_went_is_refused_and_not_put_on_the_other_phase(tmp_path: Path) -> None:
    study = opened(tmp_path / "ct", [one for one in PHASES if one.phase == 2])
    (one,) = display_sets(study)
    ctx = context(tmp_path, study)
    drawn(ctx, head_on(one, placed_affine(AXIAL), FrameRef(ONE, 77)), wedge())
    with pytest.raises(ExportRefusedError) as refused:
        exported(ctx, study, tmp_path / "out")
    assert refused.value.key == "error.export.mask_no_images"


def test_without_identity_the_frames_are_still_named_and_nothing_else_of_the_file_leaves(
    tmp_path: Path,
) -> None:
    study = opened(tmp_path / "ct", PHASES)
    one = phase_of(study, 2)
    ctx = context(tmp_path, study)
    drawn(ctx, head_on(one, placed_affine(AXIAL), one.frames[0].ref), wedge())
    (file,) = exported(ctx, study, tmp_path / "out", identified=False)
    content = file.read_bytes()
    for secret in (b"Doe", b"Jane", ONE.encode(), study.study_instance_uid.encode() + b"\0", b"Chest"):
        assert secret not in content
    numbers = {number for _, number in frames_in(dcmread(file))}
    wanted = {n for n, p in enumerate(PHASES, start=1) if p.phase == 2 and wedge()[p.slice_number].any()}
    assert numbers == wanted


def test_it_opens_in_our_own_viewer_over_the_frames_that_it_was_made_on(tmp_path: Path) -> None:
    study = opened(tmp_path / "ct", PHASES, cosines=OBLIQUE)
    one = phase_of(study, 2)
    ctx = context(tmp_path, study)
    drawn(ctx, head_on(one, placed_affine(OBLIQUE), one.frames[0].ref), wedge())
    (file,) = exported(ctx, study, tmp_path / "out")
    seg = read_object(file)
    assert isinstance(seg, SegmentationObject)
    on_volume = segment_on_volume(seg, 1, load_volume(one))
    np.testing.assert_array_equal(on_volume.values, wedge())
    assert not on_volume.outside
    named = {(source.sop_instance_uid, source.frames) for frame in seg.frames for source in frame.sources}
    assert named == {(ONE, (address.frame,)) for n, address in enumerate(one.frames) if wedge()[n].any()}
    (layer,) = layers_of(seg, display_sets(study))
    other = next(two for two in display_sets(study) if two.frames != one.frames)
    assert not layer.is_strange(Subject(study, one).target)
    assert layer.is_strange(Subject(study, other).target)  # it says there that it was made on another
    first = placed_affine(OBLIQUE) @ [1.0, 0.0, 0.0, 1.0]  # slice 0 holds nothing
    np.testing.assert_allclose(layer.ink.affine[:3, 3], first[:3], atol=1e-3)


REAL = {
    "24x38x3": ("dcmqi", "data", "segmentations", "24x38x3", "multiframe", "mf.dcm"),
    "23x38x3": ("dcmqi", "data", "segmentations", "23x38x3", "multiframe", "mf.dcm"),
    "two frames": (
        "cornerstone3d", "examplesOld", "test-images", "CT0012.fragmented_no_bot_jpeg_baseline.51.dcm",
    ),
}  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("name", REAL)
def test_masks_on_real_enhanced_files_come_back_on_their_frames(name: str, tmp_path: Path) -> None:
    study = open_path(shared_dir("data", "dicom_breadth").joinpath(*REAL[name]))[0]
    (one,) = display_sets(study)
    assert one.affine is not None
    ctx = context(tmp_path, study)
    shape = (len(one.frames), one.rows, one.columns)
    mask = np.random.default_rng(3).random(shape) > 0.7
    head = replace(head_on(one, one.affine, one.frames[0].ref), grid=grid_of(shape, one.affine))
    drawn(ctx, head, mask)
    (file,) = exported(ctx, study, tmp_path / "out")
    found = frames_in(dcmread(file))
    assert set(found) == {(address.ref.sop_instance_uid, address.frame) for address in one.frames}
    for layer, address in zip(mask, one.frames, strict=True):
        frame = found[address.ref.sop_instance_uid, address.frame]
        np.testing.assert_array_equal(frame > 0, layer)
    seg = read_object(file)
    assert isinstance(seg, SegmentationObject)
    np.testing.assert_array_equal(segment_on_volume(seg, 1, load_volume(one)).values, mask)
    assert iod_errors(file) == []


@pytest.mark.parametrize("phase", [1, 2])
def test_taken_over_as_findings_it_stays_on_its_phase(tmp_path: Path, phase: int) -> None:
    study = opened(tmp_path / "ct", PHASES, cosines=OBLIQUE)
    one = phase_of(study, phase)
    ctx = context(tmp_path, study)
    source = MaskSource("lung 2.3: nodules", "r1", "m", "", "lung", "2.3", "ab" * 32)
    drawn(ctx, replace(head_on(one, placed_affine(OBLIQUE), one.frames[0].ref), source=source), wedge())
    (file,) = exported(ctx, study, tmp_path / "out")
    imported = import_object(ctx.journal, ctx.paths.results, study, file, on_request=True)
    assert imported is not None
    reading = reading_of(ctx.journal, study.study_instance_uid)
    (finding,) = reading.results[0].findings
    assert finding.place.frame in {address.ref for address in one.frames}
    accepted = replace(
        reading, judgements=(Judgement(finding, Verdict.ACCEPTED, None, "a", ""),), segmentations=()
    )
    report = export_reading(accepted, study, ["seg"], tmp_path / "again", identified=True, paths=ctx.paths)
    (again,) = (one for one in report.files if one.suffix == ".dcm")
    stored = {p.slice_number: (ONE, n) for n, p in enumerate(PHASES, start=1) if p.phase == phase}
    check_segmentation(again, wedge(), stored, OBLIQUE)


@pytest.mark.parametrize(("end", "modality"), [("13.1.3", "MG"), ("4.1", "MR"), ("2.2", "CT")])
@pytest.mark.parametrize("frames", [[Placed(3)], REVERSED], ids=["one frame", "six"])
def test_other_classes_with_places_and_files_of_one_frame(
    tmp_path: Path, end: str, modality: str, frames: list[Placed]
) -> None:
    """Tomosynthesis, enhanced MR, legacy converted CT; a file of one frame is named whole."""
    file = enhanced_file(tmp_path / "in" / "1.dcm", frames, AXIAL, ONE)
    made = dcmread(file)
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = UID_TYPE(f"1.2.840.10008.5.1.4.1.1.{end}")
    made.Modality = modality
    made.save_as(file)
    study = open_path(tmp_path / "in")[0]
    (one,) = display_sets(study)
    assert one.affine is not None
    ctx = context(tmp_path, study)
    mask = wedge()[[placed.slice_number for placed in frames][::-1]]
    head = replace(head_on(one, one.affine, one.frames[0].ref), grid=grid_of(mask.shape, one.affine))
    drawn(ctx, head, mask)
    (written,) = exported(ctx, study, tmp_path / "out")
    seg = dcmread(written)
    found = frames_in(seg)
    for layer, address in zip(mask, one.frames, strict=True):
        np.testing.assert_array_equal(found.get((ONE, address.frame), np.zeros(SHAPE[1:])) > 0, layer)
    for group in seg.PerFrameFunctionalGroupsSequence:
        (source,) = group.DerivationImageSequence[0].SourceImageSequence
        assert source.ReferencedSOPClassUID == made.SOPClassUID
        assert ("ReferencedFrameNumber" in source) == (len(frames) > 1)
    assert iod_errors(written) == []


def test_what_lies_between_uneven_slices_is_counted_and_said(tmp_path: Path) -> None:
    """Slices 0, 1, 2 and 5: planes are cut from an even grid, and two of its layers have no image."""
    study = opened(tmp_path / "ct", [Placed(n) for n in (5, 0, 2, 1)])
    (one,) = display_sets(study)
    assert one.grid is not None
    assert one.grid.planes == SHAPE[0]
    ctx = context(tmp_path, study)
    drawn(ctx, head_on(one, one.grid.affine, one.frames[0].ref), wedge())
    reading = reading_of(ctx.journal, study.study_instance_uid)
    report = export_reading(reading, study, ["seg"], tmp_path / "out", identified=True, paths=ctx.paths)
    assert [words for words in report.remarks if words.startswith("2 layers of the mask Mask 1 between")]
    (file,) = (one for one in report.files if one.suffix == ".dcm")
    found = frames_in(dcmread(file))
    assert set(found) == {(ONE, 4), (ONE, 3)}  # slices 1 and 2; 0 and 5 hold nothing
    np.testing.assert_array_equal(found[ONE, 4] > 0, wedge()[1])
    np.testing.assert_array_equal(found[ONE, 3] > 0, wedge()[2])


def test_without_identity_image_and_segmentation_name_the_same_frames(tmp_path: Path) -> None:
    study = opened(tmp_path / "ct", PHASES, cosines=OBLIQUE)
    one = phase_of(study, 2)
    ctx = context(tmp_path, study)
    drawn(ctx, head_on(one, placed_affine(OBLIQUE), one.frames[0].ref), wedge())
    reading = reading_of(ctx.journal, study.study_instance_uid)
    report = export_reading(reading, study, ["seg", "images"], tmp_path / "out", paths=ctx.paths)
    made = {dcmread(file).Modality: file for file in report.files if file.suffix == ".dcm"}
    image, seg = dcmread(made["CT"]), dcmread(made["SEG"])
    assert image.FrameOfReferenceUID == seg.FrameOfReferenceUID
    for (uid, number), frame in frames_in(seg).items():
        assert uid == image.SOPInstanceUID
        at = PHASES[number - 1]
        assert at.phase == 2
        assert image.pixel_array[number - 1][0, 0] == 2000 + 100 * at.slice_number
        np.testing.assert_array_equal(frame > 0, wedge()[at.slice_number])
    (anew,) = (two for two in open_path(tmp_path / "out") if two.series)
    found = read_object(made["SEG"])
    assert isinstance(found, SegmentationObject)
    again = phase_of(replace(anew, series=tuple(s for s in anew.series if s.modality == "CT")), 2)
    np.testing.assert_array_equal(segment_on_volume(found, 1, load_volume(again)).values, wedge())
