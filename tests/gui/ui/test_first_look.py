"""RQ-17: under read-first no surface shows anything of AI before the commit; RQ-18, RQ-21: what is marked and shown.

The made-up result carries words that occur nowhere else, and every text that the window holds is searched for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import UID
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QWidget

from app.analysis.map_files import MapArray, write_map
from app.cli.main import run
from app.domain.finding import AnalysisResult, Gate, MapRef, PackageRef
from app.findings.events import Exposed, ReadingCommitted
from app.findings.journal import Journal
from app.settings.file import save_settings
from app.settings.schema import Settings
from app.ui.overlays.settings import SettingsSheet
from app.ui.studio import Studio
from app.workflows.showing import show_anew
from tests.support.hands import press, press_and_wait, stack
from tests.support.ui import ball_finding, context_in, ct_result, paths_in, with_result, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CONTROL = Qt.KeyboardModifier.ControlModifier
CANARY = "Qzxv"


def a_result(folder: Path) -> AnalysisResult:
    """On the made-up CT: the ball, with a label, a score and heat of its own."""
    made = write_ct(folder / "ct")
    found = replace(ball_finding(), label=f"{CANARY} nodule", score=0.87654, map_key="heat")
    plain = ct_result(made, found)
    return replace(
        plain,
        package=PackageRef(f"{CANARY}-model", "1.0.0", "ab" * 32, ""),
        study_score=0.87654,
        maps=(MapRef("heat", "heat", "heat.npz", f"{CANARY} heat", (0.0, 1.0), 0.1),),
    )


def beside(folder: Path, kind: str, modality: str) -> None:
    """A capture or a report of the same study, as a service sends them."""
    image = dcmread(folder / "ct" / "000.dcm")
    image.SOPClassUID, image.SOPInstanceUID = UID(kind), UID(f"{image.SOPInstanceUID}.{ord(modality[0])}")
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    image.SeriesInstanceUID = UID(f"{image.SeriesInstanceUID}{ord(modality[0])}")
    image.SeriesDescription, image.Modality = f"{CANARY} {modality}", modality
    if modality == "SR":
        del image.PixelData, image.Rows, image.Columns
    image.save_as(folder / "ct" / f"{modality}.dcm")


def prepared(folder: Path, policy: str, role: str = "reader") -> Studio:
    result = a_result(folder)
    beside(folder, "1.2.840.10008.5.1.4.1.1.7", "OT")
    beside(folder, "1.2.840.10008.5.1.4.1.1.88.33", "SR")
    paths = paths_in(folder)
    save_settings(paths.settings, Settings(reader_name="Ada", display_policy=policy, role=role))
    ctx = context_in(folder)
    heat = np.zeros((12, 64, 64), np.float32)
    heat[6, 28:36, 36:44] = 1.0
    affine = np.array([[0, 0, 2, -64], [0, 2, 0, -64], [5, 0, 0, 0], [0, 0, 0, 1]], float)
    write_map(ctx.results / result.result_id / "heat.npz", MapArray(heat, affine))
    with_result(ctx, result)
    ctx.close()
    made = Studio.of(paths, size=(1300, 820))
    made.open_folder(folder / "ct")
    made.wait_idle()
    return made


@pytest.fixture
def blind(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = prepared(tmp_path, "read_first")
    yield made
    made.close()


def all_words(window: QWidget) -> str:
    """Every text that the window holds: widgets, lists with all their data, actions, tool tips, names, corners."""
    words: list[str] = []
    for each in (window, *window.findChildren(QWidget)):
        words += [each.toolTip(), each.accessibleName(), each.windowTitle(), each.statusTip()]
        text = getattr(each, "text", None)
        words += [str(text())] if callable(text) else []
        if isinstance(each, QAbstractItemView):
            held = each.model()
            rows = [held.index(n, 0) for n in range(held.rowCount())]
            words += [str(held.data(row, role)) for row in rows for role in range(0, 300)]
        words.append(str(getattr(each, "corners", "")))
    words += [action.text() + action.toolTip() for action in window.findChildren(QAction)]
    return "\n".join(words)


def pixels(studio: Studio) -> bytes:
    """The picture with all that lies over it."""
    grabbed = studio.window.host.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return bytes(grabbed.constBits())


def walk_everywhere(studio: Studio) -> None:
    """Keys that would bring AI before the eyes if something of it were there."""
    for which in (Qt.Key.Key_N, Qt.Key.Key_G, Qt.Key.Key_G, Qt.Key.Key_Return, Qt.Key.Key_U, Qt.Key.Key_F2):
        press(studio, which)
    press(studio, Qt.Key.Key_G, Qt.KeyboardModifier.ShiftModifier)
    press_and_wait(studio, Qt.Key.Key_G, CONTROL)
    studio.wait_idle()


def test_no_surface_shows_ai_before_the_commit(blind: Studio, tmp_path: Path) -> None:
    walk_everywhere(blind)
    assert blind.state.reading.reading is not None
    assert blind.state.reading.reading.gate is Gate.READ_FIRST
    said = all_words(blind.window) + "\n".join(blind.said)
    assert CANARY not in said
    assert "0.87" not in said
    assert "AI waits" in said
    assert "Read first" in blind.window.gate.words.text()
    palette = [choice.words for choice in blind.window.desk.sheets._choices()]
    assert CANARY not in "\n".join(palette)
    blind.window.desk.running.export(tmp_path / "out")
    blind.wait_idle()
    assert not [
        file
        for file in (tmp_path / "out").rglob("*")
        if file.is_file() and (CANARY.encode() in file.read_bytes() or b"0.87" in file.read_bytes())
    ]


def test_the_picture_is_the_same_as_without_any_result(
    blind: Studio, tmp_path: Path, qapp: QApplication
) -> None:
    write_ct(tmp_path / "bare" / "ct")
    paths = paths_in(tmp_path / "bare")
    save_settings(paths.settings, Settings(reader_name="Ada", display_policy="read_first"))
    bare = Studio.of(paths, size=(1300, 820))
    bare.open_folder(tmp_path / "bare" / "ct")
    for studio in (bare, blind):
        studio.wait_idle()
    assert pixels(bare) == pixels(blind)
    bare.close()


def point_at(studio: Studio, mm: tuple[float, float, float]) -> QPoint:
    """Move the pointer to a place in the patient."""
    view = stack(studio).view
    at = view.px_of(mm)
    assert at is not None
    where = QPoint(round(at[0]), round(at[1]))
    QTest.mouseMove(view, where - QPoint(9, 9))
    QTest.mouseMove(view, where)
    studio.spin()
    return where


def test_mark_commit_and_see_the_difference(blind: Studio) -> None:
    point_at(blind, (16.0, 0.0, 30.0))
    press(blind, Qt.Key.Key_M)
    editor = blind.window.findings.list.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "My ball")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    blind.spin()
    (mine,) = blind.findings()
    assert mine.shown_label == "My ball"
    center = mine.finding.place.center
    assert center is not None
    assert np.allclose(center, (16.0, 0.0, 25.0), atol=0.5)  # on the image that is shown
    assert [mark.text for mark in stack(blind).view.markers] == ["My ball  (Ada)"]

    press_and_wait(blind, Qt.Key.Key_R, CONTROL)
    words = all_words(blind.window)
    assert f"{CANARY} nodule" in words
    assert "you marked this too" in words
    assert "the AI marked this too" in words
    assert not blind.window.gate.isVisible()
    assert len(stack(blind).view.markers) == 2
    assert stack(blind).view.heat
    assert {one.series.modality for one in blind.display_sets()} == {"CT", "OT"}
    assert f"{CANARY} SR" in words


def test_a_label_that_is_being_typed_outlives_a_result_that_arrives(blind: Studio) -> None:
    press_and_wait(blind, Qt.Key.Key_R, CONTROL)
    point_at(blind, (16.0, 0.0, 25.0))
    press(blind, Qt.Key.Key_M)
    editor = blind.window.findings.list.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "Half a wo")
    open_study = blind.state.workspace.open_study
    assert open_study is not None
    came = replace(
        ct_result(open_study, replace(ball_finding(2), result_id="r2", label="Late")), result_id="r2"
    )
    with_result(blind.ctx, came)
    show_anew(blind.ctx)
    blind.wait_idle()
    QTest.keyClicks(editor, "rd")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    blind.wait_idle()
    assert {j.shown_label for j in blind.findings()} == {f"{CANARY} nodule", "Late", "Half a word"}
    assert "Late" in all_words(blind.window)


def test_what_was_shown_and_when_is_in_the_journal(blind: Studio) -> None:
    def exposures() -> list[tuple[str, tuple[str, ...], str]]:
        from app.findings.events import event_of

        uid = blind.state.workspace.open_study_uid
        events = [event_of(e.event_type, e.payload) for e in blind.ctx.journal.entries(uid)]
        return [(e.exposure, e.result_ids, e.policy) for e in events if isinstance(e, Exposed)]

    assert [one for one, _, _ in exposures()] == ["available", "presence"]
    press_and_wait(blind, Qt.Key.Key_R, CONTROL)
    later = exposures()[2:]
    assert {one for one, _, _ in later} == {"categorical", "quantitative", "localisation"}
    assert {(ids, policy) for _, ids, policy in later} == {(("r1",), "read_first")}
    kinds = [e.event_type for e in blind.ctx.journal.entries(blind.state.workspace.open_study_uid)]
    assert kinds.index("ReadingCommitted") < kinds.index("Exposed", kinds.index("ReadingCommitted"))
    assert blind.ctx.journal.verify().is_whole


def test_an_own_finding_is_taken_away_and_comes_back(blind: Studio) -> None:
    point_at(blind, (16.0, 0.0, 30.0))
    press(blind, Qt.Key.Key_M)
    editor = blind.window.findings.list.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    press(blind, Qt.Key.Key_Delete)
    assert not blind.findings()
    press(blind, Qt.Key.Key_Z, CONTROL)
    assert len(blind.findings()) == 1


def test_the_mark_lies_on_the_image_that_is_shown(blind: Studio) -> None:
    """The pointer stands still while another image comes under it."""
    point_at(blind, (16.0, 0.0, 25.0))
    press_and_wait(blind, Qt.Key.Key_Down)
    press(blind, Qt.Key.Key_M)
    place = blind.findings()[0].finding.place
    assert place.center is not None
    assert place.center[2] == pytest.approx(30.0)
    assert place.frame is not None
    assert place.frame.sop_instance_uid.endswith(".7")


def test_without_a_place_nothing_is_marked(blind: Studio) -> None:
    press(blind, Qt.Key.Key_M)
    assert not blind.findings()
    assert blind.state.reading.pointing is not None  # a cross waits for its place by keys
    press(blind, Qt.Key.Key_Escape)
    assert blind.state.reading.pointing is None
    assert not blind.findings()


def test_on_request_waits_for_the_key(tmp_path: Path, qapp: QApplication) -> None:
    studio = prepared(tmp_path, "on_request")
    assert CANARY not in all_words(studio.window)
    press_and_wait(studio, Qt.Key.Key_G, CONTROL)
    assert f"{CANARY} nodule" in all_words(studio.window)
    studio.close()


def test_a_trainee_reads_first_and_quality_staff_see_all(tmp_path: Path, qapp: QApplication) -> None:
    trainee = prepared(tmp_path, "shown", role="trainee")
    assert CANARY not in all_words(trainee.window)
    trainee.act("file.settings")
    sheet = next(iter(trainee.window.findChildren(SettingsSheet)))
    sheet.role.setCurrentIndex(sheet.role.findData("qa"))
    sheet._take()
    trainee.wait_idle()
    assert f"{CANARY} nodule" in all_words(trainee.window)
    trainee.close()


@pytest.mark.parametrize(
    "broken", ["display_policy = 7", 'display_policy = "Shown at once"', "display_policy = [", "role = 1"]
)
def test_settings_that_are_not_understood_keep_ai_out_of_sight(
    broken: str, tmp_path: Path, qapp: QApplication
) -> None:
    studio = prepared(tmp_path, "shown")
    studio.close()
    (paths_in(tmp_path).settings / "settings.toml").write_text(broken)
    again = Studio.of(paths_in(tmp_path), size=(1300, 820))
    again.open_folder(tmp_path / "ct")
    assert CANARY not in all_words(again.window)
    again.close()


def test_commands_withhold_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], qapp: QApplication
) -> None:
    prepared(tmp_path, "read_first").close()
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path))
    for arguments in (["review", "list"], ["review", "list", "--json"]):
        assert run(arguments) == 0
        assert CANARY not in capsys.readouterr().out
    out = ["export", "--out", str(tmp_path / "out"), "--format", "csv,jsonl", "--json"]
    assert run(out) != 0
    assert "wait for your own reading" in capsys.readouterr().err
    with Journal(paths_in(tmp_path).journal_file) as journal:
        journal.append(ReadingCommitted(journal.study_uids()[0], "Ada"))
    assert run(out) == 0
    assert (tmp_path / "out" / "findings.csv").read_text().count("present") == 1


def test_an_own_finding_leaves_without_a_run_and_without_a_name(
    blind: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(blind, (16.0, 0.0, 25.0))
    press(blind, Qt.Key.Key_M)
    editor = blind.window.findings.list.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "Nodule of DOE, shown to Ada")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    blind.wait_idle()
    blind.window.desk.running.export(tmp_path / "out")
    blind.wait_idle()
    (folder,) = (tmp_path / "out").iterdir()
    (row,) = [json.loads(line) for line in (folder / "findings.jsonl").read_text().splitlines()]
    assert (row["ai"], row["model"], row["series_uids"] != "") == ("absent", None, True)
    assert row["center_z_mm"] == pytest.approx(25.0)
    assert row["label"].startswith("Nodule of ")
    written = b"".join(file.read_bytes() for file in folder.iterdir())
    assert b"DOE" not in written
    assert b'"Ada"' not in written
    told = json.loads((folder / "manifest.json").read_text())
    assert json.dumps(told).count('"marked_by_readers": 1') == 1
