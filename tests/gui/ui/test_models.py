"""Running a model from the panel: progress, card, journal, cancel; and a verdict that outlives the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.findings.journal import Journal
from app.ui.panels.runs import RunCard
from app.ui.studio import Studio
from app.workflows.review import reading_of
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
ROOT = Path(__file__).resolve().parents[3]

KILLED = """
import os, signal, sys
from pathlib import Path
from app.findings.events import ResultArrived
from app.ui.studio import Studio
from app.workflows.judge import reread
from tests.support.ui import ball_finding, ct_result, paths_in, write_ct

home = Path(sys.argv[1])
made = write_ct(home / "ct")
studio = Studio.of(paths_in(home))
studio.open_folder(home / "ct")
studio.ctx.journal.append(ResultArrived(ct_result(made, ball_finding(1)), "tester"))
reread(studio.ctx)
studio.act("finding.next")
studio.ctx.store.watch(lambda state: state.reading, lambda _: os.kill(os.getpid(), signal.SIGKILL), now=False)
studio.act("finding.accept")
"""


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path / "home"), size=(1400, 900))
    write_ct(tmp_path / "ct", slices=20)
    made.open_folder(tmp_path / "ct")
    yield made
    made.close()


def words_on(card: RunCard) -> str:
    return " ".join(label.text() for label in card.findChildren(QLabel))


def test_run_button_runs_the_chosen_model_and_shows_a_card(studio: Studio) -> None:
    models = studio.window.models
    assert studio.wait_for(lambda: models.chosen == "ct-dense-lung", 20)
    assert models.run.isEnabled()
    QTest.mouseClick(models.run, Qt.MouseButton.LeftButton)
    assert models.progress.isVisible()
    assert models.cancel.isVisible()
    assert studio.wait_for(lambda: bool(studio.window.runs.findChildren(RunCard)), 120)
    card = studio.window.runs.findChildren(RunCard)[0]
    said = words_on(card)
    assert "ct-dense-lung" in said
    assert "ran" in said or "did not run" in said
    card.drawer.click()
    assert "not for primary diagnosis" in card.more.text()
    assert "Not for, and does not look for" in words_on(card)
    kinds = [e.event_type for e in studio.ctx.journal.entries(studio.state.workspace.open_study_uid)]
    assert (kinds[0], set(kinds[1:])) == ("ResultArrived", {"Exposed"})  # that it was seen is told too
    assert not models.progress.isVisible()


def test_a_cancelled_run_leaves_nothing_behind(studio: Studio) -> None:
    models = studio.window.models
    assert studio.wait_for(models.run.isEnabled, 20)
    QTest.mouseClick(models.run, Qt.MouseButton.LeftButton)
    QTest.mouseClick(models.cancel, Qt.MouseButton.LeftButton)
    assert studio.wait_for(lambda: not studio.state.jobs and not studio.ctx.jobs.busy, 60)
    assert studio.ctx.journal.entries() == ()
    assert models.run.isEnabled()


def test_running_without_a_series_says_what_to_do(tmp_path: Path, qapp: QApplication) -> None:
    empty = Studio.of(paths_in(tmp_path / "home"))
    empty.window.desk.running.find_models()
    empty.wait_idle()
    empty.window.models.run_asked.emit("ct-dense-lung")
    assert "Hang a series" in empty.said[-1]
    empty.close()


def test_a_package_with_one_flipped_byte_is_refused_in_words(studio: Studio, tmp_path: Path) -> None:
    import shutil

    from app.support.paths import resource_dir

    shipped = resource_dir() / "models" / "ct-dense-lung-1.1.0"
    own = studio.ctx.paths.models / "broken-1.0.0"
    shutil.copytree(shipped, own)
    graph = next(own.glob("models/*.onnx"))
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(bytes(content))
    studio.run_package(str(own))
    assert graph.name in studio.said[-1] or "broken" in studio.said[-1]
    assert studio.ctx.journal.entries() == ()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
def test_a_verdict_survives_kill_between_key_and_paint(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        cwd=ROOT,
        env=environment,
        timeout=120,
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    with Journal.open(paths_in(tmp_path).journal_file) as journal:
        assert journal.verify().is_whole
        (uid,) = journal.study_uids()
        assert [j.verdict.value for j in reading_of(journal, uid).judgements] == ["accepted"]


def test_accepted_findings_leave_as_files_and_the_message_says_where(studio: Studio, tmp_path: Path) -> None:
    from app.findings.events import ResultArrived
    from app.workflows.judge import reread
    from tests.support.ui import ball_finding, ct_result

    made = studio.state.workspace.open_study
    assert made is not None
    studio.ctx.journal.append(ResultArrived(ct_result(made, ball_finding(1, slices=20)), "tester"))
    reread(studio.ctx)
    studio.act("finding.next")
    studio.accept()
    studio.window.desk.running.export(tmp_path / "out")
    assert studio.wait_idle(60)
    assert "Exported" in studio.said[-1]
    (folder,) = (tmp_path / "out").iterdir()
    suffixes = {file.suffix for file in folder.rglob("*") if file.is_file()}
    assert {".csv", ".jsonl", ".dcm", ".json"} <= suffixes
