"""What models and readers found on frames of enhanced files leaves in every format on those frames (RQ-58)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.uid import XRayAngiographicImageStorage

from app.domain.errors import ExportRefusedError
from app.domain.finding import Finding, Judgement, MapRef, Marked, Place, PlaceKind, Reading, Verdict
from app.domain.geometry import index_to_lps
from app.domain.objects import ParametricMap
from app.domain.source_image import SourceImage
from app.domain.study import Study
from app.domain.volume import FrameRef, Space
from app.export.formats.nifti import decode
from app.export.stand_ins import stand_in_uid
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_volume, open_path
from app.studies.objects.maps import map_values
from app.studies.objects.read import read_object
from app.support.paths import UserPaths
from app.workflows.export import ExportReport, export_reading
from tests.support.dicom_files import ct_dataset, write
from tests.support.dicom_tools import iod_errors
from tests.support.enhanced import ENHANCED_CT, OBLIQUE, SHAPE, Placed, enhanced_file, placed_affine
from tests.support.export import save_map
from tests.support.findings import nodule, result_of

UID, RESULT = "1.2.826.0.1.3680043.8.498.67.1", "2.25.5151"
PHASES = [Placed(n, phase) for n in (5, 2, 0, 1, 4, 3) for phase in (2, 1)]
AFFINE = placed_affine(OBLIQUE)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A study of two phases in one file, of which the second was looked at. labels, heat: on its grid."""

    study: Study
    looked_at: DisplaySet
    paths: UserPaths
    labels: NDArray[np.uint8]
    heat: NDArray[np.float32]

    @property
    def numbers(self) -> list[int]:
        """Frame number of each slice of the phase that was looked at."""
        return [address.frame for address in self.looked_at.frames]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    enhanced_file(tmp_path / "ct" / "1.dcm", PHASES, OBLIQUE, UID)
    study = open_path(tmp_path / "ct")[0]
    phase = next(one for one in display_sets(study) if load_volume(one).values(0)[0, 0] == 2000)
    paths = UserPaths(tmp_path / "data", tmp_path / "cache", tmp_path / "settings")
    labels = np.zeros(SHAPE, np.uint8)
    labels[1:3, 4:11, 6:9] = 1
    labels[2:5, 12:20, 20:31] = 2
    heat = np.linspace(0, 1, 3 * 12 * 16, dtype=np.float32).reshape(3, 12, 16)
    coarse = AFFINE @ np.array([[2, 0, 0, 0.5], [0, 2, 0, 0.5], [0, 0, 2, 0.5], [0, 0, 0, 1.0]])
    save_map(paths, RESULT, "regions.npz", labels, AFFINE)
    save_map(paths, RESULT, "heat.npz", heat, coarse)
    return Made(study, phase, paths, labels, heat)


def at(index: tuple[float, float, float]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in index_to_lps(AFFINE, index))
    return x, y, z


def findings(made: Made, *, named: bool = True) -> tuple[Finding, ...]:
    """Two regions, and a point; each names the frame that it lies on, if asked."""
    frames = [address.ref if named else None for address in made.looked_at.frames]
    places = (
        Place(
            PlaceKind.REGION, Space.PATIENT, at((1.5, 7, 7)), frame=frames[2], label_map="regions", label=1
        ),
        Place(
            PlaceKind.REGION, Space.PATIENT, at((3, 15, 25)), frame=frames[3], label_map="regions", label=2
        ),
        Place(PlaceKind.POINT, Space.PATIENT, at((4, 10, 12)), frame=frames[4]),
    )
    return tuple(
        replace(nodule(n, result=RESULT, place=place), finding_id=f"2.25.51510{n}")
        for n, place in enumerate(places, start=1)
    )


def reading_of(made: Made, *found: Finding) -> Reading:
    result = result_of(
        *found,
        result=RESULT,
        study=made.study.study_instance_uid,
        series_instance_uids=(made.study.series[0].series_instance_uid,),
        frame_of_reference_uid=made.study.series[0].frame_of_reference_uid,
        maps=(
            MapRef("regions", "labels", "regions.npz", "Regions"),
            MapRef("heat", "heat", "heat.npz", "Nodule", (0.0, 1.0), 0.2),
        ),
    )
    judged = tuple(Judgement(finding, Verdict.ACCEPTED, None, "a", "") for finding in found)
    return Reading(made.study.study_instance_uid, (result,), judged)


def exported(
    made: Made, reading: Reading, target: Path, *formats: str, identified: bool = True
) -> ExportReport:
    return export_reading(reading, made.study, list(formats), target, identified=identified, paths=made.paths)


