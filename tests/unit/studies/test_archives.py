"""Archives unpack within bounds, whole or not at all, and never outside the cache."""

from __future__ import annotations

import errno
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from app.domain.errors import StudyUnreadableError
from app.domain.volume import Cancelled, CancelToken
from app.studies import archive_limits, unpacked
from app.studies.scan import ScanReport
from app.studies.source_chain import open_places
from app.support.i18n import text_with
from tests.support import places
from tests.support.dicom_files import ct_dataset

DICOM = io.BytesIO()
ct_dataset().save_as(DICOM, enforce_file_format=True)
SLICE = DICOM.getvalue()


def opened(archive: Path, password: str | None = None) -> ScanReport:
    return open_places([archive], places.around(archive.parent / "cache", password))


def keys(report: ScanReport) -> list[str]:
    for one in report.refused:
        assert "{" not in text_with(one.reason_key, dict(one.facts))
    return [one.reason_key.removeprefix("error.source.") for one in report.refused]


def outside(tmp_path: Path) -> list[Path]:
    inside = tmp_path / "cache" / "archives"
    return [one for one in tmp_path.rglob("*") if one.is_file() and inside not in one.parents]


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "C:/evil", "..\\evil", "a/../b"])
def test_names_that_lead_outside_are_left_out_and_named(tmp_path: Path, name: str) -> None:
    archive = places.zip_with(tmp_path / "a.zip", {name: SLICE, "good": SLICE})
    report = opened(archive)
    assert keys(report) == ["unsafe_member"]
    assert len(report.studies) == 1
    assert outside(tmp_path) == [archive]


def test_links_and_devices_are_left_out(tmp_path: Path) -> None:
    link, device = tarfile.TarInfo("link"), tarfile.TarInfo("null")
    link.type, link.linkname, device.type = tarfile.SYMTYPE, "/etc/passwd", tarfile.CHRTYPE
    archive = places.tar_with(
        tmp_path / "a.tar", [(link, b""), (device, b""), (tarfile.TarInfo("good"), SLICE)]
    )
    assert keys(opened(archive)) == ["link_member", "link_member"]
    zipped = places.zip_with(tmp_path / "b.zip", {"l": b"/etc/passwd", "good": SLICE}, modes={"l": 0o120777})
    assert keys(opened(zipped)) == ["link_member"]


def test_an_archive_in_an_archive_is_named(tmp_path: Path) -> None:
    archive = places.zip_with(tmp_path / "a.zip", {"inner.zip": b"PK", "good": SLICE})
    assert keys(opened(archive)) == ["nested_archive"]
    alone = places.zip_with(tmp_path / "b.zip", {"inner.tar.gz": b"x"})
    report = opened(alone)
    assert not report.studies
    assert keys(report) == ["nested_archive"]


@pytest.mark.parametrize("name", ["bomb.zip", "bomb.tar.gz"])
def test_a_bomb_is_refused_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    zeros = bytes(64 * 1024 * 1024)
    if name.endswith("zip"):
        archive = places.zip_with(tmp_path / name, {"zeros": zeros})
    else:
        archive = places.tar_with(tmp_path / name, [(tarfile.TarInfo("zeros"), zeros)])
    with pytest.raises(StudyUnreadableError, match="inflates_too_far"):
        opened(archive)
    assert outside(tmp_path) == [archive]
    assert not list((tmp_path / "cache" / "archives").iterdir())


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    archive = places.zip_with(tmp_path / "a.zip", {"zeros": bytes(64 * 1024 * 1024)})
    raw = bytearray(archive.read_bytes())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (1000).to_bytes(4, "little")  # claims a thousand bytes
    archive.write_bytes(raw)
    report = opened(archive)
    assert keys(report) == ["damaged_member"]
    assert sum(one.stat().st_size for one in (tmp_path / "cache").rglob("*") if one.is_file()) < 4096


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_limits, "MEMBERS", 3)
    archive = places.zip_with(tmp_path / "a.zip", {str(number): SLICE for number in range(4)})
    with pytest.raises(StudyUnreadableError, match="too_many_members"):
        opened(archive)


def test_a_header_of_gigabytes_is_no_header(tmp_path: Path) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 2 * 1024**3
    archive = tmp_path / "a.tar"
    archive.write_bytes(info.tobuf(tarfile.USTAR_FORMAT) + bytes(10240))
    with pytest.raises(StudyUnreadableError, match="damaged_archive"):
        opened(archive)


