"""Every object of the breadth set opens, or says in one sentence why not; the masks are those of its reference.

RQ-15.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from highdicom.seg import segread
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file

from app.domain.errors import GeometryRefusedError, OverreadError
from app.domain.geometry import index_to_lps
from app.domain.objects import ObjectKind, PlacedArray, SegmentationObject, SegmentationType, StructureSet
from app.domain.reports import StructuredReport
from app.studies.headers import read_header
from app.studies.objects.content import walk_content
from app.studies.objects.describe import describe
from app.studies.objects.masks import segment_masks, segment_planes
from app.studies.objects.read import is_object, read_object
from app.studies.objects.stored import stored_frames
from app.support.i18n import explain
from tests.support.dicom_tools import dsrdump
from tests.support.shared import shared_dir

pytestmark = pytest.mark.shared
LEFT_OUT = {".zst", ".csv", ".txt", ".nrrd", ".json"}


def breadth(*parts: str) -> Path:
    return shared_dir("data", "dicom_breadth", *parts)


def segmentation(file: Path) -> SegmentationObject:
    found = read_object(file)
    assert isinstance(found, SegmentationObject)
    return found


def object_files() -> list[Path]:
    found = []
    for file in sorted(breadth().rglob("*")):
        if file.is_file() and file.suffix not in LEFT_OUT:
            try:
                header = read_header(file)
            except OverreadError:
                continue
            if header and is_object(header.instance.sop_class_uid, header.instance.frames):
                found.append(file)
    return found


def test_each_object_opens_or_is_refused_in_one_sentence() -> None:
    files = object_files()
    kinds = set()
    refused: list[tuple[str, str]] = []
    for file in files:
        try:
            found = read_object(file)
        except OverreadError as error:
            refused.append((file.name, explain(error)))
            continue
        kinds.add(found.head.kind)
        rows = describe(found)
        assert len(rows) >= 2, file
        assert all(row.text or row.value for row in rows), file
        assert found.head.sop_class_uid
        person = found.head.patient.name
        assert not person or all(person not in f"{row.text} {row.value}" for row in rows[:6]), file
    assert all(name in words and words.endswith(".") for name, words in refused)
    assert len(refused) <= 1
    assert len(files) >= 24
    assert {ObjectKind.SEGMENTATION, ObjectKind.REPORT, ObjectKind.UNKNOWN} <= kinds


def sampled(image: object, lps: NDArray[np.float64]) -> NDArray[np.int_]:
    """Values of a reference volume at points in LPS mm; outside is 0."""
    import SimpleITK

    assert isinstance(image, SimpleITK.Image)
    array = SimpleITK.GetArrayFromImage(image)
    to_index = np.linalg.inv(np.asarray(image.GetDirection()).reshape(3, 3) * np.asarray(image.GetSpacing()))
    index = np.rint((lps - np.asarray(image.GetOrigin())) @ to_index.T).astype(int)[:, ::-1]
    inside = np.all((index >= 0) & (index < array.shape), axis=1)
    values = np.zeros(len(lps), dtype=int)
    values[inside] = array[tuple(index[inside].T)]
    return values


def points_of(mask: PlacedArray) -> NDArray[np.float64]:
    return index_to_lps(mask.affine, np.argwhere(mask.values))


@pytest.mark.parametrize(
    ("file", "references"),
    [
        ("liver.dcm", ("liver_seg",)),
        ("sparse-labelmap-noppv.dcm", ("sparse_labelmap_noppv_seg",)),
        ("sparse-labelmap-ppv5.dcm", ("sparse_labelmap_ppv5_seg",)),
        ("partial_overlaps.dcm", ("partial_overlaps-1", "partial_overlaps-2", "partial_overlaps-3")),
    ],
)
def test_dcmqi_segmentations_are_their_reference_volumes(file: str, references: tuple[str, ...]) -> None:
    import SimpleITK

    folder = breadth("dcmqi", "data", "segmentations")
    images = [
        SimpleITK.ReadImage(str(breadth("dcmqi", "segmentations", f"{name}.nrrd"))) for name in references
    ]
    seg = segmentation(Path(str(get_testdata_file(file))) if file == "liver.dcm" else folder / file)
    masks = segment_masks(seg, [segment.number for segment in seg.segments if segment.number])
    arrays = [SimpleITK.GetArrayFromImage(image) for image in images]
    is_none = seg.background if seg.segmentation_type is SegmentationType.LABELMAP else 0
    total = sum(int(((array > 0) & (array != is_none)).sum()) for array in arrays)
    assert sum(int(mask.values.sum()) for mask in masks) == total
    for mask in masks:
        at = points_of(mask)
        assert any(len(set(sampled(image, at))) == 1 and sampled(image, at)[0] > 0 for image in images)


@pytest.mark.parametrize(
    "name",
    [
        "seg_image_ct_binary.dcm",
        "seg_image_ct_binary_fractional.dcm",
        "seg_image_ct_binary_overlap.dcm",
        "seg_image_ct_binary_single_frame.dcm",
        "seg_image_ct_true_fractional.dcm",
    ],
)
def test_highdicom_segmentations_hold_the_same_voxels_at_the_same_points(name: str) -> None:
    file = breadth("highdicom", name)
    seg, theirs = segmentation(file), segread(file)
    for segment in seg.segments:
        volume = theirs.get_volume(segment_numbers=[segment.number], rescale_fractional=True)
        wanted = volume.array[..., 0]
        [mask] = segment_masks(seg, (segment.number,))
        at = np.argwhere(mask.values > 0)
        lps = index_to_lps(mask.affine, at)
        index = np.rint((lps - volume.affine[:3, 3]) @ np.linalg.inv(volume.affine[:3, :3]).T).astype(int)
        assert int((wanted > 0).sum()) == len(at)
        assert wanted[tuple(index.T)] == pytest.approx(mask.values[mask.values > 0].astype(float), abs=1e-6)


@pytest.mark.parametrize("name", ["seg_image_sm_control.dcm", "seg_image_sm_control_labelmap.dcm"])
def test_masks_of_a_slide_are_listed_and_not_drawn(name: str) -> None:
    seg = segmentation(breadth("highdicom", name))
    assert [notice.key for notice in seg.head.notices] == ["objects.notice.on_a_slide"]
    with pytest.raises(GeometryRefusedError):
        segment_masks(seg, (1,))


def test_a_mask_on_a_radiograph_is_a_plane_of_that_image() -> None:
    seg = segmentation(breadth("highdicom", "seg_image_cr_binary.dcm"))
    [plane] = list(segment_planes(seg, 1))
    dataset = dcmread(breadth("highdicom", "seg_image_cr_binary.dcm"))
    assert np.array_equal(plane.values[0], dataset.pixel_array.squeeze() > 0)
    assert plane.frames == (seg.frames[0].sources[0].sop_instance_uid,)


def test_labels_of_a_palette_label_map_are_no_colours() -> None:
    def labels(name: str) -> NDArray[np.int_]:
        seg = segmentation(breadth("highdicom", name))
        frames = stored_frames(seg.head, (seg.rows, seg.columns), seg.frames)
        return np.stack([values for _, values in frames]).astype(int)

    plain = labels("seg_image_sm_control_labelmap.dcm")
    assert np.array_equal(plain, labels("seg_image_sm_control_labelmap_palette_color.dcm"))
    assert set(np.unique(plain)) > {0, 1}


def test_a_report_says_what_dcmtk_reads_in_it() -> None:
    file = breadth("dcmqi", "data", "sr-example", "sr.dcm")
    report = read_object(file)
    assert isinstance(report, StructuredReport)
    words = dsrdump(file)
    [group] = report.groups
    assert group.tracking_uid
    assert f'"{group.tracking_uid}"' in words
    assert group.finding is not None
    assert group.finding.meaning in words
    assert len(group.measurements) == words.count("<contains NUM:")
    for item in walk_content(report.root):
        if item.number is not None and item.name is not None:
            assert f'"{item.name.meaning}")="{item.value.split()[0]}"' in words
    assert group.segments
    assert len(list(walk_content(report.root))) == sum(
        line.lstrip().startswith("<") for line in words.splitlines()
    )


def items_in(dataset: Dataset) -> int:
    return 1 + sum(items_in(item) for item in dataset.get("ContentSequence") or ())


@pytest.mark.parametrize("name", ["reportsi.dcm", "test-SR.dcm", "reportsi_with_empty_number_tags.dcm"])
def test_reports_of_other_writers_keep_every_item(name: str) -> None:
    path = Path(str(get_testdata_file(name)))
    report = read_object(path)
    assert isinstance(report, StructuredReport)
    assert len(list(walk_content(report.root))) == items_in(dcmread(path)) > 3


def test_a_structure_set_keeps_its_contours() -> None:
    path = get_testdata_file("rtstruct.dcm")
    assert path
    found = read_object(Path(path))
    assert isinstance(found, StructureSet)
    dataset = dcmread(path, force=True)
    assert [roi.name for roi in found.rois] == [item.ROIName for item in dataset.StructureSetROISequence]
    for roi, item in zip(found.rois, dataset.ROIContourSequence, strict=True):
        theirs = [np.asarray(contour.ContourData, dtype=float) for contour in item.get("ContourSequence", ())]
        assert len(roi.contours) == len(theirs)
        for ours, raw in zip(roi.contours, theirs, strict=True):
            assert np.array_equal(ours.points_lps_mm.ravel(), raw)