def one_of(report: ExportReport, stem: str) -> Path:
    (file,) = (file for file in report.files if file.name.startswith(stem) and file.suffix != ".json")
    return file


def sources_in(item: Dataset) -> list[tuple[str, list[int]]]:
    """(file, frames) of every reference to an image below an item of a report."""
    found = []
    for inner in item.get("ContentSequence", ()):
        if inner.ValueType == "IMAGE":
            reference = inner.ReferencedSOPSequence[0]
            frames = np.atleast_1d(reference.get("ReferencedFrameNumber", [])).astype(int).tolist()
            found.append((str(reference.ReferencedSOPInstanceUID), frames))
        found += sources_in(inner)
    return found


@pytest.mark.parametrize("kind", ["seg", "seg_labelmap"])
def test_regions_of_a_model_lie_on_the_frames_of_its_phase(made: Made, tmp_path: Path, kind: str) -> None:
    report = exported(made, reading_of(made, *findings(made)), tmp_path / "out", kind)
    file = one_of(report, f"{kind}_0001")
    seg = dcmread(file)
    found = np.zeros(SHAPE, np.uint8)
    pixels = seg.pixel_array.reshape(-1, seg.Rows, seg.Columns)
    for frame, group in zip(pixels, seg.PerFrameFunctionalGroupsSequence, strict=True):
        (source,) = group.DerivationImageSequence[0].SourceImageSequence
        assert source.ReferencedSOPInstanceUID == UID
        number = (
            1 if kind == "seg_labelmap" else group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        )
        layer = found[made.numbers.index(int(source.ReferencedFrameNumber))]
        layer[frame > 0] = frame[frame > 0] * number
    np.testing.assert_array_equal(found, made.labels)  # Dice 1.000
    if kind == "seg":  # dciodvfy does not know label maps, in which segment 0 is the background
        assert iod_errors(file) == []


def test_heat_names_its_frames_and_keeps_every_value(made: Made, tmp_path: Path) -> None:
    report = exported(made, reading_of(made, *findings(made)), tmp_path / "out", "heat")
    file = one_of(report, "heat_0001")
    heat = dcmread(file)
    (source,) = heat.SourceImageSequence
    assert (source.ReferencedSOPInstanceUID, source.ReferencedSOPClassUID) == (UID, ENHANCED_CT)
    assert list(source.ReferencedFrameNumber) == sorted(made.numbers)
    (series,) = heat.ReferencedSeriesSequence
    assert [item.ReferencedSOPInstanceUID for item in series.ReferencedInstanceSequence] == [UID]
    opened = read_object(file)
    assert isinstance(opened, ParametricMap)
    placed = map_values(opened)
    np.testing.assert_array_equal(placed.values, made.heat)
    middle = placed.affine @ [1, 6, 8, 1]
    np.testing.assert_allclose(middle[:3], at((2.5, 12.5, 16.5)), atol=1e-3)
    assert iod_errors(file) == []


def test_a_report_names_the_frames_of_segments_and_points(made: Made, tmp_path: Path) -> None:
    report = exported(made, reading_of(made, *findings(made)), tmp_path / "out", "sr", "seg")
    file = one_of(report, "sr_")
    named = sources_in(dcmread(file))
    # the segment itself, its source frames; twice; and the point on its one frame
    sources = [frames for uid, frames in named if uid == UID]
    assert sources == [sorted(made.numbers[1:3]), sorted(made.numbers[2:5]), [made.numbers[4]]]
    assert iod_errors(file) == []


def test_the_other_formats_draw_on_the_same_frames(made: Made, tmp_path: Path) -> None:
    reading = reading_of(made, *findings(made))
    report = exported(made, reading, tmp_path / "out", "gsps", "coco", "nifti", "png")
    state = dcmread(one_of(report, "gsps_0001"))
    drawn = {
        int(item.ReferencedImageSequence[0].ReferencedFrameNumber) for item in state.GraphicAnnotationSequence
    }
    assert drawn == set(made.numbers[1:5])
    document = json.loads((report.folder / "coco.json").read_text(encoding="utf-8"))
    assert {image["frame"] for image in document["images"]} == set(made.numbers[1:5])
    voxels, affine = decode(one_of(report, "regions_0001").read_bytes())
    np.testing.assert_array_equal(voxels, made.labels)
    np.testing.assert_allclose(affine, AFFINE, atol=1e-3)
    assert iod_errors(one_of(report, "gsps_0001")) == []


