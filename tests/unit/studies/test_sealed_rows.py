"""Rows of the index that speak of encrypted copies: altered, swapped or of another key they say nothing (RQ-63)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, literal, update

from app.studies.headers import ScannedInstance, read_header
from app.studies.index import InstanceRow, StudyIndex, _columns
from app.studies.scan import scan
from app.studies.sealed_rows import opened, sealed
from app.studies.source_types import KnownFile
from app.support.held.keys import Master
from tests.support.held import master, put, vault_in
from tests.support.web import stack


def row_of(folder: Path, name: str) -> dict[str, Any]:
    (file,) = stack(folder / "in", 1)
    one = read_header(file)
    assert one is not None
    placed = replace(
        one,
        instance=replace(one.instance, path=folder / "remote" / "s" / "study" / name),
        patient=replace(one.patient, patient_id="PATIENT-0815"),  # no three digits, which a digest may hold
    )
    return _columns(placed, {"name": f"Jane {name}"})


@pytest.fixture
def key() -> Master:
    return master()


def test_a_row_says_what_it_was_given_and_its_columns_say_nothing(tmp_path: Path, key: Master) -> None:
    with vault_in(tmp_path / "remote", key=key):
        row = row_of(tmp_path, "a.dcm")
        kept = sealed(Path(row["path"]), row)
        assert opened(Path(row["path"]), kept["content"]) == {"name": "Jane a.dcm"}
    plain = ("path", "modified_ns", "size")  # a moment or a size may hold the digits of a patient's number
    said = repr({name: value for name, value in kept.items() if name not in plain})
    for word in ("Jane", "1.2.3", row["patient_id"], row["study_date"], row["sop_instance_uid"]):
        assert word
        assert word not in said


def test_an_altered_or_swapped_row_is_none(tmp_path: Path, key: Master) -> None:
    with vault_in(tmp_path / "remote", key=key):
        rows = [row_of(tmp_path, name) for name in ("a.dcm", "b.dcm")]
        kept = [sealed(Path(row["path"]), row)["content"] for row in rows]
        path = Path(rows[0]["path"])
        assert opened(path, kept[1]) is None, "that of another file"
        words = kept[0]["sealed"]
        for place in range(0, len(words), 5):
            other = "A" if words[place] != "A" else "B"
            touched = words[:place] + other + words[place + 1 :]
            assert opened(path, {"sealed": touched}) is None
        for nonsense in ("", "=", "x" * 7, None, 3):
            assert opened(path, {"sealed": nonsense}) is None
    with vault_in(tmp_path / "remote"):
        assert opened(path, kept[0]) is None, "of another key"
    assert opened(path, kept[0]) is None, "without a vault"


def test_a_row_of_a_users_own_file_is_left_as_it_is(tmp_path: Path) -> None:
    row = row_of(tmp_path, "a.dcm")
    assert sealed(Path(row["path"]), row) is row
    assert opened(Path(row["path"]), row["content"]) is row["content"]


def test_an_index_with_a_touched_row_tells_the_others(tmp_path: Path, key: Master) -> None:
    (file,) = stack(tmp_path / "in", 1)
    one = read_header(file)
    assert one is not None
    with vault_in(tmp_path / "remote", key=key):
        folder = tmp_path / "remote" / "s" / "study"
        folder.mkdir(parents=True)
        images = [
            replace(
                one, instance=replace(one.instance, path=folder / f"{n}.dcm", sop_instance_uid=f"1.9.{n}")
            )
            for n in range(3)
        ]
        for image in images:
            image.instance.path.touch()
        index = StudyIndex()
        index.add(images)
        index._change(
            update(InstanceRow)
            .where(InstanceRow.path.like("%/1.dcm"))
            .values(content=literal({"sealed": "AAAA"}, JSON))
        )
        (study,) = index.studies()
        assert len(study.series[0].instances) == 2
        index.close()


def test_a_copy_that_did_not_change_is_not_read_again(tmp_path: Path, key: Master) -> None:
    """Its size on the disk is not that of what it holds: the index remembers the latter."""
    (plain,) = stack(tmp_path / "in", 1)
    with vault_in(tmp_path / "remote", key=key):
        copy = put(tmp_path / "remote", plain.read_bytes())
        index = StudyIndex(tmp_path / "index.sqlite")
        index.add(scan_of(copy, None))
        asked: list[bool] = []
        known = index.known_file()

        def told(path: Path, modified_ns: int, size: int) -> ScannedInstance | None:
            found = known(path, modified_ns, size)
            asked.append(found is not None)
            return found

        assert scan_of(copy, told)
        index.close()
    assert asked == [True]


def scan_of(file: Path, known: KnownFile | None) -> list[ScannedInstance]:
    heard: list[ScannedInstance] = []
    scan([file], on_batch=heard.extend, known=known)
    return heard
