"""What was found on one frame of many is drawn on that frame alone: runs, loops, films, one place in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.analysis.result_files import save_result
from app.context import AppContext
from app.domain.finding import AnalysisResult, Finding, MapRef, Place, PlaceKind
from app.domain.study import Study
from app.domain.volume import FrameRef, Space
from app.studies.display_sets import display_sets
from app.studies.load import open_path
from app.ui.studio import Studio
from inference.types import LabelMap
from tests.support.dicom_files import write_stack
from tests.support.hands import keep, press, press_and_wait, stack
from tests.support.presentations import frames
from tests.support.ui import context_in, finding, paths_in, result, with_result

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
FRAMES, SIDE = 6, 64
SOP = "1.2.3.200"
BOX = ((16.0, 20.0, 0.0), (28.0, 36.0, 0.0))  # mm in the plane


def place(frame: int | None, kind: PlaceKind = PlaceKind.BOX) -> Place:
    low, high = BOX
    center = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, 0.0)
    ref = None if frame is None else FrameRef(SOP, frame)
    return Place(kind, Space.IMAGE, center, low, high, ref)


def on_frame(number: int, frame: int | None) -> Finding:
    return replace(finding(number), place=place(frame))


def run_on(study: Study, *findings: Finding) -> AnalysisResult:
    series = study.series[0]
    made = result(*findings, study_uid=study.study_instance_uid, series_uid=series.series_instance_uid)
    return replace(made, space=Space.IMAGE)


def loop_in(folder: Path) -> Study:
    """Six frames of one plane, as a run or a loop; each is of another grey."""
    folder.mkdir(parents=True, exist_ok=True)
    pixels = np.stack([np.full((SIDE, SIDE), 30 + 10 * n, np.uint8) for n in range(FRAMES)])
    frames(folder, pixels)
    return open_path(folder)[0]


def opened(tmp_path: Path, arrived: AnalysisResult) -> Studio:
    ctx = context_in(tmp_path)
    with_result(ctx, arrived)
    ctx.close()
    studio = Studio.of(paths_in(tmp_path), size=(1100, 760))
    studio.open_folder(tmp_path / "in")
    studio.wait_idle()
    return studio


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    study = loop_in(tmp_path / "in")
    made = opened(tmp_path, run_on(study, on_frame(1, 3), on_frame(2, 5), on_frame(3, None)))
    yield made
    made.close()


def drawn_on(studio: Studio, index: int) -> set[str]:
    """Ids of what is drawn on one frame, by what the view paints."""
    stack(studio).slices.show_index(index)
    studio.wait_idle()
    return {mark.marker_id for mark in stack(studio).view.scene().markers}


def test_a_finding_of_one_frame_is_drawn_on_that_frame_alone(studio: Studio) -> None:
    seen = [drawn_on(studio, index) for index in range(FRAMES)]
    only = {"2.25.3"}
    assert seen == [only, only, {"2.25.1", *only}, only, {"2.25.2", *only}, only]
    assert len({id(mark) for mark in stack(studio).view.markers}) == 3


def test_the_picture_itself_has_the_box_on_its_frame_alone(studio: Studio) -> None:
    """By pixels: a box of another frame leaves no trace, the one that names no frame says that it is of all."""
    content = stack(studio)
    grabs = []
    for index in range(FRAMES):
        drawn_on(studio, index)
        edge = content.view.px_of((16.0, 24.0, 0.0))
        assert edge is not None
        grabs.append(content.view.grab_picture().pixelColor(round(edge[0]), round(edge[1])))
        keep(studio, f"frames-{index + 1}")
    texts = {mark.marker_id: mark.text for mark in content.view.markers}
    assert "all frames" in texts["2.25.3"]
    assert "all frames" not in texts["2.25.1"]


def test_pixels_without_the_one_of_all_frames(tmp_path: Path, qapp: QApplication) -> None:
    study = loop_in(tmp_path / "in")
    studio = opened(tmp_path, run_on(study, on_frame(1, 3)))
    greys = set()
    for index in range(FRAMES):
        drawn_on(studio, index)
        edge = stack(studio).view.px_of(BOX[0])
        assert edge is not None
        image = stack(studio).view.grab_picture()
        near = [
            image.pixelColor(round(edge[0]) + x, round(edge[1]) + y)
            for x in range(-2, 3)
            for y in range(-2, 3)
        ]
        coloured = any(
            max(c.red(), c.green(), c.blue()) - min(c.red(), c.green(), c.blue()) > 40 for c in near
        )
        greys.add((index, coloured))
    studio.close()
    assert greys == {(n, n == 2) for n in range(FRAMES)}


def test_turning_to_a_finding_turns_to_its_frame(studio: Studio) -> None:
    where = {}
    for _ in range(3):
        press_and_wait(studio, Qt.Key.Key_N)
        where[studio.state.reading.selected_id] = stack(studio).slices.index
    assert (where["2.25.1"], where["2.25.2"]) == (2, 4)


def test_an_own_finding_stays_on_the_frame_that_it_was_marked_on(studio: Studio) -> None:
    stack(studio).slices.show_index(1)
    studio.wait_idle()
    press(studio, Qt.Key.Key_M)
    press(studio, Qt.Key.Key_Return)
    press(studio, Qt.Key.Key_Escape)
    (mine,) = [j.finding.finding_id for j in studio.findings() if j.finding.is_readers]
    assert [mine in drawn_on(studio, index) for index in range(FRAMES)] == [n == 1 for n in range(FRAMES)]


def test_an_extent_that_is_changed_is_drawn_on_its_frame_alone(studio: Studio) -> None:
    while studio.state.reading.selected_id != "2.25.2":
        press_and_wait(studio, Qt.Key.Key_N)
    press(studio, Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    shown = []
    for index in range(FRAMES):
        drawn_on(studio, index)
        shown.append(bool(stack(studio).view.shown_shapes()))
    assert shown == [n == 4 for n in range(FRAMES)]


def regions(ctx: AppContext, study: Study, frame: int) -> AnalysisResult:
    """A result with one region on one frame, its label map in the results' folder."""
    low, high = BOX
    values = np.zeros((1, SIDE, SIDE), np.uint8)
    values[0, int(low[1]) : int(high[1]), int(low[0]) : int(high[0])] = 1
    affine = np.array([[0, 0, 1.0, 0], [0, 1.0, 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 1.0]])
    ref = MapRef("r", "labels", "maps/00_r.npz", "Region", labels=((1, "Region"),))
    ref = replace(ref, sop_instance_uid=SOP, frame=frame)
    where = replace(place(frame, PlaceKind.REGION), label_map="r", label=1)
    made = replace(run_on(study, replace(finding(1), place=where)), maps=(ref,))
    array = LabelMap("r", "Region", values, affine, {1: "Region"})
    save_result(ctx.paths.results / made.result_id, made, {"r": array})  # type: ignore[dict-item]
    return made


