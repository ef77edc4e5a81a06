"""RQ-15: what our own exporters write comes back as the same findings, once, and can be judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.analysis.result_files import load_result
from app.domain.finding import Finding, Judgement, Place, PlaceKind, Verdict
from app.domain.geometry import lps_to_index
from app.domain.study import Study
from app.domain.volume import Space
from app.findings.journal import Journal
from app.studies.scan import scan
from app.workflows.export import export_reading
from app.workflows.foreign import import_all, objects_of
from app.workflows.review import give_verdict, reading_of
from tests.support.export import Case, build_case, cr_affine


def accepted(case: Case) -> Case:
    """Everything accepted, so that everything leaves."""
    judged = (replace(j, verdict=Verdict.ACCEPTED, reason=None, label="") for j in case.reading.judgements)
    return case.judged(*judged)


def exported(folder: Path, formats: list[str], *, tilt: bool = False) -> tuple[Case, Study]:
    case = accepted(build_case(folder, tilt=tilt))
    export_reading(case.reading, case.study, formats, folder / "out", paths=case.paths, identified=True)
    [study] = scan([folder / "ct", folder / "cr", folder / "out"]).studies
    return case, study


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return 2 * float(np.count_nonzero(one & other)) / float(np.count_nonzero(one) + np.count_nonzero(other))


def voxels_of(
    results: Path, result_id: str, place: Place, affine: NDArray[np.float64]
) -> set[tuple[int, ...]]:
    """Indices in another grid of the voxels of a region."""
    _, arrays = load_result(results / result_id)
    labels = arrays[place.label_map]
    at = np.argwhere(labels.values == place.label).astype(np.float64)
    lps = at @ labels.affine[:3, :3].T + labels.affine[:3, 3]
    found = lps_to_index(affine, lps)
    assert np.abs(found - np.rint(found)).max() < 1e-3
    return {tuple(int(part) for part in row) for row in np.rint(found)}


@pytest.mark.parametrize("tilt", [False, True], ids=["upright", "oblique"])
@pytest.mark.parametrize("formats", [["sr"], ["seg"], ["sr", "seg"]], ids="+".join)
def test_our_own_objects_come_back_as_the_same_findings(
    formats: list[str], tilt: bool, tmp_path: Path
) -> None:
    case, study = exported(tmp_path, formats, tilt=tilt)
    journal = Journal.open(tmp_path / "journal.sqlite")
    results = tmp_path / "imported"
    made = import_all(journal, results, study)
    assert [one.refusal for one in made if one.refusal] == []
    reading = reading_of(journal, study.study_instance_uid)
    found = {j.finding.finding_id: j.finding for j in reading.judgements}
    wanted = {j.finding.finding_id: j.finding for j in case.reading.judgements}
    if formats == ["seg"]:
        wanted = {key: one for key, one in wanted.items() if one.place.kind is PlaceKind.REGION}
    assert set(found) == set(wanted)
    for key, finding in wanted.items():
        assert found[key].label == finding.label
        assert found[key].code == finding.code or finding.code is None
        if "sr" in formats:
            assert found[key].score == pytest.approx(finding.score)
            assert found[key].threshold == pytest.approx(finding.threshold)
            assert found[key].side == finding.side
        same_place(case, found[key], finding, results, has_regions="seg" in formats)
    for result in reading.results:
        assert result.imported is not None
        assert result.package.name == "made-up-nodules"
        assert result.package.version == "1.2.0"
        assert result.package.sha256 == "ab" * 32


def same_place(case: Case, found: Finding, wanted: Finding, results: Path, *, has_regions: bool) -> None:
    affine = case.affine if wanted.place.space is Space.PATIENT else cr_affine()
    if wanted.place.kind is PlaceKind.REGION and has_regions:
        assert found.place.kind is PlaceKind.REGION
        labels = case.labels
        if wanted.place.space is Space.IMAGE:
            labels = np.zeros((1, *case.labels.shape[1:]), np.uint8)
            labels[0, 4:9, 10:20] = 1
        original = labels == wanted.place.label
        again = np.zeros_like(original)
        for index in voxels_of(results, found.result_id, found.place, affine):
            again[index] = True
        assert dice(original, again) == 1.0
    elif wanted.place.kind is PlaceKind.BOX:
        for one, other in (
            (found.place.box_min, wanted.place.box_min),
            (found.place.box_max, wanted.place.box_max),
        ):
            assert one is not None
            assert other is not None
            off = np.abs(lps_to_index(affine, one) - lps_to_index(affine, other))
            assert (
                off.max() <= 0.5 + 1e-3
            )  # the writer draws on a slice that touches within a thousandth of a mm
    elif wanted.place.kind is PlaceKind.POINT:
        assert found.place.center == pytest.approx(wanted.place.center, abs=0.3)
    if wanted.place.frame is not None and wanted.place.kind is not PlaceKind.STUDY:
        assert found.place.frame == wanted.place.frame


def test_opening_twice_enters_once_and_a_verdict_stands(tmp_path: Path) -> None:
    case, study = exported(tmp_path, ["sr", "seg"])
    journal = Journal.open(tmp_path / "journal.sqlite")
    assert any(one.result for one in import_all(journal, tmp_path / "imported", study))
    before = len(journal.entries())
    uid, key = study.study_instance_uid, case.reading.judgements[0].finding.finding_id
    give_verdict(journal, uid, key, Verdict.ACCEPTED, reader="anna")
    assert not any(one.result for one in import_all(journal, tmp_path / "imported", study))
    assert len(journal.entries()) == before + 1
    judged = reading_of(journal, uid).judgement(key)
    assert isinstance(judged, Judgement)
    assert judged.verdict is Verdict.ACCEPTED


def test_findings_that_a_run_of_ours_made_are_not_doubled(tmp_path: Path) -> None:
    from app.findings.events import ResultArrived

    case, study = exported(tmp_path, ["sr", "seg"])
    journal = Journal.open(tmp_path / "journal.sqlite")
    for result in case.reading.results:
        journal.append(ResultArrived(result))
    assert not any(one.result for one in import_all(journal, tmp_path / "imported", study))


def test_objects_of_a_study_are_not_its_pictures(tmp_path: Path) -> None:
    _, study = exported(tmp_path, ["sr", "seg"])
    names = {instance.path.parent.name for instance in objects_of(study)}
    assert not names & {"ct", "cr"}
    assert len(objects_of(study)) >= 3
