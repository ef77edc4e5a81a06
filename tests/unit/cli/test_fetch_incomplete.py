"""`overread fetch` ends with 1 where not all of a study came, whatever the server speaks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from unittest.mock import create_autospec

import numpy as np
import pytest

from app.cli.main import run as main
from app.settings.connections import Connection, ConnectionBook, save_connections
from app.studies.remote.web_source import WebSource
from app.studies.scan import ScanReport, scan
from app.support.paths import user_paths
from app.workflows.connections import fetch
from tests.support.orthanc import running_orthanc
from tests.support.plug import Plug
from tests.support.web import stack


def test_a_fetch_that_breaks_off_is_no_success_and_the_next_one_brings_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    words = ["fetch", "pacs", "1.2.3", "--out", str(tmp_path / "got"), "--json"]
    with running_orthanc(tmp_path / "server") as server, Plug(server.http_port) as cable:
        pixels = np.zeros((256, 256), np.int16).tobytes()
        server.put(stack(tmp_path / "in", 20, Rows=256, Columns=256, PixelData=pixels))
        pacs = Connection("pacs", url=f"http://127.0.0.1:{cable.port}/dicom-web")
        save_connections(user_paths().settings, ConnectionBook().with_one(pacs))
        cable.cut_after = 1_200_000
        assert main(words) == 1
        told = capsys.readouterr()
        report = json.loads(told.out)
        assert 0 < report["files"] < report["total"] == 20
        assert len(list((tmp_path / "got").iterdir())) == report["files"]
        assert f"{report['files']} of 20" in told.err
        assert len(told.err.strip().splitlines()) == 1
        cable.mend()
        assert main(words) == 0
        report = json.loads(capsys.readouterr().out)
        assert (report["files"], report["total"], report["remarks"]) == (20, 20, [])
        server.stop()
        assert main(words) == 1  # all of it lies here, but nobody knows whether the study has grown since
        told = capsys.readouterr()
        report = json.loads(told.out)
        assert (report["files"], report["total"], report["is_confirmed"]) == (20, 20, False)
        assert "20 images" in told.err
        assert len(told.err.strip().splitlines()) == 1


@pytest.mark.parametrize("scheme", ["dicomweb", "dimse"])
@pytest.mark.parametrize("word", ["from_cache", "broke_off"])
def test_what_the_server_did_not_confirm_is_not_called_whole(tmp_path: Path, scheme: str, word: str) -> None:
    """Both kinds of server, without a count of theirs."""
    report = ScanReport((), 0, 0, 0.0, (), remarks=((f"{scheme}.{word}", (("connection", "pacs"),)),))
    source = create_autospec(WebSource, instance=True)
    source.open.return_value = report
    assert not fetch(source, "1.2.3", tmp_path).is_confirmed
    source.open.return_value = replace(report, remarks=())
    assert fetch(source, "1.2.3", tmp_path).is_confirmed


def test_what_lies_in_the_folder_already_is_never_written_over(tmp_path: Path) -> None:
    """The same image is as good as brought; another one of that name is kept, and said."""
    stack(tmp_path / "in", 3)
    report = scan([tmp_path / "in"])
    uids = [one.sop_instance_uid for one in report.studies[0].series[0].instances]
    files = {one.sop_instance_uid: one.path for one in report.studies[0].series[0].instances}
    source = create_autospec(WebSource, instance=True)
    source.open.return_value = report
    source.read.side_effect = lambda uid: files[uid]
    out = tmp_path / "out"
    out.mkdir()
    (out / f"{uids[0]}.dcm").write_bytes(files[uids[0]].read_bytes())
    (out / f"{uids[1]}.dcm").write_bytes(b"edited by hand")
    fetched = fetch(source, "1.2.3", out)
    assert (fetched.files, fetched.total) == (2, 3)
    assert (out / f"{uids[1]}.dcm").read_bytes() == b"edited by hand"
    assert (out / f"{uids[2]}.dcm").read_bytes() == files[uids[2]].read_bytes()
    assert fetched.refused == (("connect.other", (("file", f"{uids[1]}.dcm"),)),)
