"""`overread connections`: kept, listed, tested against a real server, taken out; no secret on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.main import run as main
from tests.support.orthanc import OrthancSettings, running_orthanc
from tests.support.web import stack


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    told = capsys.readouterr()
    return code, told.out, told.err


# The DIMSE library leaves the socket of a refused connection to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_added_tested_searched_and_removed(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = OrthancSettings(user="reader", password="pass-canary", dicom=True)  # of a server of this test
    with running_orthanc(home / "server", settings) as server:
        server.put(stack(home / "in", 2))
        monkeypatch.setenv("OVERREAD_SECRET", "pass-canary")
        words = ("connections", "add", "web", "--url", server.dicomweb, "--auth", "basic", "--user", "reader")
        code, out, _ = run(capsys, *words)
        assert code == 0, out
        code, out, err = run(capsys, "connections", "test", "web")
        assert (code, err) == (0, "")
        assert "'web' answers." in out
        code, out, _ = run(capsys, "search", "web", "--name", "Doe", "--json")
        assert code == 0
        assert "1.2.3" in out
        port = str(server.dicom_port)
        assert (
            run(
                capsys,
                "connections",
                "add",
                "pacs",
                "--host",
                "127.0.0.1",
                "--port",
                port,
                "--called",
                "ORTHANC",
            )[0]
            == 0
        )
        assert run(capsys, "connections", "test", "pacs")[0] == 0
        code, out, _ = run(capsys, "connections", "list", "--json")
        listed = json.loads(out)["connections"]
        assert [one["name"] for one in listed] == ["web", "pacs"]
        assert "pass-canary" not in out
        assert run(capsys, "fetch", "web", "1.2.3", "--out", str(home / "got"))[0] == 0
        assert len(list((home / "got").iterdir())) == 2
    code, _, err = run(capsys, "connections", "test", "pacs")
    assert code == 1
    assert len(err.strip().splitlines()) == 1
    assert run(capsys, "connections", "remove", "web")[0] == 0
    assert [
        one["name"] for one in json.loads(run(capsys, "connections", "list", "--json")[1])["connections"]
    ] == ["pacs"]
    files = [file for file in (home / "home").rglob("*") if file.is_file()]
    assert not [file for file in files if b"pass-canary" in file.read_bytes()]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("connections", "add", "x"), 2),
        (("connections", "add", "x", "--url", "https://a/b", "--host", "c"), 2),
        (("connections", "add", "x", "--url", "https://user:secret@a/b"), 1),
        (("connections", "remove", "nobody"), 1),
        (("connections", "test", "nobody"), 1),
    ],
)
def test_what_is_wrong_is_said(
    words: tuple[str, ...], wanted: int, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, *words)
    assert code == wanted
    assert err.strip()
    assert "Traceback" not in err
