"""`overread snapshot` and the studio draw what was asked for, and say what they could not."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from app.cli.main import run
from tests.support.ui import write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def grey(file: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    image = QImage(str(file)).convertToFormat(QImage.Format.Format_Grayscale8)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width()].copy()


def full_disk(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.usefixtures("qapp")
class TestSnapshot:
    def test_a_stack_image_has_the_size_and_the_ball_asked_for(self, tmp_path: Path) -> None:
        write_ct(tmp_path / "ct")
        out = tmp_path / "a.png"
        code = run(["snapshot", str(tmp_path / "ct"), "--out", str(out), "--slice", "7", "--size", "400x400"])
        assert code == 0
        picture = grey(out)
        assert picture.shape == (400, 400)
        # The ball lies at column 40 and row 32 of 64, so right of the middle.
        assert picture[205, 253] > picture[205, 120] + 50

    def test_a_window_changes_the_grey(self, tmp_path: Path) -> None:
        write_ct(tmp_path / "ct")
        for name, window in (("dark", "2000,100"), ("bright", "-1500,100")):
            path = tmp_path / f"{name}.png"
            assert run(["snapshot", str(tmp_path / "ct"), "--out", str(path), "--window", window]) == 0
        assert grey(tmp_path / "bright.png")[500, 300] > grey(tmp_path / "dark.png")[500, 300] + 100

    def test_the_whole_window(self, tmp_path: Path) -> None:
        write_ct(tmp_path / "ct")
        out = tmp_path / "w.png"
        args = ["snapshot", str(tmp_path / "ct"), "--out", str(out), "--view", "window", "--size", "1400x900"]
        assert run(args) == 0
        assert grey(out).shape == (900, 1400)

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            (["--slice", "99"], "no image 99"),
            (["--size", "large"], "large"),
            (["--window", "x"], "x"),
            (["--view", "mammo"], "mammograms"),
            (["--overlay", "nowhere.json"], "nowhere.json"),
        ],
    )
    def test_what_cannot_be_drawn_is_one_line_and_exit_code_1(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], words: str
    ) -> None:
        write_ct(tmp_path / "ct")
        out = tmp_path / "a.png"
        assert run(["snapshot", str(tmp_path / "ct"), "--out", str(out), *more]) == 1
        said = capsys.readouterr().err
        assert words in said
        assert len(said.strip().splitlines()) == 1
        assert not out.exists()

    @pytest.mark.parametrize("name", ["a", "a.xyz", "there/a.png", "full.png"])
    def test_a_picture_is_written_whole_or_not_at_all(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        write_ct(tmp_path / "ct")
        (tmp_path / "there").touch()
        if name == "full.png":
            monkeypatch.setattr("app.support.whole_files.os.fsync", full_disk)
        assert run(["snapshot", str(tmp_path / "ct"), "--out", str(tmp_path / name)]) == 1
        (said,) = capsys.readouterr().err.strip().splitlines()
        assert Path(name).name in said
        assert sorted(one.name for one in tmp_path.iterdir()) == ["ct", "there"]

    def test_an_empty_folder(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "empty").mkdir()
        assert run(["snapshot", str(tmp_path / "empty"), "--out", str(tmp_path / "a.png")]) == 1
        assert "empty" in capsys.readouterr().err


def test_without_a_display_the_window_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    from PySide6.QtWidgets import QApplication

    monkeypatch.setattr(QApplication, "instance", lambda: None)
    assert run([]) == 1
    said = capsys.readouterr().err
    assert "no display" in said
    assert len(said.strip().splitlines()) == 1


def test_opening_a_path_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["open", "/nowhere/at/all"]) == 1
    assert "/nowhere/at/all" in capsys.readouterr().err


@pytest.mark.usefixtures("qapp")
def test_a_picture_of_a_part_has_no_transparent_ground(tmp_path: Path) -> None:
    write_ct(tmp_path / "ct")
    out = tmp_path / "v.png"
    assert (
        run(["snapshot", str(tmp_path / "ct"), "--out", str(out), "--view", "volume", "--size", "300x300"])
        == 0
    )
    assert not QImage(str(out)).hasAlphaChannel()
    assert grey(out)[:40, 100:200].mean() < 40
