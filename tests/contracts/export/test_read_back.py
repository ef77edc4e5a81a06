"""The read-back check of every exporter finds a file that is not what was to be written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread

from app.domain.errors import ExportRefusedError
from app.domain.finding import Judgement, Verdict
from app.export.types import ExportSet, Written
from app.workflows import export as workflow
from app.workflows.export import export_reading, exporters
from tests.support.dicom_tools import dsrdump, iod_errors
from tests.support.export import Case, build_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


def swap(old: bytes, new: bytes) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        raw = file.read_bytes()
        assert old in raw
        file.write_bytes(raw.replace(old, new, 1))

    return damage


def flip_last_byte(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(raw)


def clear_a_voxel(file: Path) -> None:
    made = dcmread(file)
    raw = bytearray(made.PixelData)
    at = next(n for n, byte in enumerate(raw) if byte)
    raw[at] &= raw[at] - 1
    made.PixelData = bytes(raw)
    made.save_as(file)


def move_a_box(file: Path) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))
    document["annotations"][0]["bbox"][0] += 1
    file.write_text(json.dumps(document), encoding="utf-8")


def verify_without_a_signature(file: Path) -> None:
    made: Dataset = dcmread(file)
    made.VerificationFlag = "VERIFIED"
    made.save_as(file)


def move_a_point(file: Path) -> None:
    made = dcmread(file)
    moved = 0
    for item in made.iterall():
        if item.keyword == "GraphicData" and len(item.value) > 2:
            item.value = [item.value[0] + 0.5, *item.value[1:]]
            moved += 1
    assert moved
    made.save_as(file)


def name_another_image(file: Path) -> None:
    made = dcmread(file)
    reference = next(item for item in made.ContentSequence if "ReferencedSOPSequence" in item)
    reference.ReferencedSOPSequence[0].ReferencedSOPInstanceUID = "1.2.3.4"
    made.save_as(file)


def move_a_drawn_point(file: Path) -> None:
    made = dcmread(file)
    graphic = made.GraphicAnnotationSequence[0].GraphicObjectSequence[0]
    graphic.GraphicData = [graphic.GraphicData[0] + 0.5, *graphic.GraphicData[1:]]
    made.save_as(file)


def clear_a_label(file: Path) -> None:
    made = dcmread(file)
    raw = bytearray(made.PixelData)
    raw[next(n for n, byte in enumerate(raw) if byte)] = 0
    made.PixelData = bytes(raw)
    made.save_as(file)


def flip_a_pixel(file: Path) -> None:
    from PIL import Image, PngImagePlugin

    with Image.open(file) as image:
        said = PngImagePlugin.PngInfo()
        for key, words in image.text.items():  # type: ignore[attr-defined]  # a PNG's
            said.add_itxt(key, words)
        changed = image.copy()
    changed.putpixel((0, 0), (255, 0, 255))
    changed.save(file, pnginfo=said)


DAMAGES: dict[str, list[Callable[[Path], None]]] = {
    "assessment": [swap(b"rejected", b"accepted"), verify_without_a_signature],
    "city": [swap(b'"pathologyFlag": true', b'"pathologyFlag": null')],
    "coco": [move_a_box],
    "csv": [swap(b"rejected", b"accepted"), swap(b"-293.0", b"-292.0")],
    "jsonl": [swap(b"rejected", b"accepted")],
    "key_images": [name_another_image],
    "measurements": [move_a_point, verify_without_a_signature],
    "measurements_csv": [swap(b",mm,", b",cm,")],
    "nifti": [flip_last_byte],
    "seg": [clear_a_voxel],
    "gsps": [move_a_drawn_point],
    "heat": [flip_last_byte],
    "images": [swap(b"2.25.", b"1.25.")],
    "png": [flip_a_pixel, swap(b"Notice", b"Notica")],
    "seg_labelmap": [clear_a_label],
    "sr": [swap(b"modified", b"accepted"), verify_without_a_signature],
}


def test_every_exporter_is_damaged_here() -> None:
    assert set(DAMAGES) == set(exporters())


@pytest.mark.parametrize(
    ("name", "number"),
    [(name, number) for name, damages in DAMAGES.items() for number in range(len(damages))],
)
def test_a_damaged_file_withdraws_the_export(
    name: str, number: int, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = exporters()[name]

    def write(export_set: ExportSet, folder: Path) -> Written:
        written = plain.write(export_set, folder)
        DAMAGES[name][number](folder / written.files[0])
        return written

    monkeypatch.setattr(workflow, "exporters", lambda: {name: replace(plain, write=write)})
    with pytest.raises(ExportRefusedError) as refused:
        export_reading(case.reading, case.study, [name], tmp_path / "out", paths=case.paths)
    assert refused.value.key == "error.export.differs"
    assert not (tmp_path / "out").exists()


def test_a_finding_on_the_whole_study_is_reported_on_its_images(case: Case, tmp_path: Path) -> None:
    whole = next(j.finding for j in case.reading.judgements if j.finding.place.center is None)
    judged = case.judged(Judgement(whole, Verdict.ACCEPTED, None, "anna", ""))
    report = export_reading(
        judged.reading, case.study, ["sr"], tmp_path / "out", paths=case.paths, identified=True
    )
    file = next(file for file in report.files if file.suffix == ".dcm")
    assert iod_errors(file) == []
    words = dsrdump(file)
    assert f'Tracking Unique Identifier")="{whole.finding_id}"' in words
    assert "CT image" in words
