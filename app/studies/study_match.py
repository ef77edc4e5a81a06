"""Which studies fit a query, for sources that hold all headers in memory (after PS3.4 C.2.2.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from app.domain.study import Study
from app.studies.source_types import StudyHit, StudyPage, StudyQuery

_WORDS = re.compile(r"[\s^=,.]+")


def page_of(studies: Iterable[Study], query: StudyQuery) -> StudyPage:
    """The asked-for page of the studies that fit, in the order given."""
    fitting = [study for study in studies if fits(study, query)]
    end = query.offset + query.limit
    return StudyPage(tuple(hit_of(study) for study in fitting[query.offset : end]), len(fitting) > end)


def fits(study: Study, query: StudyQuery) -> bool:
    """Whether a study has everything that is asked for; an unknown date fits no range."""
    exact = (
        (query.patient_id, study.patient.patient_id),
        (query.accession_number, study.accession_number),
        (query.study_instance_uid, study.study_instance_uid),
    )
    return (
        all(not asked or _is_like(asked, held) for asked, held in exact)
        and _is_dated(study.date, query.date_from, query.date_to)
        and (not query.modality or query.modality.strip().upper() in study.modalities)
        and is_named(study.patient.name, query.patient_name, is_fuzzy=query.is_fuzzy)
    )


def hit_of(study: Study) -> StudyHit:
    """A study as a search names it."""
    return StudyHit(
        study_instance_uid=study.study_instance_uid,
        patient=study.patient,
        date=study.date,
        time=study.time,
        description=study.description,
        accession_number=study.accession_number,
        modalities=study.modalities,
        series=len(study.series),
        instances=sum(len(series.instances) for series in study.series),
    )


def _is_dated(date: str, first: str, last: str) -> bool:
    if not (first or last):
        return True
    return bool(date) and (not first or date >= first) and (not last or date <= last)


def is_named(name: str, asked: str, *, is_fuzzy: bool) -> bool:
    """Any component group may fit (PS3.5 6.2.1.1); fuzzy: each word asked for begins a word of the name."""
    if not asked:
        return True
    if is_fuzzy:
        held = _words(name)
        return all(any(word.startswith(part) for word in held) for part in _words(asked.replace("*", " ")))
    return any(_is_like(asked, group.rstrip("^ ")) for group in name.split("="))


def _words(name: str) -> Sequence[str]:
    return [word for word in _WORDS.split(name.casefold()) if word]


def _is_like(asked: str, held: str) -> bool:
    """`*` stands for any text, `?` for one character; case is ignored (PS3.4 C.2.2.2.4)."""
    return _pattern(asked.strip().rstrip("^").casefold()).fullmatch(held.strip().casefold()) is not None


@cache
def _pattern(asked: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in asked), re.DOTALL)
