"""Instances to series to studies. Identity is never merged by a guess.

A study is told by its UID and its patient: two patients under one study UID stay two studies with a note, and two
patients who share an ID but not a name or birth date stay two patients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from app.domain.study import Patient, Series, Study
from app.studies.headers import ScannedInstance


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


def shared_ids(studies: Sequence[Study]) -> frozenset[str]:
    """Patient IDs that belong to people of different names or birth dates."""
    people: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for study in studies:
        who = study.patient
        if who.patient_id:
            people[who.patient_id, who.issuer].add((who.name.casefold(), who.birth_date))
    return frozenset(patient_id for (patient_id, _), names in people.items() if len(names) > 1)


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
    for one in sorted(members, key=lambda one: str(one.instance.path)):
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