@pytest.mark.parametrize("kind", ["seg", "heat"])
def test_findings_that_name_no_frame_are_refused_where_two_phases_could_be_meant(
    made: Made, tmp_path: Path, kind: str
) -> None:
    reading = reading_of(made, *findings(made, named=False))
    with pytest.raises(ExportRefusedError) as refused:
        exported(made, reading, tmp_path / "out", kind)
    assert refused.value.key == "error.export.which_images"
    # A report can say where they are in the patient, and claims no image.
    report = exported(made, reading, tmp_path / "out", "sr")
    root = dcmread(one_of(report, "sr_"))
    kinds = {
        item.ValueType for group in root.ContentSequence[-1:] for item in group.get("ContentSequence", ())
    }
    assert "SCOORD" not in kinds
    assert (tmp_path / "out").exists()


def test_boxes_of_a_reader_on_two_phases_stay_on_the_phase_each_was_drawn_on(
    made: Made, tmp_path: Path
) -> None:
    marked, judged = [], []
    series = made.study.series[0]
    for number, one in enumerate(display_sets(made.study), start=1):
        low, high = at((2, 5, 6)), at((2, 9, 12))
        corners = np.sort(np.array([low, high]), axis=0)
        box = Place(
            PlaceKind.BOX,
            Space.PATIENT,
            at((2, 7, 9)),
            tuple(corners[0]),
            tuple(corners[1]),
            one.frames[2].ref,
        )
        finding = replace(nodule(number, result="", place=box), finding_id=f"2.25.6161{number}", map_key="")
        marked.append(Marked(finding, series.series_instance_uid, series.frame_of_reference_uid, "a"))
        judged.append(Judgement(finding, Verdict.ACCEPTED, None, "a", ""))
    reading = Reading(made.study.study_instance_uid, (), tuple(judged), marked=tuple(marked))
    report = exported(made, reading, tmp_path / "out", "seg", "sr")
    files = sorted(file for file in report.files if file.name.startswith("seg_"))
    assert len(files) == 2
    for file, one in zip(files, display_sets(made.study), strict=True):
        groups = dcmread(file).PerFrameFunctionalGroupsSequence
        named = {
            int(g.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber) for g in groups
        }
        assert named <= {address.frame for address in one.frames}
        assert iod_errors(file) == []
    assert iod_errors(one_of(report, "sr_")) == []


def test_without_identity_every_format_still_names_its_frames(made: Made, tmp_path: Path) -> None:
    formats = ("seg", "heat", "sr", "gsps", "coco", "nifti")
    report = exported(made, reading_of(made, *findings(made)), tmp_path / "out", *formats, identified=False)
    for file in report.files:
        content = file.read_bytes()
        assert UID.encode() not in content
        assert b"Doe" not in content
        stand_ins = [stand_in_uid(SourceImage.of(made.study.series[0].instances[0]))]
        assert not any(uid.encode() in content for uid in stand_ins)
    seg = dcmread(one_of(report, "seg_0001"))
    assert list(seg.SourceImageSequence[0].ReferencedFrameNumber) == sorted(made.numbers)


def test_a_box_on_one_frame_of_a_loop_leaves_on_that_frame(made: Made, tmp_path: Path) -> None:
    """One plane imaged four times, as in a cine: the place does not tell the frames apart, the finding does."""
    enhanced_file(tmp_path / "loop" / "1.dcm", [Placed(2, phase) for phase in (1, 2, 3, 4)], OBLIQUE, UID)
    study = open_path(tmp_path / "loop")[0]
    (one,) = display_sets(study)
    low, high = np.sort(np.array([at((2, 5, 6)), at((2, 9, 12))]), axis=0)
    box = Place(PlaceKind.BOX, Space.PATIENT, at((2, 7, 9)), tuple(low), tuple(high), one.frames[2].ref)
    finding = replace(nodule(1, result="", place=box), finding_id="2.25.71711", map_key="")
    series = study.series[0]
    marked = Marked(finding, series.series_instance_uid, series.frame_of_reference_uid, "a")
    judged = Judgement(finding, Verdict.ACCEPTED, None, "a", "")
    reading = Reading(study.study_instance_uid, (), (judged,), marked=(marked,))
    report = exported(replace(made, study=study), reading, tmp_path / "out", "seg", "sr", "coco")
    (group,) = dcmread(one_of(report, "seg_0001")).PerFrameFunctionalGroupsSequence
    assert (
        group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber == one.frames[2].frame
    )
    assert {tuple(frames) for uid, frames in sources_in(dcmread(one_of(report, "sr_"))) if uid == UID} == {
        (3,)
    }
    document = json.loads((report.folder / "coco.json").read_text(encoding="utf-8"))
    assert [image["frame"] for image in document["images"]] == [3]


