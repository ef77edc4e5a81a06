"""Every network of the shared set becomes a package by `models pack`: from its manifest, and by options alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inference.bundle import load_bundle
from inference.hashes import listed_files
from tests.support.cli_phantom import in_process
from tests.support.packages import GRAPHS, _put_together, graph_words, pack_words
from tests.support.shared import shared_dir

pytestmark = pytest.mark.shared
MANIFEST = "configs/metadata.json"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def viewer_of(folder: Path) -> dict[str, Any]:
    """All that decides what a package does; not where its golden case lies, nor the number of the device."""
    told = load_bundle(folder).manifest.viewer.model_dump()
    for name in ("golden", "device_uid"):
        del told[name]
    return told


def top_of(folder: Path) -> dict[str, Any]:
    return {
        key: value for key, value in json.loads((folder / MANIFEST).read_text()).items() if key != "viewer"
    }


@pytest.mark.parametrize("name", GRAPHS)
def test_from_its_manifest_it_is_the_package_that_was_put_together_by_hand(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = in_process(capsys, *pack_words(name, tmp_path / "made"))
    assert told.code == 0, told.out + told.err
    made, by_hand = tmp_path / "made" / f"{name}-1.0.0", _put_together(tmp_path / "hand", name)
    assert listed_files(made) == listed_files(by_hand)
    for file in listed_files(by_hand):
        if file != MANIFEST and not file.endswith(".npz"):  # arrays are packed anew
            assert (made / file).read_bytes() == (by_hand / file).read_bytes(), file
    assert viewer_of(made) == viewer_of(by_hand)
    assert top_of(made) == top_of(by_hand)
    mine, theirs = (load_bundle(one).manifest.viewer for one in (made, by_hand))
    assert mine.device_uid == theirs.device_uid
    for one, other in zip(mine.golden, theirs.golden, strict=True):
        assert (one.model, one.input, one.expected) == (other.model, other.input, other.expected)
        assert one.atol.items() >= other.atol.items()


BY_OPTIONS: dict[str, tuple[str, ...]] = {
    "dlwpt-nodule": (
        "--not-for", "primary diagnosis", "--not-for", "masses over 30 mm",
        "--not-for", "telling benign from malignant", "--not-for", "children",
        "--not-for", "anything outside the lungs", "--modality", "CT",
        "--applies", "min_slices=16; spacing_mm=0.4,1.2; slice_spacing_mm_max=6",
        "--applies", "needs_patient_space=yes; needs_spacing=yes",
        "--step", "modality_lut", "--step", "orient", "--step", "clip min=-1000 max=1000",
        "--stage", "candidates: multiple_of=4; batch=4", "--stage", "classifier: channel=1; batch=16",
        "--post", "threshold at=0.5", "--post", "gate_by_lungs air_hu=-400 closing_mm=9",
        "--post", "erosion rounds=1", "--post", "components min_voxels=1",
        "--output", "key=lung_nodule; label=Lung nodule; label_ru=Очаг в лёгком; tensor=prob; index=1; "
        "code=SCT/427359005/Solitary nodule of lung; threshold=0.5; site=lung; side=by_place; "
        "source=the recipe of the book's nodule_analysis script; region=nodules:1; colour=255,176,0",
        "--ranking", "by=score_times_diameter; merge_mm=6; at_most=30", "--explain", "method=segmentation",
        "--known-failure", "Marks vessels at the hilum on slices of 3 mm and more",
        "--known-failure", "Does not see masses over 30 mm: no nodule found never means no cancer",
        "--licence-code", "NOASSERTION", "--licence-weights", "NOASSERTION",
        "--licence-data", "CC-BY-3.0 (LUNA16 / LIDC-IDRI)",
    ),
    "miniseg-covid-ct": (
        "--kind", "regions", "--mode", "slices", "--not-for", "primary diagnosis",
        "--not-for", "telling one pneumonia from another", "--not-for", "nodules and masses",
        "--not-for", "children", "--modality", "CT",
        "--applies", "min_slices=8; spacing_mm=0.4,1.2; needs_patient_space=yes; needs_spacing=yes",
        "--step", "modality_lut", "--step", "orient", "--step", "clip min=-1150 max=350",
        "--step", "to_range from_min=-1150 from_max=350 min=0 max=1", "--step", "normalize per=slice",
        "--map", "tensor=lesion_prob; key=dense; label=Dense lung; label_ru=Уплотнение лёгких",
        "--output", "key=dense_lung; label=Dense lung; label_ru=Уплотнение лёгких; report=always; threshold=0.5; "
        "source=the middle of the network's own answer; site=lung; side=by_place",
        "--post", "threshold at=0.5", "--post", "gate_by_lungs air_hu=-400 closing_mm=9",
        "--post", "components min_voxels=20", "--explain", "method=segmentation",
        "--region-measure", "key=dense_share; op=share_of_gate; of=dense_lung; unit=%",
        "--known-failure",
        "Marks table, muscle and fat outside the lungs: what lies outside the lung mask is dropped",
        "--known-failure", "A lung mask by threshold loses consolidation at the pleura",
        "--licence-code", "CC-BY-NC-SA-4.0", "--licence-weights", "CC-BY-NC-SA-4.0",
        "--licence-data", "COVID-19-CT100",
    ),
    "hybridgnet-cxr": (
        "--kind", "regions", "--not-for", "primary diagnosis",
        "--not-for", "bedside films with consolidation", "--not-for", "children", "--not-for", "lateral views",
        "--modality", "DX", "--modality", "CR", "--view-position", "PA", "--view-position", "AP",
        "--applies", "max_slices=1", "--step", "invert_monochrome1", "--step", "to_range min=0 max=1",
        "--step", "resize rows=512 columns=512 mode=area",
        "--map", "tensor=prob; key=parts; label=Lungs and heart; label_ru=Лёгкие и сердце",
        "--output", "key=lungs; label=Lungs; label_ru=Лёгкие; report=never; region=parts:1; join=3",
        "--output", "key=heart; label=Heart; label_ru=Сердце; report=never; region=parts:2",
        "--post", "lungs: threshold at=0.5", "--post", "lungs: fill_holes",
        "--post", "lungs: largest_components count=2", "--post", "heart: threshold at=0.5",
        "--post", "heart: fill_holes", "--post", "heart: largest_components count=1",
        "--region-measure", "key=cardiothoracic_ratio; op=width_ratio; of=heart; to=lungs; unit=1",
        "--explain", "method=segmentation", "--ram-mb", "2048", "--timeout-s", "60",
        "--known-failure", "Dice with drawn lungs 0.72 in the mean on 83 bedside films with consolidation",
        "--licence-code", "GPL-3.0", "--licence-weights", "GPL-3.0", "--licence-data", "JSRT",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_options_alone_make_a_package_that_does_the_same(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every word of the manifest that decides what the package does has an option."""
    sizes = (
        "--size",
        "ct_7slices_hu=1,7,32,32",
        "--size",
        "patch_hu=1,1,32,48,48",
        "--size",
        "ct_slice=1,1,512,512",
    )
    told = in_process(
        capsys, "models", "pack", "--out", tmp_path / "made", *graph_words(name), "--name", name,
        "--task", "t", "--authors", "a", "--intended-use", "i", "--user", "developers", "--redistributable", "no",
        *BY_OPTIONS[name],
        "--provider", "CUDAExecutionProvider", "--provider", "CPUExecutionProvider", *sizes,
    )  # fmt: skip
    assert told.code == 0, told.out + told.err
    made, wanted = (
        viewer_of(tmp_path / "made" / f"{name}-1.0.0"),
        viewer_of(_put_together(tmp_path / "hand", name)),
    )
    assert made == wanted


def test_another_network_under_a_manifest_is_found_out_by_its_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "miniseg-covid-ct"
    other = shared_dir("models", "miniseg_covid_ct", "miniseg_P20_ens5.onnx")
    manifest = pack_words(name, tmp_path / "made")[-2:]
    told = in_process(capsys, "models", "pack", other, "--out", tmp_path / "made", *manifest)
    assert told.code == 1
    assert "answers otherwise than 'expected.json' says" in told.sentence()
    golden = load_golden(tmp_path)
    told = in_process(
        capsys, "models", "pack", other, "--out", tmp_path / "made", *manifest, "--name", "miniseg-p20",
        "--golden", golden,
    )  # fmt: skip
    assert told.code == 0, told.err
    assert load_bundle(tmp_path / "made" / "miniseg-p20-1.0.0").manifest.viewer.kind == "regions"


def load_golden(tmp_path: Path) -> Path:
    """The golden input of a package here, as a maker's own file elsewhere."""
    return _put_together(tmp_path / "by_hand", "miniseg-covid-ct") / "tests/golden/in_0.npz"
