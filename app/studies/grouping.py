"""Instances to series to studies. Identity is never merged by a guess.

A study is told by its UID and its patient: two patients under one study UID stay two studies with a note, and two
patients who share an ID but not a name or birth date stay two patients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter

from app.domain.errors import StudyUnreadableError
from app.domain.study import Instance, Patient, Series, Study
from app.studies.headers import ScannedInstance

_of_file = attrgetter(
    *(one.name for one in fields(ScannedInstance) if one.name not in {"instance", "modified_ns"})
)
_of_instance = attrgetter(*(one.name for one in fields(Instance) if one.name != "path"))


def group_studies(scanned: Iterable[ScannedInstance]) -> tuple[Study, ...]:
    """Studies, newest first; each with its series by number."""
    by_study: dict[tuple[str, Patient], list[ScannedInstance]] = defaultdict(list)
    for one in scanned:
        by_study[one.study_instance_uid, one.patient].append(one)
    studies = [_study(members) for members in by_study.values()]
    return tuple(
        sorted(studies, key=lambda study: (study.date, study.time, study.study_instance_uid), reverse=True)
    )


def mixed_identities(studies: Sequence[Study]) -> frozenset[str]:
    """Study UIDs that stand under more than one patient: the worklist warns of each."""
    patients: dict[str, set[Patient]] = defaultdict(set)
    for study in studies:
        patients[study.study_instance_uid].add(study.patient)
    return frozenset(uid for uid, who in patients.items() if len(who) > 1)


def only_patient(studies: Sequence[Study]) -> Study | None:
    """The one study of a list under one UID, or None of an empty one.

    Raises StudyUnreadableError where there are two patients: whose name goes with it would be a guess.
    """
    if len(studies) > 1:
        raise StudyUnreadableError("error.study.mixed_identity", study=studies[0].study_instance_uid)
    return studies[0] if studies else None


def shared_ids(studies: Sequence[Study]) -> frozenset[str]:
    """Patient IDs that belong to people of different names or birth dates."""
    people: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for study in studies:
        who = study.patient
        if who.patient_id:
            people[who.patient_id, who.issuer].add((who.name.casefold(), who.birth_date))
    return frozenset(patient_id for (patient_id, _), names in people.items() if len(names) > 1)


def repeats(scanned: Iterable[ScannedInstance]) -> list[tuple[ScannedInstance, ScannedInstance]]:
    """(used, left out) for every file that repeats an instance of the same series and patient."""
    copies: dict[tuple[object, ...], list[ScannedInstance]] = defaultdict(list)
    for one in scanned:
        whose = (one.study_instance_uid, one.patient, one.series_instance_uid)
        copies[*whose, one.instance.sop_instance_uid].append(one)
    sorted_copies = (sorted(same, key=_by_path) for same in copies.values() if len(same) > 1)
    return [(same[0], other) for same in sorted_copies for other in same[1:]]


def is_same_content(one: ScannedInstance, other: ScannedInstance) -> bool:
    """Whether two files agree in size and header; their pixels are not compared."""
    return bool(
        _of_file(one) == _of_file(other) and _of_instance(one.instance) == _of_instance(other.instance)
    )


def _by_path(one: ScannedInstance) -> str:
    return str(one.instance.path)


def _study(members: list[ScannedInstance]) -> Study:
    first = members[0]
    by_series: dict[str, list[ScannedInstance]] = defaultdict(list)
    for one in members:
        by_series[one.series_instance_uid].append(one)
    series = sorted((_series(group) for group in by_series.values()), key=_series_order)
    return Study(
        study_instance_uid=first.study_instance_uid,
        patient=first.patient,
        date=_first(one.study_date for one in members),
        time=_first(one.study_time for one in members),
        description=_first(one.study_description for one in members),
        accession_number=_first(one.accession_number for one in members),
        series=tuple(series),
        patient_age=_first(one.patient_age for one in members),
    )


def _series(members: list[ScannedInstance]) -> Series:
    """One copy of each instance: files that repeat a SOP Instance UID count once, the first by path."""
    first = members[0]
    copies: dict[str, ScannedInstance] = {}
    for one in sorted(members, key=_by_path):
        copies.setdefault(one.instance.sop_instance_uid, one)
    return Series(
        series_instance_uid=first.series_instance_uid,
        study_instance_uid=first.study_instance_uid,
        number=first.series_number,
        modality=first.modality,
        description=first.series_description,
        body_part=_first(one.body_part for one in members),
        frame_of_reference_uid=first.frame_of_reference_uid,
        instances=tuple(one.instance for one in copies.values()),
    )


def _first(words: Iterable[str]) -> str:
    return next((word for word in words if word), "")


def _series_order(series: Series) -> tuple[bool, int, str]:
    return (series.number is None, series.number or 0, series.series_instance_uid)
