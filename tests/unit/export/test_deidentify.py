from __future__ import annotations

import os
import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ExportRefusedError
from app.domain.study import Patient
from app.export.deidentify import REMOVED, Pseudonyms, load_key, without_identity
from app.export.headers import identity_of
from app.export.types import StudyExport
from tests.support.export import PATIENT, Case, build_case

NAMES = Pseudonyms(b"k" * 32)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


def plain(case: Case) -> StudyExport:
    return StudyExport(case.reading, case.study, identity_of(case.study))


def label_after(case: Case, label: str) -> str:
    judgement = replace(case.reading.judgements[0], label=label)
    export = without_identity(plain(case.judged(judgement)), NAMES)
    return export.reading.judgements[0].label


uids = st.from_regex(r"[12](\.(0|[1-9][0-9]{0,8})){3,6}", fullmatch=True)


@given(uids, uids)
def test_uids_are_mapped_one_to_one_and_stay_valid(one: str, other: str) -> None:
    mapped = NAMES.uid(one)
    assert mapped == Pseudonyms(b"k" * 32).uid(one)
    assert len(mapped) <= 64
    assert mapped.startswith("2.25.")
    assert (mapped == NAMES.uid(other)) == (one == other)


@given(uids)
def test_another_key_gives_other_uids(uid: str) -> None:
    assert Pseudonyms(b"x" * 32).uid(uid) != NAMES.uid(uid)


def test_uids_of_the_standard_stay() -> None:
    assert NAMES.uid("1.2.840.10008.5.1.4.1.1.2") == "1.2.840.10008.5.1.4.1.1.2"
    assert NAMES.uid("") == ""


def test_patients_with_the_same_id_of_other_issuers_stay_two() -> None:
    one, two = (NAMES.patient(replace(PATIENT, issuer=issuer)) for issuer in ("A", "B"))
    assert one != two
    assert one == NAMES.patient(Patient(PATIENT.patient_id, "A", "Other spelling", "", ""))


@pytest.mark.parametrize(
    ("label", "clean"),
    [
        ("Nodule of Зильберштейн", f"Nodule of {REMOVED}"),
        ("опухоль ЗИЛЬБЕРШТЕЙН А.", f"опухоль {REMOVED} А."),
        ("see ACC-0042-7711", f"see {REMOVED}"),
        ("as on 2019-03-17 and 17.03.2019", f"as on {REMOVED} and {REMOVED}"),
        ("20190317T101500", REMOVED),
        ("in /home/anna/pat/1.dcm", f"in {REMOVED}"),
        (r"in C:\patients\1.dcm", f"in {REMOVED}"),
        ("grows and/or cavitates, 7.5 mm", "grows and/or cavitates, 7.5 mm"),
        ("Lung-RADS 4A, version 1.2.0", "Lung-RADS 4A, version 1.2.0"),
        ("12345678 HU", "12345678 HU"),
    ],
)
def test_free_text_is_cleaned_of_identifiers_and_of_nothing_else(case: Case, label: str, clean: str) -> None:
    assert label_after(case, label) == clean


def test_a_uid_in_free_text_is_the_same_stand_in_as_elsewhere(case: Case) -> None:
    uid = case.reading.study_instance_uid
    assert label_after(case, f"compare {uid}.") == f"compare {NAMES.uid(uid)}."


def test_model_identity_and_numbers_stay(case: Case) -> None:
    export = without_identity(plain(case), NAMES)
    for before, after in zip(case.reading.results, export.reading.results, strict=True):
        assert after.package == before.package
        assert (after.state, after.study_score, after.seconds) == (
            before.state,
            before.study_score,
            before.seconds,
        )
        assert [f.place.center for f in after.findings] == [f.place.center for f in before.findings]
        assert after.stamps == ()
        assert after.pixel_sha256 == ""


def test_references_still_fit_together(case: Case) -> None:
    export = without_identity(plain(case), NAMES)
    assert export.study is not None
    images = {i.sop_instance_uid for s in export.study.series for i in s.instances}
    results = {r.result_id for r in export.reading.results}
    for judgement in export.reading.judgements:
        assert judgement.finding.result_id in results
        if judgement.finding.place.frame:
            assert judgement.finding.place.frame.sop_instance_uid in images


def test_a_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    file = tmp_path / "data" / "export.key"
    key = load_key(file)
    assert load_key(file) == key
    assert len(key) == 32
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0


def test_a_second_program_that_asks_while_the_key_is_made_gets_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, met = tmp_path / "export.key", []

    def drawn(size: int) -> bytes:
        monkeypatch.setattr(secrets, "token_bytes", lambda other: b"2" * other)
        met.append(load_key(file))
        return b"1" * size

    monkeypatch.setattr(secrets, "token_bytes", drawn)
    assert load_key(file) == met[0] == b"2" * len(met[0])
    assert [one.name for one in tmp_path.iterdir()] == [file.name]


def test_a_damaged_key_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "export.key"
    file.write_bytes(b"short")
    with pytest.raises(ExportRefusedError) as refused:
        load_key(file)
    assert refused.value.key == "error.export.bad_key"
    assert file.read_bytes() == b"short"


def test_words_of_the_package_keep_their_meaning(case: Case) -> None:
    warned = replace(case.reading.results[0], not_for=("Канарейкин and not chest", "Зильберштейн's sign"))
    reading = replace(case.reading, results=(warned, *case.reading.results[1:]))
    header = {**identity_of(case.study), "PatientComments": "not a person and chest"}
    export = without_identity(StudyExport(reading, case.study, header), NAMES)
    assert export.reading.results[0].not_for == warned.not_for
    assert label_after(case, "not a scar and not new") == "not a scar and not new"
