"""NIfTI, NRRD and MetaImage: same values and places as nibabel and SimpleITK tell, and doubts said on the picture."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from app.domain.errors import StudyUnreadableError
from app.domain.volume import CancelToken, Space, Volume
from app.studies import volume_child
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_volume
from app.studies.source_chain import open_places
from app.studies.volume_child import convert_apart
from app.studies.volume_pixels import plainest
from tests.support import hostile_answers, places
from tests.support.shared import shared_dir

# Patient's left, front and head are at +x, -y, +z in LPS; NIfTI writes RAS.
POINTS = [(3, 2, 1), (0, 4, 5), (6, 0, 3)]


# nibabel is typed in part only: through these names it has no types at all.
_NIBABEL: Any = importlib.import_module("nibabel")
nifti, save, load = _NIBABEL.Nifti1Image, _NIBABEL.save, _NIBABEL.load


def sets_of(path: Path, cache: Path) -> list[DisplaySet]:
    return [one for study in open_places([path], places.around(cache)).studies for one in display_sets(study)]


def volume_of(path: Path, cache: Path) -> Volume:
    (only,) = sets_of(path, cache)
    return load_volume(only)


def remarks_of(path: Path, cache: Path) -> list[str]:
    (only,) = sets_of(path, cache)
    return [remark.kind.value for remark in only.remarks]


def ramp(*shape: int, kind: str = "int16") -> NDArray[Any]:
    values: NDArray[Any] = np.arange(int(np.prod(shape))).reshape(shape).astype(kind)
    return values


def value_at(volume: Volume, lps_mm: NDArray[np.float64]) -> float:
    index = np.linalg.solve(volume.affine, [*lps_mm, 1.0])[:3]
    nearest = np.rint(index).astype(int)
    assert np.allclose(index, nearest, atol=0.01)
    return float(volume.values(int(nearest[0]))[nearest[1], nearest[2]])


@pytest.mark.parametrize(
    "axes",
    [
        np.diag([2.0, 3.0, 4.0]),
        np.diag([-2.0, 3.0, 4.0]),  # left-handed
        np.array([[0, 0, 4.0], [2.0, 0, 0], [0, 3.0, 0]]),  # sagittal
        np.array([[1.9, -0.6, 0], [0.65, 2.8, 0.9], [-0.2, -0.8, 3.8]]),  # oblique, made orthogonal below
    ],
)
def test_each_voxel_lies_where_nibabel_says(tmp_path: Path, axes: NDArray[np.float64]) -> None:
    turned, _ = np.linalg.qr(axes)
    turned *= np.sign(np.sum(turned * axes, axis=0)) * np.linalg.norm(axes, axis=0)
    ras = np.eye(4)
    ras[:3, :3], ras[:3, 3] = turned, (-40.0, 15.0, 7.5)
    values = ramp(7, 5, 6)
    save(nifti(values, ras), tmp_path / "a.nii.gz")
    volume = volume_of(tmp_path / "a.nii.gz", tmp_path / "cache")
    assert volume.space is Space.PATIENT
    for point in POINTS:
        x, y, z = (ras @ [*point, 1.0])[:3]
        assert value_at(volume, np.array([-x, -y, z])) == values[point]


def test_scaled_values_are_those_of_the_file(tmp_path: Path) -> None:
    image = nifti(ramp(4, 4, 4), np.eye(4))
    image.header.set_slope_inter(0.25, -10)  # the header keeps them as 32-bit floats
    save(image, tmp_path / "a.nii")
    volume = volume_of(tmp_path / "a.nii", tmp_path / "cache")
    assert volume.pixels.dtype == np.float32
    told = load(tmp_path / "a.nii").get_fdata()
    assert np.array_equal(volume.pixels, told.transpose(2, 1, 0)[:, :, :])
    assert volume.unit == ""


@pytest.mark.parametrize("kind", ["uint8", "int16", "uint16", "int32", "float32", "float64", "int8"])
@pytest.mark.parametrize("suffix", [".nrrd", ".nhdr", ".mha", ".mhd", ".nii.gz"])
def test_every_type_of_every_format_keeps_its_values(tmp_path: Path, kind: str, suffix: str) -> None:
    values = ramp(4, 5, 6, kind=kind) + (0.5 if kind.startswith("float") else 0)
    values = values.astype(kind)
    image = SimpleITK.GetImageFromArray(values)
    image.SetSpacing((0.5, 0.75, 2.0))
    image.SetOrigin((-5.0, 6.0, 7.0))
    path = tmp_path / f"a{suffix}"
    SimpleITK.WriteImage(image, str(path))
    volume = volume_of(path, tmp_path / "cache")
    assert np.array_equal(volume.pixels.astype(kind), values)
    assert np.allclose(volume.affine @ [1, 1, 1, 1], [-4.5, 6.75, 9.0, 1])


def test_a_single_slice_is_placed_too(tmp_path: Path) -> None:
    save(nifti(ramp(5, 4, 1), np.diag([-1, -1, 3, 1])), tmp_path / "a.nii")
    (only,) = sets_of(tmp_path / "a.nii", tmp_path / "cache")
    assert (only.space, len(only.frames)) == (Space.PATIENT, 1)


def test_colour_stays_colour(tmp_path: Path) -> None:
    image = SimpleITK.GetImageFromArray(ramp(2, 3, 5, 3, kind="uint8"), isVector=True)
    SimpleITK.WriteImage(image, str(tmp_path / "a.mha"))
    (only,) = sets_of(tmp_path / "a.mha", tmp_path / "cache")
    assert only.is_colour


def test_4d_becomes_one_series_a_phase(tmp_path: Path) -> None:
    save(nifti(ramp(5, 4, 6, 3), np.diag([2, 2, 2, 1])), tmp_path / "a.nii")
    found = sets_of(tmp_path / "a.nii", tmp_path / "cache")
    assert [one.title for one in found] == ["a", "a 2", "a 3"]
    assert len({one.series.series_instance_uid for one in found}) == 3
    firsts = [float(load_volume(one).pixels[0, 0, 0]) for one in found]
    assert firsts == [0.0, 1.0, 2.0]


def test_the_same_content_is_the_same_study_wherever_it_lies(tmp_path: Path) -> None:
    save(nifti(ramp(5, 4, 6), np.eye(4)), tmp_path / "a.nii")
    (tmp_path / "b.nii").write_bytes((tmp_path / "a.nii").read_bytes())
    save(nifti(ramp(5, 4, 6) + 1, np.eye(4)), tmp_path / "c.nii")
    reports = [open_places([tmp_path / f"{name}.nii"], places.around(tmp_path / name)) for name in "abc"]
    uids = [report.studies[0].study_instance_uid for report in reports]
    assert uids[0] == uids[1] != uids[2]
    assert not any(reports[0].studies[0].patient.__getattribute__(name) for name in ("name", "patient_id"))


def test_doubts_are_on_the_picture(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    image = nifti(ramp(4, 4, 4), np.eye(4))
    save(image, tmp_path / "sure.nii")
    assert remarks_of(tmp_path / "sure.nii", cache) == ["volume_file"]
    image.set_qform(np.diag([-1.0, 1, 1, 1]), 1)
    save(image, tmp_path / "two.nii")
    assert remarks_of(tmp_path / "two.nii", cache) == ["volume_file", "two_places"]
    image = nifti(ramp(4, 4, 4), None)
    image.header["sform_code"] = image.header["qform_code"] = 0
    save(image, tmp_path / "none.nii")
    assert remarks_of(tmp_path / "none.nii", cache) == ["volume_file", "no_position"]
    values = ramp(4, 4, 4, kind="float32")
    values[0, 0, 0], values[1, 1, 1] = np.nan, np.inf
    save(nifti(values, np.eye(4)), tmp_path / "lost.nii")
    assert remarks_of(tmp_path / "lost.nii", cache) == ["volume_file", "lost_values"]


def test_nrrd_without_a_space_is_not_placed(tmp_path: Path) -> None:
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(ramp(4, 4, 4)), str(tmp_path / "a.nrrd"), False)
    raw = (tmp_path / "a.nrrd").read_bytes()
    plain = raw.replace(b"space: left-posterior-superior\n", b"").replace(
        b"space directions: (1,0,0) (0,1,0) (0,0,1)\n", b"spacings: 1 1 1\n"
    )
    (tmp_path / "b.nrrd").write_bytes(plain.replace(b"space origin: (0,0,0)\n", b""))
    assert remarks_of(tmp_path / "a.nrrd", tmp_path / "cache") == ["volume_file"]
    assert remarks_of(tmp_path / "b.nrrd", tmp_path / "cache") == ["volume_file", "no_position"]


def refused(path: Path, cache: Path) -> str:
    with pytest.raises(StudyUnreadableError) as caught:
        open_places([path], places.around(cache))
    assert not list(cache.rglob("*.dcm"))
    return caught.value.key.removeprefix("error.source.")


@pytest.mark.parametrize("named", ["/etc/passwd", "../a.raw", "LIST", "slice%03d.raw 1 9 1"])
def test_a_header_reads_no_file_elsewhere(tmp_path: Path, named: str) -> None:
    (tmp_path / "a.raw").write_bytes(bytes(1000))
    folder = tmp_path / "in"
    folder.mkdir()
    head = "ObjectType = Image\nNDims = 3\nDimSize = 4 4 4\nElementType = MET_SHORT\n"
    (folder / "a.mhd").write_text(f"{head}ElementDataFile = {named}\n")
    assert refused(folder / "a.mhd", tmp_path / "cache") == "data_elsewhere"
    nrrd = "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 4 4\nencoding: raw\nendian: little\n"
    (folder / "a.nhdr").write_text(f"{nrrd}data file: {named}\n")
    assert refused(folder / "a.nhdr", tmp_path / "cache") == "data_elsewhere"


def test_damage_and_lies_are_one_sentence(tmp_path: Path) -> None:
    save(nifti(ramp(20, 20, 20), np.eye(4)), tmp_path / "good.nii.gz")
    raw = (tmp_path / "good.nii.gz").read_bytes()
    cache = tmp_path / "cache"
    for name, content in (("cut.nii.gz", raw[: len(raw) // 2]), ("none.nii", b""), ("text.nrrd", b"hello")):
        (tmp_path / name).write_bytes(content)
        assert refused(tmp_path / name, cache) == "no_volume"
    image = nifti(ramp(20, 20, 20), np.eye(4))
    save(image, tmp_path / "huge.nii")
    lie = bytearray((tmp_path / "huge.nii").read_bytes())
    lie[42:48] = (30_000).to_bytes(2, "little") * 3  # dim[1..3]
    (tmp_path / "huge.nii").write_bytes(lie)
    assert refused(tmp_path / "huge.nii", cache) == "no_volume"
    (tmp_path / "gone.mhd").write_text("NDims = 3\nDimSize = 4 4 4\nElementDataFile = x.raw\n")
    assert refused(tmp_path / "gone.mhd", cache) == "data_missing"


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd"])
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_cut_off_volume_is_never_filled_up(tmp_path: Path, suffix: str, share: float) -> None:
    values = np.random.default_rng(3).integers(0, 4000, (20, 20, 20)).astype("int16")
    path = tmp_path / f"a{suffix}"
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(values), str(path), suffix != ".nii")
    data = max(tmp_path.iterdir(), key=lambda one: one.stat().st_size)
    raw = data.read_bytes()
    data.write_bytes(raw[: int(len(raw) * share)])
    assert refused(path, tmp_path / "cache") == "no_volume"


def test_vectors_become_a_series_each(tmp_path: Path) -> None:
    image = nifti(ramp(5, 4, 3, 1, 2), np.eye(4))
    image.header.set_intent("vector")
    save(image, tmp_path / "a.nii")
    firsts = [
        load_volume(one).pixels[0, 0, :2].tolist() for one in sets_of(tmp_path / "a.nii", tmp_path / "c")
    ]
    assert firsts == [[0, 24], [1, 25]]


def _dies(*_given: object) -> None:
    os._exit(11)


def test_a_reader_that_dies_costs_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(nifti(ramp(4, 4, 4), np.eye(4)), tmp_path / "a.nii")
    monkeypatch.setattr(volume_child, "_child", _dies)
    with pytest.raises(StudyUnreadableError, match="volume_crash"):
        convert_apart(tmp_path / "a.nii", tmp_path, CancelToken())


def test_a_reader_that_was_taken_over_opens_nothing_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says is no pickle to us."""
    save(nifti(ramp(4, 4, 4), np.eye(4)), tmp_path / "a.nii")
    monkeypatch.setattr(volume_child, "_child", hostile_answers.volume)
    with pytest.raises(StudyUnreadableError, match="volume_crash"):
        convert_apart(tmp_path / "a.nii", tmp_path, CancelToken())
    assert [one.name for one in tmp_path.iterdir()] == ["a.nii"]


