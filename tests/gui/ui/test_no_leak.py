"""RQ-17 over every surface: a window with withheld AI and its twin without any are walked through in the same way.

Whatever differs between the two before the commit is a leak. The only word that may differ is that AI waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import UID
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAction, QImage
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QProgressBar, QWidget

from app.analysis.map_files import MapArray, write_map
from app.cli.main import run
from app.domain.finding import (
    AnalysisResult,
    Gate,
    MapRef,
    PackageRef,
    Place,
    PlaceKind,
    RejectReason,
    Verdict,
)
from app.domain.key_image import KeyImage
from app.domain.study import Study
from app.domain.volume import FrameRef, Space
from app.findings.events import FindingMarked, KeyImageSet, ReadingCommitted, VerdictGiven
from app.findings.study_events import StudyMarkedRead
from app.settings.file import save_settings
from app.settings.schema import Settings
from app.ui.contents import StackContent
from app.ui.studio import Studio
from app.ui.widgets.rows import ROW, Row
from tests.support.hands import press
from tests.support.ui import ball_finding, context_in, ct_result, paths_in, with_result, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
CANARY = "Qzxv"  # stands in all words of the AI
OTHERS = "Wxyq"  # stands in all words of other readers
SHEETS = (
    "palette", "keys", "settings", "about", "header", "compare", "training", "queue", "inventory", "send",
    "connections", "remote", "listener", "monitor", "bindings",
)  # fmt: skip
UIDS = ("1.2.826.0.1.3680043.10.1", "1.2.826.0.1.3680043.10.7")
Surfaces = dict[str, object]


def ai_result(made: Study, number: int) -> AnalysisResult:
    """On the made-up CT: the ball, with a label, a score, heat and a run of its own."""
    found = replace(
        ball_finding(number), label=f"{CANARY} nodule", score=0.87654, map_key="heat", result_id=f"r{number}"
    )
    return replace(
        ct_result(made, found),
        result_id=f"r{number}",
        package=PackageRef(f"{CANARY}-model", "1.0.0", "ab" * 32, ""),
        study_score=0.87654,
        maps=(MapRef("heat", "heat", "heat.npz", f"{CANARY} heat", (0.0, 1.0), 0.1),),
    )


def write_beside(folder: Path, kind: str, modality: str) -> None:
    """An object of a service in the same study: a capture, a report, a mask, a presentation state, key objects."""
    image = dcmread(folder / "000.dcm")
    mark = f"{ord(modality[0])}{ord(modality[1])}"
    image.SOPClassUID, image.SOPInstanceUID = UID(kind), UID(f"{image.SOPInstanceUID}.{mark}")
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    image.SeriesInstanceUID = UID(f"{image.SeriesInstanceUID}.{mark}")
    image.SeriesDescription, image.Modality, image.SeriesNumber = f"{CANARY} {modality}", modality, 900
    if modality not in {"OT", "SEG"}:
        del image.PixelData, image.Rows, image.Columns
    image.save_as(folder / f"{modality}.dcm")


def enter_ai(folder: Path, studies: tuple[Study, ...]) -> None:
    """Results of two studies, heat on disk, and what another reader and a trainee said of them."""
    ctx = context_in(folder)
    heat = np.zeros((12, 64, 64), np.float32)
    heat[6, 28:36, 36:44] = 1.0
    affine = np.array([[0, 0, 2, -64], [0, 2, 0, -64], [5, 0, 0, 0], [0, 0, 0, 1]], float)
    for number, made in enumerate(studies, start=1):
        result = ai_result(made, number)
        uid, series = made.study_instance_uid, made.series[0]
        write_map(ctx.results / result.result_id / "heat.npz", MapArray(heat, affine))
        with_result(ctx, result)
        place = Place(PlaceKind.POINT, Space.PATIENT, (10.0, 10.0, 20.0))
        own = replace(
            ball_finding(50 + number), result_id="", score=None, label=f"{OTHERS} of Ben", place=place
        )
        image = KeyImage(uid, series.series_instance_uid, FrameRef(series.instances[3].sop_instance_uid))
        ctx.journal.append_many(
            [
                VerdictGiven(
                    uid,
                    f"2.25.{number}",
                    Verdict.REJECTED,
                    RejectReason.KNOWN,
                    f"{OTHERS} scar",
                    reader="Ben",
                ),
                FindingMarked(uid, own, series.series_instance_uid, series.frame_of_reference_uid, "Ben"),
                KeyImageSet(uid, image, is_key=True, reader="Ben"),
                ReadingCommitted(uid, "Ben"),
                StudyMarkedRead(uid, (result.result_id,), (), "Ben"),
            ]
        )
    ctx.close()


def prepared(folder: Path, policy: tuple[str, tuple[str, ...]], *, with_ai: bool) -> Studio:
    studies = tuple(write_ct(folder / f"ct{n}", uid=uid, name=f"DOE^{n}") for n, uid in enumerate(UIDS))
    if with_ai:
        for n in range(len(UIDS)):
            write_beside(folder / f"ct{n}", "1.2.840.10008.5.1.4.1.1.7", "OT")
            write_beside(folder / f"ct{n}", "1.2.840.10008.5.1.4.1.1.88.33", "SR")
            write_beside(folder / f"ct{n}", "1.2.840.10008.5.1.4.1.1.66.4", "SEG")
            write_beside(folder / f"ct{n}", "1.2.840.10008.5.1.4.1.1.11.1", "PR")
            write_beside(folder / f"ct{n}", "1.2.840.10008.5.1.4.1.1.88.59", "KO")
        enter_ai(folder, studies)
    site, by_package = policy
    settings = Settings(reader_name="Ada", display_policy=site, display_policy_by_package=by_package)
    save_settings(paths_in(folder).settings, settings)
    made = Studio.of(paths_in(folder), size=(1400, 900))
    for n in range(len(UIDS)):
        made.open_folder(folder / f"ct{n}")
    made.wait_idle()
    made.open_study(studies[0].study_instance_uid)
    made.wait_idle()
    return made


def widget_words(root: QWidget) -> list[str]:
    """Every text that a widget and all within it hold, shown or not."""
    said: list[str] = []
    for each in (root, *root.findChildren(QWidget)):
        if isinstance(each, QProgressBar):
            continue  # how many files were scanned
        said += [each.toolTip(), each.accessibleName(), each.accessibleDescription()]
        said += [each.windowTitle(), each.statusTip(), each.whatsThis()]
        told = getattr(each, "text", None)
        said += [str(told())] if callable(told) else []
        if isinstance(each, QComboBox):
            said += [each.itemText(n) for n in range(each.count())]
        if isinstance(each, QAbstractItemView):
            said += model_words(each)
    return said


def columns_of(held: QAbstractItemModel) -> int:
    return 1 if isinstance(held, QAbstractListModel) else held.columnCount()


def model_words(view: QAbstractItemView) -> list[str]:
    held = view.model()
    if held is None:
        return []
    cells = [held.index(row, column) for row in range(held.rowCount()) for column in range(columns_of(held))]
    said = []
    for cell in cells:
        for role in (*range(20), *range(256, 266)):
            value = held.data(cell, role)
            if isinstance(value, Row):
                value = (value.lines, value.tag, value.last_tag, value.icon, value.last_icon, value.is_open)
            if isinstance(value, str | int | float | tuple):
                said.append(str(value))
    return said


def aloud(interface: QAccessibleInterface | None, depth: int = 0) -> list[str]:
    """What a screen reader is told, name by name."""
    if interface is None or depth > 40 or interface.role() == QAccessible.Role.ProgressBar:
        return []
    said = [
        interface.text(kind)
        for kind in (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value)
    ]
    for number in range(interface.childCount()):
        said += aloud(interface.child(number), depth + 1)
    return [part for part in said if part]


def pixels(widget: QWidget) -> bytes:
    """The widget on black: what it leaves unpainted would else be whatever was in memory."""
    ground = QImage(widget.size(), QImage.Format.Format_RGB32)
    ground.fill(Qt.GlobalColor.black)
    widget.render(ground)
    return bytes(ground.constBits())


def thumbnails(studio: Studio) -> list[bytes]:
    view = studio.window.series.list
    rows = [view.item(n).data(ROW) for n in range(view.count())]
    return [bytes(row.image.constBits()) if row.image is not None else b"" for row in rows]


def surfaces(studio: Studio) -> Surfaces:
    """All that can be seen, heard, found or pointed at."""
    window, state = studio.window, studio.state
    arrangement = state.workspace.arrangement
    actions = sorted(f"{a.text()} {a.toolTip()} {a.isEnabled()}" for a in window.findChildren(QAction))
    return {
        "titles": [window.windowTitle(), QApplication.applicationDisplayName(), QApplication.applicationName()],
        "words": widget_words(window),
        "names": aloud(QAccessible.queryAccessibleInterface(window)),
        "actions": actions,
        "palette": [choice.words for choice in window.desk.sheets._choices()],
        "pictures": pixels(window.host),
        "corners": [str(getattr(c.view, "corners", "")) for c in window.host.contents.values() if hasattr(c, "view")],
        "panel": pixels(window.findings),
        "gate": pixels(window.gate),
        "header": pixels(window.header),
        "series": pixels(window.series),
        "thumbnails": thumbnails(studio),
        "key images": pixels(window.key_images),
        "hanging": [(v.hung, v.sync) for v in arrangement.viewports] + [arrangement.protocol_id, arrangement.stage],
        "order": [one.study_instance_uid for one in state.workspace.listed],
        "said": [one for one in studio.said if "Scan" not in one and " files" not in one],
        "reading": (state.reading.reading.judgements, state.reading.reading.key_images)
        if state.reading.reading
        else (),
    }  # fmt: skip


WALK: tuple[tuple[str, Callable[[Studio], None]], ...] = (
    ("as it opens", lambda s: None),
    ("next finding", lambda s: press(s, Qt.Key.Key_N)),
    ("accept", lambda s: press(s, Qt.Key.Key_Return)),
    ("reject", lambda s: press(s, Qt.Key.Key_Delete)),
    ("heat on and off", lambda s: press(s, Qt.Key.Key_G)),
    ("all marks again", lambda s: press(s, Qt.Key.Key_G)),
    ("heat mode", lambda s: press(s, Qt.Key.Key_G, SHIFT)),
    ("ask for results", lambda s: press(s, Qt.Key.Key_G, CONTROL)),
    ("low findings", lambda s: press(s, Qt.Key.Key_N, ALT)),
    ("sort by AI", lambda s: press(s, Qt.Key.Key_W, ALT)),
    ("next key image", lambda s: press(s, Qt.Key.Key_K, SHIFT)),
    ("undo", lambda s: press(s, Qt.Key.Key_Z, CONTROL)),
    ("another image", lambda s: press(s, Qt.Key.Key_Down)),
    ("mark read", lambda s: press(s, Qt.Key.Key_Return, CONTROL)),
    ("search the worklist", lambda s: s.window.worklist.filter.setText(CANARY)),
    ("search no more", lambda s: s.window.worklist.filter.setText("")),
    ("the other study", lambda s: press(s, Qt.Key.Key_Right, CONTROL)),
    ("and back", lambda s: press(s, Qt.Key.Key_Left, CONTROL)),
    ("four viewports", lambda s: press(s, Qt.Key.Key_4, CONTROL)),
    ("planes", lambda s: press(s, Qt.Key.Key_O)),
    ("planes no more", lambda s: press(s, Qt.Key.Key_O)),
)  # fmt: skip
TELLING = ("AI waits",)  # that AI waits may be told: it is the same whatever was found


def without_telling(value: object) -> object:
    if not isinstance(value, list):
        return value
    parts = [str(part) for part in value]
    for word in TELLING:
        parts = [
            part.replace(f", {word}", "").replace(f"\n{word}", "").replace(f"'{word}'", "''")
            for part in parts
        ]
        parts = [part for part in parts if part != word]
    # Memory is not the same in two windows, and how many files a folder holds is known to whoever opened it.
    return [part for part in parts if part and "GB" not in part and "Scan finished" not in part]


@dataclass
class Twins:
    """The same window with withheld AI and without any."""

    with_ai: Studio
    bare: Studio
    folder: Path


POLICIES = {
    "read first": ("read_first", ()),
    "on request": ("on_request", ()),
    "by package": ("shown", (f"{CANARY}-model=read_first",)),
    "not understood": ("whenever", ()),
}


@pytest.fixture(params=["read first"])
def twins(tmp_path: Path, qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[Twins]:
    policy = POLICIES[request.param]
    # Folders of one length, so that a path in a sentence is as long in both.
    bare = prepared(tmp_path / "b", policy, with_ai=False)
    with_ai = prepared(tmp_path / "a", policy, with_ai=True)
    yield Twins(with_ai, bare, tmp_path)
    with_ai.close()
    bare.close()


def take_turn(studio: Studio) -> None:
    """Keys reach the window that is active only."""
    studio.window.activateWindow()
    studio.spin()


def compare(twins: Twins, where: str, only: tuple[str, ...] = ()) -> None:
    take_turn(twins.with_ai)
    found = surfaces(twins.with_ai)
    take_turn(twins.bare)
    clean = surfaces(twins.bare)
    for name, value in found.items():
        if only and name not in only:
            continue
        mine, other = without_telling(value), without_telling(clean[name])
        if isinstance(mine, list) and isinstance(other, list):
            mine = [str(part).replace(f"{twins.folder}/a/", "/") for part in mine]
            other = [str(part).replace(f"{twins.folder}/b/", "/") for part in other]
            extra = [part for part in mine if part not in other]
            assert not extra, f"{where}: {name} tells {extra[:5]}"
        assert mine == other, f"{where}: {name} differs"


def test_a_walk_over_every_surface_finds_no_leak_before_the_commit(
    twins: Twins, caplog: pytest.LogCaptureFixture
) -> None:
    """RQ-17: twins, key for key."""
    caplog.set_level(logging.DEBUG)
    for where, step in WALK:
        for studio in (twins.with_ai, twins.bare):
            take_turn(studio)
            step(studio)
            studio.wait_idle()
        reading = twins.with_ai.state.reading.reading
        assert reading is not None
        assert reading.gate is Gate.READ_FIRST
        compare(twins, where)
    assert CANARY not in caplog.text
    assert OTHERS not in caplog.text


def test_no_sheet_tells_anything_before_the_commit(twins: Twins) -> None:
    """RQ-17: palette, comparison, training, queue, inventory and all others, each opened in both windows."""
    for what in SHEETS:
        for studio in (twins.with_ai, twins.bare):
            take_turn(studio)
            studio.window.desk.show(what)
            studio.wait_idle()
        assert CANARY not in "\n".join(widget_words(twins.with_ai.window)), what
        compare(twins, what, ("titles", "words", "names", "palette", "said"))
        for studio in (twins.with_ai, twins.bare):
            studio.window.desk.sheets.dismiss()


@pytest.mark.parametrize("twins", ["on request", "by package", "not understood"], indirect=True)
def test_other_policies_tell_nothing_as_the_study_opens(twins: Twins) -> None:
    """RQ-17: on request, one package alone, and a policy that nobody understands."""
    said = "\n".join(widget_words(twins.with_ai.window))
    assert CANARY not in said
    assert "0.87" not in said
    assert CANARY not in "\n".join(aloud(QAccessible.queryAccessibleInterface(twins.with_ai.window)))
    for content in twins.with_ai.window.host.contents.values():
        assert isinstance(content, StackContent)
        assert not content.view.heat
        assert not content.view.outlines
        assert {mark.text for mark in content.view.markers} <= {f"{OTHERS} of Ben  (Ben)"}
    assert thumbnails(twins.with_ai) == thumbnails(twins.bare)
    assert surfaces(twins.with_ai)["hanging"] == surfaces(twins.bare)["hanging"]


def test_no_file_that_leaves_holds_anything_before_the_commit(twins: Twins) -> None:
    """RQ-17: exports of the window, and everything else that it wrote but for the records themselves."""
    twins.with_ai.window.desk.running.export(twins.folder / "out")
    twins.with_ai.wait_idle()
    records = {"journal.sqlite", "journal.sqlite.witness", "journal.sqlite.seal", "index.sqlite"}
    data = twins.with_ai.ctx.paths
    leaving = [*(twins.folder / "out").rglob("*"), *data.settings.rglob("*"), *data.cache.rglob("*")]
    leaking = [
        file
        for file in leaving
        if file.is_file()
        and file.name.split("-")[0] not in records
        and (CANARY.encode() in file.read_bytes() or b"0.87654" in file.read_bytes())
    ]
    assert not leaking


def test_no_command_tells_anything_before_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """RQ-17: every command that reads the journal or the study, as the reader types it."""
    home = tmp_path / "home"
    monkeypatch.setenv("OVERREAD_HOME", str(home))
    studio = prepared(tmp_path / "a", POLICIES["read first"], with_ai=True)
    uid = studio.state.workspace.open_study_uid
    studio.close()
    from app.support.paths import user_paths

    paths, made = user_paths(), paths_in(tmp_path / "a")
    for source, target in (
        (made.data, paths.data),
        (made.settings, paths.settings),
        (made.cache, paths.cache),
    ):
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
    folder = str(tmp_path / "a" / "ct0")
    for arguments in (
        ["review", "list"],
        ["review", "list", "--json"],
        ["review", "accept", "2.25.1"],
        ["compare", "--study", uid],
        ["compare", "--study", uid, "--json"],
        ["export", "--format", "csv,jsonl,sr", "--out", str(tmp_path / "out")],
        ["training", "flagged"],
        ["training", "report"],
        ["training", "group"],
        ["qa", "figures"],
        ["journal", "verify", "--json"],
        ["objects", folder],
        ["objects", folder, "--json"],
        ["doctor", "--json"],
    ):
        run(arguments)
        told = capsys.readouterr()
        words = told.out + told.err
        assert CANARY not in words, arguments
        assert "0.87" not in words, arguments
    assert not [f for f in (tmp_path / "out").rglob("*") if f.is_file() and CANARY.encode() in f.read_bytes()]