def test_a_member_of_negative_size_does_not_hang(tmp_path: Path) -> None:
    block = bytearray(tarfile.TarInfo("a").tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\xff" * 10 + b"\xfe\x00"  # -512, base 256
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    archive = tmp_path / "a.tar"
    good = tarfile.TarInfo("good")
    good.size = 512
    archive.write_bytes(good.tobuf() + bytes(512) + bytes(block) * 4 + bytes(1024))
    with pytest.raises(StudyUnreadableError):
        opened(archive)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.xz"])
def test_a_cut_off_archive_is_never_taken_for_whole(tmp_path: Path, name: str, share: float) -> None:
    places.made_study(tmp_path / "in")
    wrap = places.zip_of if name.endswith("zip") else places.tar_of
    archive = wrap(tmp_path / "in", tmp_path / name)
    raw = archive.read_bytes()
    archive.write_bytes(raw[: int(len(raw) * share)])
    try:
        report = opened(archive)
    except StudyUnreadableError:
        assert not list((tmp_path / "cache" / "archives").iterdir())
    else:  # a plain tar cut in the zeros after its last file lost nothing, or says that it may have
        count = sum(len(series.instances) for study in report.studies for series in study.series)
        assert count == 5 or "no_end_mark" in keys(report)


def test_cutting_a_tar_between_files_is_said(tmp_path: Path) -> None:
    members = [(tarfile.TarInfo(str(number)), SLICE) for number in range(3)]
    archive = places.tar_with(tmp_path / "a.tar", members)
    each = 512 + -(-len(SLICE) // 512) * 512
    archive.write_bytes(archive.read_bytes()[: 2 * each])
    assert keys(opened(archive)) == ["no_end_mark"]


def test_cancelling_leaves_nothing_half(tmp_path: Path) -> None:
    places.made_study(tmp_path / "in")
    archive = places.zip_of(tmp_path / "in", tmp_path / "a.zip")
    token = CancelToken()

    def stop(share: float, _note: str) -> None:
        if share > 0:
            token.cancel()

    with pytest.raises(Cancelled):
        open_places([archive], places.around(tmp_path / "cache"), progress=stop, cancel=token)
    assert not list((tmp_path / "cache" / "archives").iterdir())
    assert len(opened(archive).studies) == 2


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places.made_study(tmp_path / "in")
    archive = places.zip_of(tmp_path / "in", tmp_path / "a.zip")

    def full(_source: str, _target: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(StudyUnreadableError, match="disk_full"):
        opened(archive)
    assert not list((tmp_path / "cache" / "archives").iterdir())


def test_it_is_unpacked_once(tmp_path: Path) -> None:
    places.made_study(tmp_path / "in")
    archive = places.zip_of(tmp_path / "in", tmp_path / "a.zip")
    first = {one: one.stat().st_mtime_ns for one in _kept(opened(archive), tmp_path)}
    assert {one: one.stat().st_mtime_ns for one in _kept(opened(archive), tmp_path)} == first
    os.utime(archive, ns=(1, 1))
    opened(archive)
    assert len(list((tmp_path / "cache" / "archives").iterdir())) == 2


def _kept(_report: ScanReport, tmp_path: Path) -> list[Path]:
    return [one for one in (tmp_path / "cache").rglob("IM*") if one.is_file()]


def test_a_locked_archive_says_what_it_needs(tmp_path: Path) -> None:
    places.made_study(tmp_path / "in")
    archive = places.locked_zip_of(tmp_path / "in", tmp_path / "a.zip")
    for password, key in ((None, "locked"), ("wrong", "wrong_password")):
        with pytest.raises(StudyUnreadableError, match=rf"error\.source\.{key}"):
            opened(archive, password)
        assert not list((tmp_path / "cache" / "archives").iterdir())
    assert len(opened(archive, places.PASSWORD).studies) == 2


def test_names_that_only_differ_in_case_both_stay(tmp_path: Path) -> None:
    members = {"A/im": SLICE, "a/IM": SLICE, "x: y?.dcm": SLICE, "n" * 300: SLICE}
    archive = places.zip_with(tmp_path / "a.zip", members)
    report = opened(archive)
    assert (report.files, report.copies) == (4, 3)


def test_a_dicom_file_that_begins_like_an_archive_is_dicom(tmp_path: Path) -> None:
    path = tmp_path / "polyglot"
    path.write_bytes(b"PK\x03\x04" + SLICE[4:])
    assert len(opened(path).studies) == 1


def test_other_kinds_of_archive_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.rar"
    path.write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(64))
    with pytest.raises(StudyUnreadableError, match="unknown_archive"):
        opened(path)


def test_the_longest_unused_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "KEPT_BYTES", 10)
    for number, name in enumerate(("old", "older")):
        archive = places.zip_with(tmp_path / f"{name}.zip", {"good": SLICE})
        opened(archive)
        (folder,) = {one for one in (tmp_path / "cache" / "archives").iterdir() if one.stat().st_mtime > 1e6}
        os.utime(folder, (1000 - number, 1000 - number))
    opened(places.zip_with(tmp_path / "new.zip", {"good": SLICE}))
    assert len(list((tmp_path / "cache" / "archives").iterdir())) == 1


def test_a_zip_of_an_unknown_method_says_so(tmp_path: Path) -> None:
    archive = places.zip_with(tmp_path / "a.zip", {"odd": SLICE, "good": SLICE})
    raw = bytearray(archive.read_bytes())
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        raw[raw.find(mark) + at : raw.find(mark) + at + 2] = (9).to_bytes(2, "little")  # Deflate64
    archive.write_bytes(raw)
    assert keys(opened(archive)) == ["unknown_method"]
    assert zipfile.is_zipfile(archive)
