"""The listener takes what allowed callers send, keeps it as it came, and refuses the rest with the right status.

RQ-67: it is off, and on this computer alone, until it is set.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from app.domain.errors import SettingRefusedError
from app.settings.listener import ListenerSettings, check_listener, load_listener, save_listener
from app.studies.headers import ScannedInstance
from app.studies.remote.dimse_intake import Refused
from app.studies.remote.dimse_listener import Ears, Listener
from tests.support.dicom_files import ct_dataset, write

ON_LOOPBACK = ListenerSettings(ae_title="OVERREAD", port=0, callers=("SCANNER",), wait_s=5.0)
needs_dcmtk = pytest.mark.skipif(shutil.which("storescu") is None, reason="dcmtk is not installed")


@contextmanager
def listening(
    folder: Path, settings: ListenerSettings = ON_LOOPBACK
) -> Iterator[tuple[Listener, list[ScannedInstance], list[Refused]]]:
    kept: list[ScannedInstance] = []
    refused: list[Refused] = []
    listener = Listener(settings, folder, Ears(kept.append, refused.append))
    listener.start()
    try:
        yield listener, kept, refused
    finally:
        listener.close()


def storescu(port: int, file: Path, caller: str = "SCANNER", called: str = "OVERREAD") -> int:
    words = ["storescu", "-aet", caller, "-aec", called, "127.0.0.1", str(port), str(file)]
    return subprocess.run(words, capture_output=True, check=False, timeout=30).returncode


@needs_dcmtk
def test_a_known_caller_is_stored_byte_for_byte(tmp_path: Path) -> None:
    file = write(ct_dataset(SOPInstanceUID="1.2.3.9"), tmp_path / "a.dcm")
    with listening(tmp_path / "in") as (listener, kept, refused):
        assert storescu(listener.port, file) == 0
        assert storescu(listener.port, file) == 0  # the same again is fine
    target = tmp_path / "in" / "1.2.3" / "1.2.3.9.dcm"
    assert pydicom.dcmread(target) == pydicom.dcmread(file)
    assert [one.instance.path for one in kept] == [target, target]
    assert not refused
    assert not list((tmp_path / "in").rglob("*.part"))


@needs_dcmtk
@pytest.mark.parametrize(("caller", "called"), [("STRANGER", "OVERREAD"), ("SCANNER", "OTHER")])
def test_other_titles_do_not_get_in(tmp_path: Path, caller: str, called: str) -> None:
    file = write(ct_dataset(), tmp_path / "a.dcm")
    with listening(tmp_path / "in") as (listener, kept, _):
        assert storescu(listener.port, file, caller, called) != 0
    assert not kept
    assert not list((tmp_path / "in").rglob("*.dcm"))


@needs_dcmtk
def test_a_file_above_the_limit_is_refused_as_out_of_resources(tmp_path: Path) -> None:
    pixels = np.zeros(1024 * 1024, dtype="<i2").tobytes()
    file = write(ct_dataset(Rows=1024, Columns=1024, PixelData=pixels), tmp_path / "big.dcm")
    with listening(tmp_path / "in", replace(ON_LOOPBACK, file_mib=1)) as (listener, kept, refused):
        assert storescu(listener.port, file) != 0
    assert not kept
    assert [(one.status, one.key) for one in refused] == [(0xA700, "dimse.refused.too_large")]
    assert not list((tmp_path / "in").rglob("*.part"))


@needs_dcmtk
def test_other_contents_of_one_identifier_are_refused_and_the_first_stays(tmp_path: Path) -> None:
    first = write(ct_dataset(SOPInstanceUID="1.2.3.9"), tmp_path / "a.dcm")
    other = write(ct_dataset(SOPInstanceUID="1.2.3.9", StudyDescription="Other"), tmp_path / "b.dcm")
    with listening(tmp_path / "in") as (listener, _, refused):
        storescu(listener.port, first)
        assert storescu(listener.port, other) != 0
    assert [one.status for one in refused] == [0x0111]
    kept = pydicom.dcmread(tmp_path / "in" / "1.2.3" / "1.2.3.9.dcm")
    assert kept.StudyDescription == "Chest"


@needs_dcmtk
@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"\x01\x00\xff\xff\xff\xff" + b"\0" * 5000,
        b"\x04\x00\0\0\0\x02xx",
        b"\0" * 9,
    ],
)
def test_garbage_at_the_port_harms_nobody_else(tmp_path: Path, raw: bytes) -> None:
    file = write(ct_dataset(), tmp_path / "a.dcm")
    with (
        listening(tmp_path / "in") as (listener, kept, _),
        socket.create_connection(("127.0.0.1", listener.port), 5) as stranger,
    ):
        stranger.sendall(raw)
        assert storescu(listener.port, file) == 0
    assert len(kept) == 1


def test_it_is_off_and_on_loopback_until_set(tmp_path: Path) -> None:
    assert load_listener(tmp_path) == (ListenerSettings(), ())
    assert not ListenerSettings().is_on
    assert ListenerSettings().host == "127.0.0.1"


@pytest.mark.parametrize(
    "change",
    [
        {"host": "0.0.0.0"},
        {"ae_title": "A\\B"},
        {"tls": True},
        {"file_mib": 0},
        {"cert": "c.pem"},
        {"wait_s": 0.0},
    ],
)
def test_unsafe_settings_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(SettingRefusedError):
        check_listener(replace(ListenerSettings(), **change))  # type: ignore[arg-type]  # values of every field


def test_an_entry_that_cannot_be_used_switches_it_off(tmp_path: Path) -> None:
    save_listener(tmp_path, replace(ON_LOOPBACK, is_on=True))
    assert load_listener(tmp_path) == (replace(ON_LOOPBACK, is_on=True), ())
    file = tmp_path / "listener.json"
    file.write_text(file.read_text().replace('"port": 0', '"port": "x"'))
    settings, refused = load_listener(tmp_path)
    assert refused == ("port",)
    assert not settings.is_on