def test_outlines_of_one_frame_are_drawn_on_that_frame_alone(tmp_path: Path, qapp: QApplication) -> None:
    study = loop_in(tmp_path / "in")
    ctx = context_in(tmp_path)
    made = regions(ctx, study, 4)
    ctx.close()
    studio = opened(tmp_path, made)
    seen = []
    for index in range(FRAMES):
        drawn_on(studio, index)
        seen.append(len(stack(studio).view.scene().outlines))
    studio.close()
    assert seen == [int(n == 3) for n in range(FRAMES)]


def test_films_of_one_series_do_not_share_their_findings(tmp_path: Path, qapp: QApplication) -> None:
    """Two images without a place in the patient: what was found on one is not on the other."""
    write_stack(
        tmp_path / "in", [(0, 0, 0), (0, 0, 0)], ImagePositionPatient=None, ImageOrientationPatient=None,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.1", Modality="CR", FrameOfReferenceUID=None,
    )  # fmt: skip
    for number, file in enumerate(sorted((tmp_path / "in").iterdir()), start=1):
        rewrite(file, f"1.2.3.50.{number}")
    study = open_path(tmp_path / "in")[0]
    first, second = display_sets(study)
    found = replace(finding(1), place=replace(place(1), frame=first.frames[0].ref))
    studio = opened(tmp_path, run_on(study, found))
    seen = {}
    for one in (first, second):
        studio.window.desk.hang(one.display_set_id)
        studio.wait_idle()
        seen[one.display_set_id] = drawn_on(studio, 0)
    studio.close()
    assert seen == {first.display_set_id: {"2.25.1"}, second.display_set_id: set()}


def test_one_place_in_time_has_frames_as_well(tmp_path: Path, qapp: QApplication) -> None:
    """A cine in the patient: every image lies at the same place, so only its frame tells where a finding is."""
    write_stack(tmp_path / "in", [(0, 0, 0)] * 4)
    for number, file in enumerate(sorted((tmp_path / "in").iterdir()), start=1):
        rewrite(file, f"1.2.3.60.{number}", TriggerTime=40.0 * number)
    study = open_path(tmp_path / "in")[0]
    (shown,) = display_sets(study)
    assert not shown.moves_in_space
    spot = Place(PlaceKind.POINT, Space.PATIENT, (2.0, 2.0, 0.0), frame=shown.frames[2].ref)
    arrived = result(
        replace(finding(1), place=spot), study_uid=study.study_instance_uid,
        series_uid=study.series[0].series_instance_uid, frame=study.series[0].frame_of_reference_uid,
    )  # fmt: skip
    studio = opened(tmp_path, arrived)
    assert [drawn_on(studio, index) for index in range(4)] == [set(), set(), {"2.25.1"}, set()]
    stack(studio).slices.show_index(0)
    press_and_wait(studio, Qt.Key.Key_N)
    assert stack(studio).slices.index == 2
    studio.close()


def rewrite(file: Path, uid: str, **changes: object) -> None:
    import pydicom
    from pydicom.uid import UID

    dataset = pydicom.dcmread(file)
    dataset.SOPInstanceUID = UID(uid)
    dataset.file_meta.MediaStorageSOPInstanceUID = UID(uid)
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    dataset.save_as(file)


def test_the_cross_on_a_projection_says_row_and_column(studio: Studio) -> None:
    stack(studio).slices.show_index(2)
    studio.wait_idle()
    press(studio, Qt.Key.Key_M)
    view = stack(studio).view
    assert view.key_cursor is not None
    assert view.picture is not None
    (_, down, _), (_, _, along) = view.picture.affine[:3, 1][::-1], view.picture.affine[:3, 2][::-1]
    row, column = view.key_cursor.point[1] / down, view.key_cursor.point[0] / along
    assert view.key_words[1] == f"row {round(row) + 1} column {round(column) + 1}"
    keep(studio, "cross-on-a-run")
