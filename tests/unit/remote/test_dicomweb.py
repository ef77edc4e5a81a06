"""The DICOMweb source against a real Orthanc: search, fetch, resume, store, sign-in, TLS, a pulled cable."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest

from app.domain.errors import OverreadError, RemoteError, StudyUnreadableError
from app.settings.connections import Connection
from app.studies.display_sets import display_sets
from app.studies.load import load_volume
from app.studies.remote.secrets import hold_secret
from app.studies.remote.web_source import WebSource
from app.studies.source_chain import connect
from app.studies.source_types import Source, StoreOutcome, StudyQuery, Surroundings
from app.support.i18n import catalogue, explain
from tests.support.orthanc import Orthanc, OrthancSettings, running_orthanc
from tests.support.plug import Plug
from tests.support.web import around, stack

SECRET = "s3cret-canary"  # of a server on loopback that lives as long as a test
STUDY = "1.2.3"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    folder = tmp_path_factory.mktemp("orthanc")
    # Its default, Latin1, keeps no Cyrillic name in its own lists.
    with running_orthanc(folder / "server", OrthancSettings(more={"DefaultEncoding": "Utf8"})) as made:
        made.put(stack(folder / "one"))
        cyrillic = {"StudyInstanceUID": "1.2.4", "SeriesInstanceUID": "1.2.4.1", "PatientID": "77"}
        made.put(stack(folder / "two", 3, PatientName="Иванова^Анна", StudyDate="20250301", **cyrillic))
        yield made


def source_to(server: Orthanc, folder: Path, url: str = "") -> Source:
    """To be closed by the test."""
    surroundings = around(folder, Connection("pacs", url=url or server.dicomweb))
    return connect("dicomweb:pacs", surroundings)


def test_search_finds_by_name_date_and_modality_page_by_page(server: Orthanc, tmp_path: Path) -> None:
    source = source_to(server, tmp_path)
    assert [hit.study_instance_uid for hit in source.search(StudyQuery(patient_name="Doe")).hits] == [STUDY]
    (found,) = source.search(StudyQuery(patient_name="Иванова")).hits
    assert found.patient.name == "Иванова^Анна"
    assert found.modalities == ("CT",)
    assert (found.series, found.instances) == (1, 3)
    assert [hit.date for hit in source.search(StudyQuery(date_from="20260101")).hits] == ["20260105"]
    assert not source.search(StudyQuery(modality="MR")).hits
    first, second = (source.search(StudyQuery(limit=1, offset=offset)) for offset in (0, 1))
    assert first.has_more
    assert {page.hits[0].study_instance_uid for page in (first, second)} == {STUDY, "1.2.4"}
    source.close()


def test_a_study_is_what_it_was_on_disk(server: Orthanc, tmp_path: Path) -> None:
    source = source_to(server, tmp_path)
    told: list[str] = []
    heard: list[str] = []
    report = source.open(
        STUDY,
        lambda batch: heard.extend(one.instance.sop_instance_uid for one in batch),
        lambda _share, note: told.append(note),
    )
    (study,) = report.studies
    assert len(heard) == len(set(heard)) == 12
    assert told[-1] == "received 12 of 12"
    assert not report.remarks
    volume = load_volume(display_sets(study)[0])
    assert volume.pixels[:, 0, 0].tolist() == list(range(12))
    path = source.read(study.series[0].instances[0].sop_instance_uid)
    assert pydicom.dcmread(path).PatientName == "Doe^Jane"
    source.close()


def test_the_middle_image_comes_first(server: Orthanc, tmp_path: Path) -> None:
    source = source_to(server, tmp_path)
    numbers: list[int | None] = []
    source.open(STUDY, lambda batch: numbers.extend(one.instance.instance_number for one in batch))
    assert sorted(number or 0 for number in numbers) == list(range(1, 13))
    assert numbers[0] not in {1, 12}, "Orthanc has no order of its own: any image but the ends will do here"
    source.close()


def test_an_unknown_study_is_one_sentence(server: Orthanc, tmp_path: Path) -> None:
    source = source_to(server, tmp_path)
    for uid in ("9.9.9", "../../etc/passwd", ""):
        with pytest.raises(StudyUnreadableError) as caught:
            source.open(uid)
        assert caught.value.key in catalogue("en")
    source.close()


def test_what_is_here_is_not_fetched_again_and_opens_offline(tmp_path: Path) -> None:
    with running_orthanc(tmp_path / "server") as server, Plug(server.http_port) as cable:
        server.put(stack(tmp_path / "in", 20))
        url = f"http://127.0.0.1:{cable.port}/dicom-web"
        source = source_to(server, tmp_path, url)
        source.open(STUDY)
        before = cable.passed
        assert len(source.open(STUDY).studies[0].series[0].instances) == 20
        assert cable.passed - before < 3000, "only lists may pass"
        server.stop()
        report = source.open(STUDY)
        assert len(report.studies[0].series[0].instances) == 20
        assert [key for key, _ in report.remarks] == ["dicomweb.from_cache"]
        source.close()


def test_a_pulled_cable_loses_nothing_and_the_rest_comes_later(tmp_path: Path) -> None:
    with running_orthanc(tmp_path / "server") as server, Plug(server.http_port) as cable:
        big = np.zeros((256, 256), np.int16).tobytes()
        server.put(stack(tmp_path / "in", 30, Rows=256, Columns=256, PixelData=big))
        source = source_to(server, tmp_path, f"http://127.0.0.1:{cable.port}/dicom-web")
        cable.cut_after = 1_500_000
        report = source.open(STUDY)
        got = len(report.studies[0].series[0].instances)
        assert 0 < got < 30
        keys = [key for key, _ in report.remarks]
        assert "dicomweb.broke_off" in keys
        assert "dicomweb.incomplete" in keys
        cable.mend()
        before = cable.passed
        report = source.open(STUDY)
        assert len(report.studies[0].series[0].instances) == 30
        assert not report.remarks
        assert cable.passed - before < (30 - got + 2) * 140_000, "what is here is not fetched again"
        assert not list((tmp_path / "cache").rglob(".parts/*"))
        source.close()


def test_a_killed_server_that_comes_back_is_gone_on_with(tmp_path: Path) -> None:
    with running_orthanc(tmp_path / "server") as server:
        files = stack(tmp_path / "in", 10)
        server.put(files)
        source = source_to(server, tmp_path)
        server.kill()
        with pytest.raises(RemoteError) as caught:
            source.open(STUDY)
        assert caught.value.key == "error.dicomweb.unreachable"
        server.start()
        assert len(source.open(STUDY).studies[0].series[0].instances) == 10
        source.close()


def test_store_tells_of_each_file(server: Orthanc, tmp_path: Path) -> None:
    source = source_to(server, tmp_path)
    files = stack(tmp_path / "new", 3, StudyInstanceUID="1.2.9", SeriesInstanceUID="1.2.9.1")
    words = tmp_path / "notes.txt"
    words.write_text("no DICOM", encoding="utf-8")
    outcomes = source.store([*files, words])
    assert [one.outcome for one in outcomes] == [StoreOutcome.STORED] * 3 + [StoreOutcome.FAILED]
    assert "notes.txt" in outcomes[-1].reason
    assert len(source.open("1.2.9").studies[0].series[0].instances) == 3
    source.close()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Orthanc]:
    settings = OrthancSettings(user="reader", password=SECRET, tls=True, client_certificate=True)
    with running_orthanc(tmp_path / "guarded", settings) as made:
        made.put(stack(tmp_path / "in", 3))
        yield made


def guarded_connection(server: Orthanc, **changes: str) -> Connection:
    told = {
        "url": server.dicomweb,
        "auth": "basic",
        "user": "reader",
        "ca_file": str(server.ca_file),
        "client_cert": str(server.client_cert),
        "client_key": str(server.client_key),
        **changes,
    }
    return Connection("guarded", **told)  # type: ignore[arg-type]  # all of them are texts


def keys_of(connection: Connection, folder: Path) -> str:
    """Key of the error that opening the study ends in, '' where it opens; no words of it hold the secret."""
    source = WebSource(connection, folder)
    failure: OverreadError | None = None
    try:
        source.open(STUDY)
    except OverreadError as error:
        failure = error
    finally:
        source.close()
    if failure is None:
        return ""
    assert SECRET not in explain(failure) + repr(failure)
    return failure.key


def test_sign_in_and_certificates_are_asked_for_and_checked(
    guarded: Orthanc, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    right = guarded_connection(guarded)
    assert keys_of(right, tmp_path / "a") == "error.dicomweb.no_secret"
    hold_secret(right, "wrong")
    assert keys_of(right, tmp_path / "b") == "error.dicomweb.not_allowed"
    hold_secret(right, SECRET)
    assert keys_of(right, tmp_path / "c") == ""
    stranger = guarded_connection(guarded, ca_file="")
    hold_secret(stranger, SECRET)
    assert keys_of(stranger, tmp_path / "d") == "error.dicomweb.tls"
    bare = guarded_connection(guarded, client_cert="", client_key="")
    assert keys_of(bare, tmp_path / "e") in {"error.dicomweb.tls", "error.dicomweb.broken"}
    assert SECRET not in caplog.text
    assert "c3RyZXQ" not in caplog.text


def test_a_certificate_for_another_host_is_refused(guarded: Orthanc, tmp_path: Path) -> None:
    elsewhere = guarded_connection(guarded, url=guarded.dicomweb.replace("127.0.0.1", "127.0.0.2"))
    hold_secret(elsewhere, SECRET)
    assert keys_of(elsewhere, tmp_path) in {"error.dicomweb.tls", "error.dicomweb.unreachable"}


def test_a_full_disk_is_one_sentence_and_keeps_what_came(
    server: Orthanc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import app.studies.remote.web_fetch as fetch

    left = iter([10**9] * 5)
    monkeypatch.setattr(fetch, "free_room", lambda _folder: next(left, 0))
    source = source_to(server, tmp_path)
    report = source.open(STUDY)
    assert len(report.studies[0].series[0].instances) == 5
    assert "The disk is full" in str(dict(report.remarks[0][1])["reason"])
    monkeypatch.setattr(fetch, "free_room", lambda _folder: 10**9)
    assert len(source.open(STUDY).studies[0].series[0].instances) == 12
    source.close()


def test_unknown_connections_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(OverreadError) as caught:
        connect("dicomweb:nobody", Surroundings(tmp_path, tmp_path))
    assert caught.value.key in catalogue("en")
