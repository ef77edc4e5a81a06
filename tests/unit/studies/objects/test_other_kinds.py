"""Presentation states, key objects, maps, PDF and CAD marks, written by other libraries or by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import generate_uid

from app.domain.errors import StudyUnreadableError
from app.domain.geometry import index_to_lps
from app.domain.objects import EncapsulatedPdf, KeyObjectSelection, ParametricMap, UnknownObject
from app.domain.presentation import PresentationState
from app.domain.reports import RenderingIntent, StructuredReport
from app.studies.objects import pdf_pages
from app.studies.objects.describe import describe
from app.studies.objects.maps import map_values
from app.studies.objects.masks import segment_mask
from app.studies.objects.pdf_pages import draw_pages, pdf_bytes
from app.studies.objects.read import read_object
from tests.support import hostile_answers
from tests.support.cad_report import cad_report
from tests.support.dicom_files import ct_dataset
from tests.support.objects import SHAPE, oblique_ct, save, segmentation, stack_affine

MADE_BY: dict[str, Any] = {
    "manufacturer": "Finder Ltd",
    "manufacturer_model_name": "Finder",
    "software_versions": "7.1",
    "device_serial_number": "1",
}


def ids() -> dict[str, Any]:
    return {
        "series_instance_uid": generate_uid(),
        "series_number": 91,
        "sop_instance_uid": generate_uid(),
        "instance_number": 1,
    }


@pytest.fixture
def images(tmp_path: Path) -> list[Dataset]:
    return oblique_ct(tmp_path / "ct")


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint16])
def test_a_map_gives_its_values_in_their_unit_at_their_points(
    dtype: type[Any], images: list[Dataset], tmp_path: Path
) -> None:
    from highdicom import VOILUTTransformation
    from highdicom.pm import ParametricMap as Writer
    from highdicom.pm import RealWorldValueMapping
    from pydicom.sr.codedict import codes

    stored = np.arange(np.prod(SHAPE)).reshape(SHAPE).astype(dtype)
    top = float(stored.max())
    mapping = RealWorldValueMapping(
        "map", "a made-up map", codes.UCUM.HounsfieldUnit, (0, int(top)) if dtype is np.uint16 else (0.0, top),
        slope=0.5, intercept=10
    )  # fmt: skip
    order = [3, 1, 0, 5, 2, 4]
    made = Writer(
        [images[n] for n in order], stored[order], contains_recognizable_visual_features=False,
        real_world_value_mappings=[mapping], voi_lut_transformations=[VOILUTTransformation(1, 2)], **ids(), **MADE_BY,
    )  # fmt: skip
    found = read_object(save(made, tmp_path / "map.dcm"))
    assert isinstance(found, ParametricMap)
    array = map_values(found)
    assert array.unit is not None
    assert array.unit.value == "[hnsf'U]"
    index = (4, 2, 7)
    at = index_to_lps(stack_affine(), index)
    from app.domain.geometry import lps_to_index

    place = tuple(np.rint(lps_to_index(array.affine, at)).astype(int))
    assert array.values[place] == pytest.approx(float(stored[index]) * 0.5 + 10)


def test_key_objects_name_title_and_images_in_order(images: list[Dataset], tmp_path: Path) -> None:
    from highdicom.ko import KeyObjectSelection as Content
    from highdicom.ko import KeyObjectSelectionDocument
    from pydicom.sr.codedict import codes

    content = Content(codes.DCM.ForTeaching, [images[2], images[0]], description="Look here")
    made = KeyObjectSelectionDocument([images[2], images[0]], content, manufacturer="Finder Ltd", **ids())
    found = read_object(save(made, tmp_path / "kos.dcm"))
    assert isinstance(found, KeyObjectSelection)
    assert found.title is not None
    assert found.title.value == "113004"
    assert found.description == "Look here"
    assert [one.sop_instance_uid for one in found.images] == [
        images[2].SOPInstanceUID,
        images[0].SOPInstanceUID,
    ]
    assert {one.series_instance_uid for one in found.images} == {images[0].SeriesInstanceUID}


def test_a_presentation_state_keeps_drawings_windows_turns_and_shutters(
    images: list[Dataset], tmp_path: Path
) -> None:
    from highdicom.pr import (
        GraphicAnnotation,
        GraphicLayer,
        GraphicObject,
        GrayscaleSoftcopyPresentationState,
        SoftcopyVOILUTTransformation,
        TextObject,
    )

    layer = GraphicLayer("MARKS", order=1, description="marks", display_color=None)
    circle = GraphicObject("CIRCLE", np.asarray([[4.0, 3.0], [6.0, 3.0]]), units="PIXEL")
    note = TextObject("spot", units="DISPLAY", bounding_box=(0.1, 0.2, 0.5, 0.4))
    made = GrayscaleSoftcopyPresentationState(
        images[:1], content_label="READ", concept_name=None, content_description="Seen",
        graphic_layers=[layer],
        graphic_annotations=[GraphicAnnotation(images[:1], layer, graphic_objects=[circle], text_objects=[note])],
        voi_lut_transformations=[SoftcopyVOILUTTransformation(40, 400)],
        **ids(), **MADE_BY,
    )  # fmt: skip
    made.ImageRotation, made.ImageHorizontalFlip = 90, "Y"
    made.ShutterShape = "CIRCULAR"
    made.CenterOfCircularShutter, made.RadiusOfCircularShutter = [3, 5], 2
    found = read_object(save(made, tmp_path / "gsps.dcm"))
    assert isinstance(found, PresentationState)
    [annotation] = found.annotations
    assert annotation.graphics[0].points == ((4.0, 3.0), (6.0, 3.0))
    assert not annotation.graphics[0].is_display
    assert (annotation.notes[0].text, annotation.notes[0].is_box_display) == ("spot", True)
    assert found.windows[0].window is not None
    assert (found.windows[0].window.center, found.windows[0].window.width) == (40.0, 400.0)
    assert (found.rotation_deg, found.is_flipped) == (90, True)
    assert found.shutter is not None
    assert found.shutter.circle == (3, 5, 2)  # row before column


def pdf_file(folder: Path, document: bytes) -> Path:
    dataset = ct_dataset(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", PixelData=None, Rows=None, Modality="DOC"
    )
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.DocumentTitle, dataset.MIMETypeOfEncapsulatedDocument = "A letter", "application/pdf"
    dataset.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
    dataset.EncapsulatedDocumentLength = len(document)
    return save(dataset, folder / "letter.dcm")


def two_pages() -> bytes:
    import io

    import pypdfium2

    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(200, 300)
    pdf.new_page(200, 100)
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def test_pages_of_a_pdf_are_drawn_in_another_process(tmp_path: Path) -> None:
    found = read_object(pdf_file(tmp_path, two_pages()))
    assert isinstance(found, EncapsulatedPdf)
    assert (found.head.title, found.mime_type) == ("A letter", "application/pdf")
    assert pdf_bytes(found) == two_pages()[: found.size_bytes] or pdf_bytes(found).startswith(b"%PDF-")
    drawn = draw_pages(found, width_px=100)
    assert drawn.count == 2
    assert [page.shape for page in drawn.pages] == [(150, 100, 3), (50, 100, 3)]
    assert all(int(page.min()) == 255 for page in drawn.pages)


def test_a_drawer_of_pages_that_was_taken_over_opens_nothing_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says is no pickle to us."""
    opened = tmp_path / "opened"
    found = read_object(pdf_file(tmp_path, b"%PDF-" + str(opened).encode() + b"\n" + two_pages()))
    assert isinstance(found, EncapsulatedPdf)
    monkeypatch.setattr(pdf_pages, "serve", hostile_answers.pages)
    with pytest.raises(StudyUnreadableError) as refused:
        draw_pages(found)
    assert refused.value.key == "error.objects.pdf_crashed"
    assert not opened.exists()


