"""One study, every source: found, opened, read and stored alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain.errors import OverreadError
from app.domain.study import Study
from app.domain.volume import Cancelled, CancelToken
from app.studies.decode import decode_frame
from app.studies.headers import ScannedInstance
from app.studies.pixel_header import read_pixel_header
from app.studies.scan import scan
from app.studies.source_types import Source, StoreOutcome, StudyQuery
from app.support.i18n import explain
from tests.support import places
from tests.support.dicom_files import ct_dataset, write
from tests.support.held import vault_in
from tests.support.source_places import Given
from tests.support.source_remote import BUILDERS, Remote

BOTH = {places.STUDY, places.OTHER_STUDY}


@pytest.fixture(scope="session")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    made = Remote(tmp_path_factory.mktemp("remote"))
    yield made
    made.close()


@pytest.fixture
def given(tmp_path: Path) -> Iterator[Given]:
    """What is copied is encrypted, as it is for a reader (RQ-63)."""
    files, cache = places.made_study(tmp_path / "in"), tmp_path / "cache"
    with vault_in(cache / "remote"), vault_in(cache / "archives", depth=1):
        yield Given(files, tmp_path, places.around(cache, places.PASSWORD))


@pytest.fixture(params=sorted(BUILDERS))
def source(request: pytest.FixtureRequest, given: Given, remote: Remote) -> Iterator[Source]:
    made = BUILDERS[request.param](given, remote)
    yield made
    made.close()


def plain(study: Study) -> dict[str, Any]:
    """A study without paths and order."""

    def instance(one: Any) -> dict[str, Any]:
        return {field.name: getattr(one, field.name) for field in fields(one) if field.name != "path"}

    series = [
        {
            **{field.name: getattr(one, field.name) for field in fields(one) if field.name != "instances"},
            "instances": sorted((instance(each) for each in one.instances), key=str),
        }
        for one in study.series
    ]
    told = {field.name: getattr(study, field.name) for field in fields(study) if field.name != "series"}
    return {**told, "series": sorted(series, key=str)}


def uids(source: Source, **wishes: Any) -> set[str]:
    found = source.search(StudyQuery(**{"limit": 100, **wishes}))
    return {hit.study_instance_uid for hit in found.hits} & BOTH


def test_it_has_a_title_without_a_patient(source: Source) -> None:
    assert source.title
    assert "Doe" not in source.title


def test_search_tells_the_study(source: Source) -> None:
    page = source.search(StudyQuery(study_instance_uid=places.STUDY))
    (hit,) = page.hits
    assert (hit.patient.name, hit.patient.patient_id, hit.date) == ("Doe^Jane", "123", "20260105")
    assert (hit.modalities, hit.accession_number, hit.description) == (("CT",), "A77", "Chest")
    assert hit.series in (1, None)
    assert hit.instances in (places.SLICES, None)


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ({}, BOTH),
        ({"patient_name": "Doe*"}, {places.STUDY}),
        ({"patient_name": "*Jane"}, {places.STUDY}),
        ({"patient_name": "R?e^Richard"}, {places.OTHER_STUDY}),
        ({"patient_name": "Nobody*"}, set()),
        ({"patient_id": "456"}, {places.OTHER_STUDY}),
        ({"accession_number": "A77"}, {places.STUDY}),
        ({"modality": "MR"}, {places.OTHER_STUDY}),
        ({"modality": "US"}, set()),
        ({"date_from": "20260101"}, {places.STUDY}),
        ({"date_to": "20251231"}, {places.OTHER_STUDY}),
        ({"date_from": "20250301", "date_to": "20260105"}, BOTH),
        ({"date_from": "20260106"}, set()),
        ({"study_instance_uid": places.OTHER_STUDY}, {places.OTHER_STUDY}),
    ],
)
def test_search_filters(source: Source, wishes: dict[str, str], expected: set[str]) -> None:
    assert uids(source, **wishes) == expected


def test_pages_hold_every_study_once(source: Source) -> None:
    found, offset, pages = [], 0, 0
    while True:
        page = source.search(StudyQuery(offset=offset, limit=1))
        found += [hit.study_instance_uid for hit in page.hits]
        offset, pages = offset + len(page.hits), pages + 1
        if not page.has_more or pages > 50:
            break
    assert set(found) >= BOTH
    assert len(found) == len(set(found))


def test_open_gives_the_same_study(source: Source, given: Given) -> None:
    batches: list[ScannedInstance] = []
    report = source.open(places.STUDY, batches.extend)
    (opened,) = report.studies
    (expected,) = (
        one for one in scan([given.folder / "in"]).studies if one.study_instance_uid == places.STUDY
    )
    assert plain(opened) == plain(expected)
    assert not report.refused
    assert {one.instance.sop_instance_uid for one in batches} == {
        one.sop_instance_uid for one in opened.series[0].instances
    }


def test_read_gives_the_same_pixels(source: Source, given: Given) -> None:
    source.open(places.STUDY)
    for number, file in enumerate(given.files[: places.SLICES], start=1):
        path = source.read(f"{places.STUDY}.1.{number}")
        assert path.is_file()
        ours, theirs = (decode_frame(read_pixel_header(one)) for one in (path, file))
        assert np.array_equal(ours, theirs)


def test_an_unknown_study_is_one_sentence(source: Source) -> None:
    with pytest.raises(OverreadError) as caught:
        source.open("1.2.3.999.1")
    assert_sentence(caught.value)


def test_an_unknown_instance_is_one_sentence(source: Source) -> None:
    source.open(places.STUDY)
    with pytest.raises(OverreadError) as caught:
        source.read("1.2.3.999.1.1.1")
    assert_sentence(caught.value)


def test_a_cancelled_open_stops_and_the_next_one_works(source: Source) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        source.open(places.STUDY, cancel=token)
    assert len(source.open(places.STUDY).studies) == 1


def test_progress_ends_at_one(source: Source) -> None:
    shares: list[float] = []
    source.open(places.STUDY, progress=lambda share, _note: shares.append(share))
    assert shares
    assert all(0 <= share <= 1 for share in shares)
    assert shares[-1] == pytest.approx(1.0)


def test_two_threads_may_ask_at_once(source: Source) -> None:
    found: list[set[str]] = []
    threads = [threading.Thread(target=lambda: found.append(uids(source))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [BOTH] * 4


def test_store_takes_each_file_or_says_why(source: Source, tmp_path: Path) -> None:
    sent = write(
        ct_dataset(
            StudyInstanceUID="1.2.826.0.1.3680043.10.3",
            SeriesInstanceUID="1.2.826.0.1.3680043.10.3.1",
            SOPInstanceUID="1.2.826.0.1.3680043.10.3.1.1",
        ),
        tmp_path / "sent.dcm",
    )
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(b"nothing")
    if not source.can_store:
        with pytest.raises(OverreadError) as caught:
            source.store([sent])
        assert_sentence(caught.value)
        return
    outcomes = source.store([sent, broken])
    assert [one.path for one in outcomes] == [sent, broken]
    assert outcomes[0].outcome is StoreOutcome.STORED, outcomes[0].reason
    assert outcomes[1].outcome is StoreOutcome.FAILED
    assert outcomes[1].reason.endswith(".")
    assert source.store([sent])[0].outcome in (StoreOutcome.STORED, StoreOutcome.WARNED)
    found = source.open("1.2.826.0.1.3680043.10.3")
    assert len(found.studies) == 1


def test_close_twice_is_fine(source: Source) -> None:
    source.open(places.STUDY)
    source.close()
    source.close()


def assert_sentence(error: OverreadError) -> None:
    words = explain(error)
    assert words.endswith((".", "?"))
    assert "{" not in words
    assert not words.startswith(error.key)
    assert "Doe" not in words


def test_every_plug_in_is_asked_here() -> None:
    from app.studies.source_chain import source_kinds
    from tests.support.source_remote import COVERED

    assert {kind.scheme for kind in source_kinds()} == COVERED
    assert replace(StudyQuery(), limit=3).limit == 3
