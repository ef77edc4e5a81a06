"""A card says on which film its model ran: "nothing found" on one mammogram says nothing of the other three."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.domain.finding import AnalysisResult, MapRef
from app.domain.study import Instance
from app.domain.volume import Space
from app.studies.load import open_path
from app.ui.run_pictures import films_left, run_pictures
from tests.support.findings import result_of
from tests.support.several_views import write_mammogram


def test_a_card_names_side_and_view_of_its_film(tmp_path: Path) -> None:
    [study] = open_path(write_mammogram(tmp_path / "mg", {}))
    [series] = study.series
    plain = result_of(study=study.study_instance_uid, series_instance_uids=(series.series_instance_uid,))
    for image in series.instances:
        on_film = MapRef("heat", "heat", "heat.npz", "Heat", sop_instance_uid=image.sop_instance_uid, frame=1)
        told = run_pictures(replace(plain, space=Space.IMAGE, maps=(on_film,)), study)
        assert told.startswith(f"{image.laterality} {image.view_position}, ")


def test_where_there_is_one_picture_or_several_are_meant_the_card_says_nothing(tmp_path: Path) -> None:
    [study] = open_path(write_mammogram(tmp_path / "mg", {}, ("LCC",)))
    plain = result_of(
        study=study.study_instance_uid, series_instance_uids=(study.series[0].series_instance_uid,)
    )
    assert run_pictures(plain, study) == ""
    assert run_pictures(plain, None) == ""
    assert run_pictures(replace(plain, series_instance_uids=("1.2", "1.3")), study) == ""


def test_films_that_no_run_has_looked_at_are_named_and_none_once_all_are(tmp_path: Path) -> None:
    """On a screen of four mammograms "nothing found" was said of the one that happened to be active."""
    [study] = open_path(write_mammogram(tmp_path / "mg", {}))
    [series] = study.series
    plain = result_of(study=study.study_instance_uid, series_instance_uids=(series.series_instance_uid,))

    def on(image: Instance) -> AnalysisResult:
        named = MapRef("heat", "heat", "heat.npz", "Heat", sop_instance_uid=image.sop_instance_uid, frame=1)
        return replace(plain, space=Space.IMAGE, maps=(named,))

    first, *others = (on(image) for image in series.instances)
    assert films_left(first, (first,), study) == "Not looked at: L MLO, R CC, R MLO."
    assert films_left(first, (first, others[0]), study) == "Not looked at: R CC, R MLO."
    assert films_left(first, (first, *others), study) == ""
    of_another = replace(others[0], package=replace(plain.package, name="another"))
    assert "L MLO" in films_left(first, (first, of_another), study)
    assert films_left(plain, (plain,), study) == "", "a run that names no film is not of one film"
