"""Two result sets in the window and as a command: two tones, a table, and nothing before the own look is committed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.cli.main import run
from app.domain.finding import AnalysisResult, Finding, PackageRef, Verdict
from app.findings.journal import Journal
from app.settings.file import save_settings
from app.settings.schema import Settings
from app.ui.compared_marks import LEFT_TONE, RIGHT_TONE
from app.ui.overlays.compare import CompareSheet
from app.ui.studio import Studio
from app.workflows.review import give_verdict
from tests.support.hands import press, press_and_wait, stack
from tests.support.ui import ball_finding, context_in, ct_result, paths_in, with_result, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def version(folder: Path, number: str, *findings: Finding) -> AnalysisResult:
    made = write_ct(folder / "ct")
    named = tuple(
        replace(one, result_id=f"v{number}", finding_id=f"2.25.{number}{n}") for n, one in enumerate(findings)
    )
    plain = ct_result(made, *named)
    return replace(plain, result_id=f"v{number}", package=PackageRef("nodules", number, "ab" * 32, ""))


def at(x: float, z: float) -> Finding:
    plain = ball_finding()
    return replace(plain, place=replace(plain.place, center=(x, 0.0, z)))


def prepared(folder: Path, policy: str = "shown") -> str:
    """Version 1 has two lesions, version 2 one of them 3 mm off and another; Ada accepts one, Ben rejects it."""
    one, two = version(folder, "1", at(16, 30), at(-20, 30)), version(folder, "2", at(19, 30), at(-20, 50))
    ctx = context_in(folder)
    with_result(ctx, one)
    with_result(ctx, two)
    uid = one.study_instance_uid
    for reader in ("Ada", "Ben"):
        give_verdict(ctx.journal, uid, "2.25.10", Verdict.ACCEPTED, reader=reader)
    ctx.close()
    save_settings(paths_in(folder).settings, Settings(reader_name="Ada", display_policy=policy))
    return uid


@pytest.fixture
def opened(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    prepared(tmp_path)
    made = Studio.of(paths_in(tmp_path), size=(1300, 860))
    made.open_folder(tmp_path / "ct")
    made.wait_idle()
    yield made
    made.close()


def sheet_of(studio: Studio) -> CompareSheet:
    found = studio.window.findChild(CompareSheet)
    assert found is not None
    return found


def test_two_versions_are_compared_by_keys_and_drawn_in_two_tones(opened: Studio) -> None:
    press(opened, Qt.Key.Key_X, ALT)
    sheet = sheet_of(opened)
    rows = [[sheet.table.item(r, c).text() for c in range(5)] for r in range(sheet.table.rowCount())]  # type: ignore[union-attr]
    assert rows == [
        ["Nodule 1", "Nodule 1", "distance", "", "3.0 mm"],
        ["Nodule 1", "–", "missed by B", "", ""],
        ["–", "Nodule 1", "only B has it", "", ""],
    ]
    assert sheet.said.text().startswith("1 matched, 1 missed by B, 1 extra in B")
    press_and_wait(opened, Qt.Key.Key_Escape)
    stack(opened).slices.show_index(6)
    opened.wait_idle()
    tones = {(mark.tone, mark.dashed, mark.text[0]) for mark in stack(opened).view.markers}
    assert tones == {(LEFT_TONE, False, "A"), (RIGHT_TONE, True, "B")}
    press(opened, Qt.Key.Key_X, ALT | SHIFT)
    assert {mark.tone for mark in stack(opened).view.markers} == {None}


def test_a_row_leads_to_its_lesion(opened: Studio) -> None:
    press(opened, Qt.Key.Key_X, ALT)
    sheet = sheet_of(opened)
    sheet.table.setFocus()
    sheet.table.setCurrentCell(2, 0)
    press_and_wait(opened, Qt.Key.Key_Return)
    assert not sheet.isVisible()
    assert stack(opened).slices.index == 10


def test_readers_are_sets_of_their_own(opened: Studio) -> None:
    press(opened, Qt.Key.Key_X, ALT)
    sheet = sheet_of(opened)
    assert [sheet.left.itemText(n) for n in range(sheet.left.count())] == [
        "nodules 1",
        "nodules 2",
        "Ada",
        "Ben",
    ]


def test_before_the_commit_there_is_nothing_to_compare(tmp_path: Path, qapp: QApplication) -> None:
    """RQ-17."""
    prepared(tmp_path, "read_first")
    studio = Studio.of(paths_in(tmp_path), size=(1300, 860))
    studio.open_folder(tmp_path / "ct")
    studio.wait_idle()
    press(studio, Qt.Key.Key_X, ALT)
    assert sheet_of(studio).left.count() == 0
    assert studio.state.reading.compared is None
    studio.close()


def test_the_command_gives_the_same_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tmp_path)
    home = tmp_path / "home"
    monkeypatch.setenv("OVERREAD_HOME", str(home))
    from app.support.paths import user_paths

    paths = user_paths()
    paths.data.mkdir(parents=True, exist_ok=True)
    paths_in(tmp_path).journal_file.rename(paths.journal_file)
    with Journal(paths.journal_file):
        pass
    assert run(["compare", "--json"]) == 0
    assert [one["set"] for one in json.loads(capsys.readouterr().out)] == [
        "model:nodules@1", "model:nodules@2", "reader:Ada", "reader:Ben",
    ]  # fmt: skip
    assert run(["compare", "model:nodules@1", "model:nodules@2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["matched"], found["missed"], found["extra"]) == (1, 1, 1)
    assert found["mean_distance_mm"] == pytest.approx(3.0)
    assert run(["compare", "model:nodules@1", "reader:Cleo"]) == 1
    assert "reader:Ada" in capsys.readouterr().err
