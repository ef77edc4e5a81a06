"""Connections are kept whole, checked one by one, and never hold a secret."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import SettingRefusedError
from app.settings.connections import (
    FILE_NAME,
    Connection,
    ConnectionBook,
    faults,
    load_connections,
    save_connections,
)
from app.support.i18n import explain, text_with

WEB = Connection("main archive", url="https://pacs.example.org:8042/dicom-web")
PACS = Connection("ПАКС 1", "dimse", host="10.0.0.5", port=4242, called_aet="ORTHANC")


def key_of(connection: Connection) -> list[str]:
    return [key.rpartition(".")[2] for key, _ in faults(connection)]


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    book = ConnectionBook((WEB, replace(PACS, tls=True, ca_file="/etc/ca.pem", answer_s=5.0)))
    save_connections(tmp_path, book)
    assert load_connections(tmp_path) == book
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_no_file_is_no_connection(tmp_path: Path) -> None:
    assert load_connections(tmp_path) == ConnectionBook()


def test_a_bad_entry_is_named_skipped_and_written_back(tmp_path: Path) -> None:
    bad = {"name": "old", "scheme": "dimse", "host": "a b", "port": "104", "note": "kept"}
    good = {"name": "main archive", "scheme": "dicomweb", "url": WEB.url}
    (tmp_path / FILE_NAME).write_text(json.dumps({"connections": [bad, 7, good, good]}))
    book = load_connections(tmp_path)
    assert book.connections == (WEB,)
    assert [one.name for one in book.unusable] == ["old", "2", "main archive (4)"]
    save_connections(tmp_path, book.with_one(PACS))
    again = load_connections(tmp_path)
    assert again.connections == (WEB, PACS)
    assert [one.entry for one in again.unusable] == [bad, 7, good]
    with pytest.raises(SettingRefusedError) as refusal:
        again.find("old")
    assert "'port'" in explain(refusal.value)


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"{", b"[]", b'{"connections": 3}', b"[" * 100_000])
def test_a_damaged_file_is_said_and_kept_beside_the_new_one(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(raw)
    book = load_connections(tmp_path)
    assert book.damaged
    save_connections(tmp_path, book.with_one(WEB))
    assert (tmp_path / "connections.damaged-1.json").read_bytes() == raw
    assert load_connections(tmp_path) == ConnectionBook((WEB,))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"url": "https://ann:secret@pacs/dicom-web"}, "secret_in_url"),
        ({"url": "https://token@pacs/dicom-web"}, "secret_in_url"),
        ({"url": "https://pacs/dicom-web?token=1"}, "url_query"),
        ({"url": "ftp://pacs/"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://pacs:99999/"}, "url"),
        ({"url": "https://pacs/a b"}, "url"),
        ({"url": "http://pacs/", "auth": "bearer"}, "unencrypted"),
        ({"auth": "basic"}, "user"),
        ({"auth": "basic", "user": "a:b"}, "user"),
        ({"auth": "digest"}, "auth"),
        ({"client_key": "key.pem"}, "key_alone"),
        ({"answer_s": 0.0}, "wait"),
        ({"connect_s": float("nan")}, "wait"),
        ({"name": ""}, "name"),
        ({"name": "../x"}, "name"),
        ({"name": "a" * 65}, "name"),
        ({"scheme": "ftp"}, "scheme"),
    ],
)
def test_each_fault_of_a_web_connection_is_one_sentence(change: dict[str, object], fault: str) -> None:
    broken = replace(WEB, **change)  # type: ignore[arg-type]  # the table holds values of every field
    assert key_of(broken) == [fault]
    key, facts = faults(broken)[0]
    sentence = text_with(key, dict(facts))
    assert "secret@" not in sentence
    assert "?" not in sentence.replace("'?'", "")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"called_aet": ""}, "ae_title"),
        ({"called_aet": "  "}, "ae_title"),
        ({"called_aet": "SEVENTEEN_LETTERS"}, "ae_title"),
        ({"calling_aet": "A\\B"}, "ae_title"),
        ({"calling_aet": "ПАКС"}, "ae_title"),
        ({"calling_aet": "A\nB"}, "ae_title"),
        ({"host": ""}, "host"),
        ({"host": "pacs:104"}, "host"),
        ({"host": "pacs..org"}, "host"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"retrieve": "push"}, "retrieve"),
        ({"retrieve": "move"}, "ae_title"),
        ({"retrieve": "move", "move_destination": "ME", "move_port": 0}, "port"),
    ],
)
def test_each_fault_of_a_dimse_connection_is_one_sentence(change: dict[str, object], fault: str) -> None:
    assert key_of(replace(PACS, **change)) == [fault]  # type: ignore[arg-type]  # values of every field


@pytest.mark.parametrize("host", ["pacs", "pacs.example.org", "10.0.0.5", "::1", "fe80::1"])
def test_usual_hosts_are_taken(host: str) -> None:
    assert faults(replace(PACS, host=host, called_aet="SIXTEEN LETTERS.")) == ()


def test_plain_http_is_taken_where_it_is_safe_or_allowed() -> None:
    assert faults(replace(WEB, url="http://127.0.0.1:8042/", auth="basic", user="ann")) == ()
    assert faults(replace(WEB, url="http://pacs/", auth="bearer", allow_unencrypted=True)) == ()


def test_one_is_taken_out_by_name(tmp_path: Path) -> None:
    book = ConnectionBook((WEB, PACS)).without(WEB.name)
    assert book.connections == (PACS,)
    with pytest.raises(SettingRefusedError):
        book.without(WEB.name)
    with pytest.raises(SettingRefusedError):
        book.find(WEB.name)