def test_whole_numbers_are_kept_exactly() -> None:
    for values, kind in (
        (np.array([0.0, 255.0]), "uint8"),
        (np.array([-1024.0, 3071.0]), "int16"),
        (np.array([0, 60_000]), "uint16"),
        (np.array([-70_000, 70_000], dtype="int64"), "int32"),
        (np.array([0.5, 2.0]), "float32"),
    ):
        plain, lost = plainest(values)
        assert (plain.dtype.name, lost) == (kind, 0)
        assert np.array_equal(plain, values)


@pytest.mark.shared
def test_real_volumes_agree_with_nibabel_and_simpleitk(tmp_path: Path) -> None:
    path = shared_dir("data", "ct_totalsegmentator_tests") / "example_ct.nii.gz"
    volume = volume_of(path, tmp_path / "cache")
    told = load(path)
    values, ras = told.get_fdata(), told.affine
    rng = np.random.default_rng(7)
    for point in rng.integers(0, values.shape, size=(50, 3)):
        x, y, z = (ras @ [*point, 1.0])[:3]
        assert value_at(volume, np.array([-x, -y, z])) == values[tuple(point)]
    path = shared_dir("data", "ct_chest_tumour_lung1") / "lung1_image.nrrd"
    volume, image = volume_of(path, tmp_path / "cache"), SimpleITK.ReadImage(str(path))
    for point in rng.integers(0, image.GetSize(), size=(50, 3)):
        index = [int(one) for one in point]
        where = np.array(image.TransformIndexToPhysicalPoint(index))
        assert value_at(volume, where) == image.GetPixel(index)


@pytest.mark.shared
def test_liver_is_on_the_right_in_the_nifti_and_in_its_mask(tmp_path: Path) -> None:
    """Of the organ mask, the liver (5) must lie right of the spleen (1) and the stomach: at smaller x in LPS."""
    folder = shared_dir("data", "ct_totalsegmentator_tests")
    mask = volume_of(folder / "example_seg.nii.gz", tmp_path / "cache")
    centres = {}
    for label in np.unique(mask.pixels):
        index = np.argwhere(mask.pixels == label).mean(axis=0)
        centres[int(label)] = (mask.affine @ [*index, 1.0])[:3]
    told = load(folder / "example_seg.nii.gz")
    for label, centre in centres.items():
        i = np.argwhere(told.get_fdata() == label).mean(axis=0)
        x, y, z = (told.affine @ [*i, 1.0])[:3]
        assert np.allclose(centre, [-x, -y, z], atol=0.02)