def run_of(folder: Path) -> Study:
    """An angiographic run of four frames that lie nowhere in the patient."""
    made = ct_dataset(
        SOPClassUID=XRayAngiographicImageStorage, SOPInstanceUID=UID, Modality="XA", NumberOfFrames=4,
        Rows=SHAPE[1], Columns=SHAPE[2], PixelData=np.arange(4 * 24 * 32, dtype="<i2").tobytes(),
        ImagePositionPatient=None, ImageOrientationPatient=None, FrameOfReferenceUID=None, SliceThickness=None,
        PixelSpacing=None, ImagerPixelSpacing=[0.3, 0.3],
    )  # fmt: skip
    made.file_meta.MediaStorageSOPClassUID = XRayAngiographicImageStorage
    write(made, folder / "run.dcm")
    return open_path(folder)[0]


def read_of_run(made: Made, study: Study, frame: FrameRef | None, mapped: int) -> Reading:
    """A region and its heat. frame: what the finding names; mapped: the frame of its maps, 0 for all of them."""
    labels, heat = made.labels[1:2], np.linspace(0, 1, 24 * 32, dtype=np.float32).reshape(1, 24, 32)
    plane = np.array([[0, 0, 0.3, 0], [0, 0.3, 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 1.0]])
    save_map(made.paths, RESULT, "regions.npz", labels, plane)
    save_map(made.paths, RESULT, "heat.npz", heat, plane)
    place = Place(PlaceKind.REGION, Space.IMAGE, (2.1, 2.1, 0.0), frame=frame, label_map="regions", label=1)
    finding = replace(nodule(1, result=RESULT, place=place), finding_id="2.25.81811")
    uid = UID if mapped else ""
    result = result_of(
        finding,
        result=RESULT,
        study=study.study_instance_uid,
        series_instance_uids=(study.series[0].series_instance_uid,),
        frame_of_reference_uid="",
        space=Space.IMAGE,
        maps=(
            MapRef("regions", "labels", "regions.npz", "Regions", sop_instance_uid=uid, frame=mapped),
            MapRef(
                "heat", "heat", "heat.npz", "Stenosis", (0.0, 1.0), 0.2, sop_instance_uid=uid, frame=mapped
            ),
        ),
    )
    judged = (Judgement(finding, Verdict.ACCEPTED, None, "a", ""),)
    return Reading(study.study_instance_uid, (result,), judged)


@pytest.mark.parametrize("mapped", [0, 3], ids=["the finding names it", "finding and maps name it"])
def test_what_lies_on_one_frame_of_a_run_names_that_frame(made: Made, tmp_path: Path, mapped: int) -> None:
    study = run_of(tmp_path / "run")
    reading = read_of_run(made, study, FrameRef(UID, 3), mapped)
    report = exported(
        replace(made, study=study), reading, tmp_path / "out", "seg", "heat", "sr", "gsps", "coco"
    )
    seg = dcmread(one_of(report, "seg_0001"))
    derived = seg.get("PerFrameFunctionalGroupsSequence") or seg.SharedFunctionalGroupsSequence
    named = [
        source.ReferencedFrameNumber
        for group in derived
        for derivation in group.DerivationImageSequence
        for source in derivation.SourceImageSequence
    ]
    assert named == [3]
    np.testing.assert_array_equal(seg.pixel_array.reshape(SHAPE[1:]) > 0, made.labels[1] == 1)
    (source,) = seg.SourceImageSequence
    assert (source.ReferencedSOPInstanceUID, source.ReferencedFrameNumber) == (UID, 3)
    heat = dcmread(one_of(report, "heat"))
    [lies_on] = heat.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0].SourceImageSequence
    assert (lies_on.ReferencedSOPInstanceUID, lies_on.ReferencedFrameNumber) == (UID, 3)
    assert [frames for uid, frames in sources_in(dcmread(one_of(report, "sr_"))) if uid == UID] == [[3]]
    (note,) = dcmread(one_of(report, "gsps_0001")).GraphicAnnotationSequence
    assert note.ReferencedImageSequence[0].ReferencedFrameNumber == 3
    document = json.loads((report.folder / "coco.json").read_text(encoding="utf-8"))
    assert [image["frame"] for image in document["images"]] == [3]
    for stem in ("seg_0001", "sr_", "gsps_0001"):
        assert iod_errors(one_of(report, stem)) == []


@pytest.mark.parametrize(
    ("kind", "key"), [("seg", "error.export.which_images"), ("heat", "error.export.heat_of_films")]
)
def test_what_names_no_frame_of_a_run_is_refused(made: Made, tmp_path: Path, kind: str, key: str) -> None:
    study = run_of(tmp_path / "run")
    reading = read_of_run(made, study, None, 0)
    with pytest.raises(ExportRefusedError) as refused:
        exported(replace(made, study=study), reading, tmp_path / "out", kind)
    assert refused.value.key == key