def test_a_damaged_pdf_is_one_sentence(tmp_path: Path) -> None:
    found = read_object(pdf_file(tmp_path, b"%PDF-1.7\n" + b"rubbish" * 99))
    assert isinstance(found, EncapsulatedPdf)
    with pytest.raises(StudyUnreadableError) as refused:
        draw_pages(found)
    assert refused.value.key == "error.objects.pdf_broken"


def test_what_only_claims_to_be_a_pdf_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyUnreadableError) as refused:
        read_object(pdf_file(tmp_path, b"MZ a program"))
    assert refused.value.key == "error.objects.not_a_pdf"


def test_rendering_intent_of_cad_marks_is_kept_and_silent_ones_are_not_described(tmp_path: Path) -> None:
    image = ct_dataset()
    found = read_object(save(cad_report(image), tmp_path / "cad.dcm"))
    assert isinstance(found, StructuredReport)
    assert found.cad is not None
    assert [mark.intent for mark in found.cad.findings] == [
        RenderingIntent.REQUIRED,
        RenderingIntent.OPTIONAL,
        RenderingIntent.NOT_FOR_PRESENTATION,
        RenderingIntent.NOT_FOR_PRESENTATION,  # required by itself, under one that is not for presentation
    ]
    assert found.cad.findings[0].probability_percent == 63.0
    words = " ".join(f"{row.text} {row.value}" for row in describe(found))
    assert "Shown mass" in words
    assert "Silent mass" not in words
    assert "Hidden below" not in words


def test_an_object_of_an_unknown_class_is_named(tmp_path: Path) -> None:
    dataset = ct_dataset(SOPClassUID="1.2.840.10008.5.1.4.1.1.67", PixelData=None, Rows=None)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    found = read_object(save(dataset, tmp_path / "rwv.dcm"))
    assert isinstance(found, UnknownObject)
    assert found.head.class_name == "Real World Value Mapping"


def test_a_report_nested_too_deep_and_cut_files_are_one_sentence(
    images: list[Dataset], tmp_path: Path
) -> None:
    deep = cad_report(ct_dataset())
    inner = deep.ContentSequence[0]
    for _ in range(80):
        item = Dataset()
        item.RelationshipType, item.ValueType = "CONTAINS", "CONTAINER"
        inner.ContentSequence = [item]
        inner = item
    with pytest.raises(StudyUnreadableError):
        read_object(save(deep, tmp_path / "deep.dcm"))
    voxels = np.zeros(SHAPE, np.uint8)
    voxels[2, 3, 4] = 1
    whole = save(segmentation(images, voxels, ["one"]), tmp_path / "seg.dcm").read_bytes()
    from app.domain.errors import OverreadError

    for share in (0.3, 0.6, 0.9, 0.999):
        cut = tmp_path / "cut.dcm"
        cut.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(OverreadError):
            segment_mask(read_object(cut), 1)  # type: ignore[arg-type]  # any object may come of a cut file
    assert dcmread(tmp_path / "seg.dcm").SOPClassUID
