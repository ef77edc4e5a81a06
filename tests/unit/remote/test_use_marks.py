"""No purge takes a copy that somebody looks at or fetches, in this window or in another process."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from app.settings.connections import Connection
from app.state.events import StudiesListed, StudyOpened
from app.studies.index import StudyIndex
from app.studies.remote import kept_copies
from app.studies.remote.kept_copies import kept_studies, purge
from app.studies.remote.use_marks import is_used, mark_use
from app.studies.remote.web_source import WebSource
from app.studies.scan import scan
from app.ui.studio import Studio
from app.workflows.copies import CopiesOnScreen
from tests.support.dicom_files import write_stack
from tests.support.odd_server import Answer, Asked, OddServer
from tests.support.small_archive import AS_USUAL, SmallArchive
from tests.support.ui import paths_in
from tests.support.web import stack

HOLD = """
import sys, time
from pathlib import Path
from app.studies.remote.use_marks import mark_use
mark_use(Path(sys.argv[1]))
print("marked", flush=True)
time.sleep(60)
"""


def write_copy(cache: Path, uid: str) -> Path:
    folder = cache / "remote" / "dicomweb-0123" / uid
    write_stack(folder, [(0, 0, z) for z in range(2)], StudyInstanceUID=uid, SeriesInstanceUID=f"{uid}.4")
    return folder


def test_what_is_marked_stays_until_the_last_mark_goes(tmp_path: Path) -> None:
    folder = write_copy(tmp_path, "1.1")
    first, second = mark_use(folder), mark_use(folder)
    assert purge(tmp_path, 0) == ()
    first()
    assert is_used(folder)
    assert purge(tmp_path, 0) == ()
    second()
    second()
    assert not is_used(folder)
    assert [one.folder for one in purge(tmp_path, 0)] == [folder]


def test_a_mark_is_made_though_the_folder_of_marks_goes_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another's last mark is let go, and their folder with it, between making the folder and the file."""
    folder = write_copy(tmp_path, "1.1")
    touch = Path.touch
    gone: list[Path] = []

    def late(self: Path, mode: int = 0o666, exist_ok: bool = True) -> None:
        if not gone:
            gone.append(self)
            self.parent.rmdir()
        touch(self, mode, exist_ok)

    monkeypatch.setattr(Path, "touch", late)
    mark_use(folder)
    assert gone
    assert is_used(folder)


def test_marks_are_no_studies(tmp_path: Path) -> None:
    folder = write_copy(tmp_path, "1.1")
    mark_use(folder)
    assert [one.folder for one in kept_studies(tmp_path)] == [folder]
    assert kept_studies(tmp_path)[0].files == 2


def test_another_process_holds_it_and_one_that_died_does_not(tmp_path: Path) -> None:
    folder = write_copy(tmp_path, "1.1")
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "marked\n"
        assert purge(tmp_path, 0) == ()
    finally:
        child.kill()
        child.communicate(timeout=10)
    assert [one.folder for one in purge(tmp_path, 0)] == [folder]
    assert not list((folder.parent / ".in-use").rglob("*-*"))


def test_one_that_is_opened_while_it_is_taken_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_copy(tmp_path, "1.1")
    looks: list[Path] = []

    def late(asked: Path) -> bool:
        looks.append(asked)
        return len(looks) > 1  # free when first looked at, marked when looked at again after the rename

    monkeypatch.setattr(kept_copies, "is_used", late)
    assert purge(tmp_path, 0) == ()
    assert len(list(folder.iterdir())) == 2


def test_what_came_anew_while_it_was_taken_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_copy(tmp_path, "1.1")
    names = sorted(path.name for path in folder.iterdir())
    looks: list[Path] = []

    def late(asked: Path) -> bool:
        looks.append(asked)
        if len(looks) == 2:
            folder.mkdir()
            (folder / names[0]).write_bytes(b"newer")
        return len(looks) > 1

    monkeypatch.setattr(kept_copies, "is_used", late)
    assert purge(tmp_path, 0) == ()
    assert sorted(path.name for path in folder.iterdir()) == names
    assert (folder / names[0]).read_bytes() == b"newer"


def test_a_study_on_its_way_is_spared(tmp_path: Path) -> None:
    archive = SmallArchive(stack(tmp_path / "in", 9))
    at_stream, let = threading.Event(), threading.Event()

    def slow(asked: Asked) -> Answer | str:
        if "/series/" in asked.path and "/instances" not in asked.path:
            at_stream.set()
            assert let.wait(20)
        return AS_USUAL

    archive.odd = slow
    with OddServer(archive) as server:
        source = WebSource(Connection("pacs", url=server.url), tmp_path / "cache")
        job = threading.Thread(target=source.open, args=("1.2.3",))
        job.start()
        try:
            assert at_stream.wait(20)
            assert len(kept_studies(tmp_path / "cache")) == 1  # its middle image is here
            assert purge(tmp_path / "cache", 0) == ()
        finally:
            let.set()
            job.join(20)
            source.close()
    assert kept_studies(tmp_path / "cache")[0].files == 9
    assert len(purge(tmp_path / "cache", 0)) == 1


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_study_opened_in_a_window_is_spared_until_another_is(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    folders = [write_copy(paths.cache, uid) for uid in ("1.1", "1.2")]
    with closing(StudyIndex(tmp_path / "index.sqlite")) as index:
        scan([paths.cache / "remote"], on_batch=index.add)
        studies = index.studies()
    studio = Studio.of(paths)
    try:
        studio.ctx.store.apply(StudiesListed(studies))
        studio.open_study("1.1")
        assert (is_used(folders[0]), is_used(folders[1])) == (True, False)
        studio.open_study("1.2")
        studio.wait_idle()
        assert is_used(folders[1])
    finally:
        studio.close()
    assert not is_used(folders[0])
    assert not is_used(folders[1])


def test_files_that_are_no_copies_are_not_marked(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    write_stack(tmp_path / "own" / "study", [(0, 0, 0)], StudyInstanceUID="1.1")
    from app.context import build_context

    ctx = build_context(paths)
    watching = CopiesOnScreen(ctx)
    ctx.store.apply(StudiesListed(scan([tmp_path / "own"]).studies))
    ctx.store.apply(StudyOpened("1.1"))
    watching.close()
    ctx.close()
    assert not (tmp_path / "own" / ".in-use").exists()


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_commands_mark_the_copies_that_they_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`snapshot` and `export` while they draw and write; `run` by the same block."""
    from app.cli.commands import export, snapshot
    from app.domain.finding import Reading
    from app.support.paths import user_paths

    folder = write_copy(user_paths().cache, "1.2.3")
    seen: dict[str, bool] = {}

    def grab(_studio: Studio, out: Path, *_: object) -> None:
        seen["snapshot"] = is_used(folder)

    def write(*_: object, **__: object) -> object:
        seen["export"] = is_used(folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(Studio, "grab", grab)
    monkeypatch.setattr(export, "export_readings", write)
    monkeypatch.setattr(export, "with_studies", lambda *_: [(Reading("1.2.3"), scan([folder]).studies[0])])
    snapshot.take(
        folder, tmp_path / "out.png", snapshot.Wish(snapshot.View.STACK, None, None, None, (200, 200))
    )
    with pytest.raises(KeyboardInterrupt):
        export.export(out=tmp_path / "out")
    assert seen == {"snapshot": True, "export": True}
    assert not is_used(folder)
