"""What a search asks a DICOMweb server for: fuzzy names, ranges of dates, modalities, pages."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.settings.connections import Connection
from app.studies.remote.web_client import WebClient
from app.studies.remote.web_query import find_studies
from app.studies.source_types import StudyQuery
from tests.support.odd_server import OddServer, dicom_json


def study(uid: str, name: str, date: str = "20260105") -> dict[str, tuple[str, object]]:
    return {
        "0020000D": ("UI", uid),
        "00100010": ("PN", {"Alphabetic": name}),
        "00080020": ("DA", date),
        "00080061": ("CS", "CT"),
    }


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (StudyQuery(patient_name="Doe", is_fuzzy=True), {"fuzzymatching": ["true"]}),
        (StudyQuery(date_from="20260101", date_to="20260131"), {"StudyDate": ["20260101-20260131"]}),
        (StudyQuery(date_from="20260101"), {"StudyDate": ["20260101-"]}),
        (StudyQuery(modality="CT", offset=40, limit=20), {"offset": ["40"], "limit": ["20"]}),
    ],
)
def test_each_field_becomes_its_parameter(
    query: StudyQuery, asked: dict[str, list[str]], tmp_path: Path
) -> None:
    with OddServer(lambda _asked: dicom_json(study("1.2", "Doe^Jane"))) as server:
        client = WebClient(Connection("pacs", url=server.url))
        assert [hit.study_instance_uid for hit in find_studies(client, query).hits] == ["1.2"]
        client.close()
        told = parse_qs(urlsplit(server.asked[0].path).query)
    assert {name: told.get(name) for name in asked} == asked
    if query.modality:
        assert "CT" in str(told)


def test_a_server_that_leaves_filters_out_is_filtered_here_and_that_is_said() -> None:
    found = [study("1.2", "Doe^Jane"), study("1.3", "Doe^John", "20200101")]
    with OddServer(lambda _asked: dicom_json(*found)) as server:
        client = WebClient(Connection("pacs", url=server.url))
        page = find_studies(client, StudyQuery(date_from="20260101"))
        client.close()
    assert [hit.study_instance_uid for hit in page.hits] == ["1.2"]
    assert page.remarks[0][0] == "dicomweb.filtered_here"
